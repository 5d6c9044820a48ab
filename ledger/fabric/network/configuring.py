"""What Fabric's programs are told: the channel, and each peer's and orderer's configuration.

Every place is absolute, so a peer's and an orderer's are written anew at each start: the folder may have moved.
Environment variables change only keys that are written here.
"""

from typing import Any

from ledger.fabric.network.identities import LOOPBACK
from ledger.fabric.network.layout import Layout
from ledger.fabric.network.plan import ORDERER, Orderer, Plan, Region, msp_of

PROFILE = "Regions"
ORDERER_MSP = msp_of(ORDERER)
MOST_MESSAGE_BYTES = 100 << 20
_Tree = dict[str, Any]

# Who looks at a proposal before it runs, and at its result after; a peer has none of them by itself.
_HANDLERS = {
    "authFilters": [{"name": "DefaultAuth"}, {"name": "ExpirationCheck"}, {"name": "TimeWindowCheck"}],
    "decorators": [{"name": "DefaultDecorator"}],
    "endorsers": {"escc": {"name": "DefaultEndorsement"}},
    "validators": {"vscc": {"name": "DefaultValidation"}},
}
_KEEPALIVE = {"interval": "60s", "timeout": "20s"}
# Neighbours on one machine. With the intervals of a wide network the first transactions find no endorser for 26 s.
_GOSSIP = {
    "aliveTimeInterval": "1s",
    "reconnectInterval": "2s",
    "membershipTrackerInterval": "1s",
    "requestStateInfoInterval": "1s",
    "publishStateInfoInterval": "1s",
    "pullInterval": "1s",
    "publishCertPeriod": "2s",
    "useLeaderElection": False,
    "orgLeader": True,
}
# An election takes two to four seconds, not five to ten.
_RAFT = {
    "TickInterval": "200ms",
    "ElectionTick": 10,
    "HeartbeatTick": 1,
    "MaxInflightBlocks": 5,
    "SnapshotIntervalSize": "16 MB",
}
# A leader that is gone is replaced in ten seconds, not in sixty.
_BFT = {
    "RequestBatchMaxCount": 500,
    "RequestBatchMaxBytes": 10 << 20,
    "RequestForwardTimeout": "2s",
    "RequestComplainTimeout": "5s",
    "RequestAutoRemoveTimeout": "3m",
    "RequestMaxBytes": 10 << 20,
    "ViewChangeResendInterval": "2s",
    "ViewChangeTimeout": "10s",
    "LeaderHeartbeatTimeout": "10s",
    "LeaderHeartbeatCount": 10,
    "CollectTimeout": "1s",
    "IncomingMessageBufferSize": 200,
    "RequestPoolSize": 100_000,
}


def channel(plan: Plan, layout: Layout) -> _Tree:
    """What the channel's first block is made from (configtx.yaml)."""
    regions = [_region(region, layout) for region in plan.regions]
    return {
        "Profiles": {
            PROFILE: {
                "Policies": _policies("ANY Readers", "ANY Writers", "MAJORITY Admins"),
                "Capabilities": {"V3_0": True},
                "Orderer": _ordering(plan, layout),
                "Application": {
                    "Organizations": regions,
                    "Policies": {
                        **_policies("ANY Readers", "ANY Writers", "MAJORITY Admins"),
                        "LifecycleEndorsement": _meta("MAJORITY Endorsement"),
                        "Endorsement": _meta("MAJORITY Endorsement"),
                    },
                    "Capabilities": {"V2_5": True},
                },
            }
        }
    }


def peer(region: Region, layout: Layout) -> _Tree:
    """A peer's core.yaml; its administrator's commands read it too."""
    folder, address = layout.peer(region.name), f"{LOOPBACK}:{region.port}"
    tls = folder / "tls"
    lines = str(layout.organisation(region.name) / "tls-ca.pem")
    own = {"cert": {"file": str(tls / "server.pem")}, "key": {"file": str(tls / "server.key")}}
    return {
        "peer": {
            "id": region.name,
            "networkId": "hutong",
            "listenAddress": address,
            "address": address,
            "chaincodeListenAddress": f"{LOOPBACK}:{region.chaincode_port}",
            "localMspId": region.msp,
            "mspConfigPath": str(folder / "msp"),
            "fileSystemPath": str(folder / "data"),
            "gossip": {
                **_GOSSIP,
                "bootstrap": address,
                "endpoint": address,
                "externalEndpoint": address,
                "state": {"enabled": False},
            },
            "tls": {"enabled": True, **own, "rootcert": {"file": lines}},
            "gateway": {"enabled": True, "endorsementTimeout": "12s", "broadcastTimeout": "8s"},
            "discovery": {"enabled": True, "authCacheEnabled": True, "authCacheMaxSize": 1000},
            "authentication": {"timewindow": "15m"},
            # Unless told, a peer waits up to an hour before it looks again for an orderer that was away.
            "deliveryclient": {"reConnectBackoffThreshold": "5s", "connTimeout": "3s"},
            "handlers": _HANDLERS,
            "limits": {
                "concurrency": {"endorserService": 2500, "deliverService": 2500, "gatewayService": 500}
            },
            "maxRecvMsgSize": MOST_MESSAGE_BYTES,
            "maxSendMsgSize": MOST_MESSAGE_BYTES,
            "BCCSP": {"Default": "SW", "SW": {"Hash": "SHA2", "Security": 256}},
            "keepalive": {"client": _KEEPALIVE, "deliveryClient": _KEEPALIVE},
        },
        # No containers: a chaincode is a server of ours, and the builder says where.
        "vm": {"endpoint": ""},
        "chaincode": {
            "externalBuilders": [{"name": "ccaas", "path": str(layout.builder), "propagateEnvironment": []}],
            "installTimeout": "60s",
            "startuptimeout": "60s",
            "executetimeout": "30s",
            "mode": "net",
            "system": {"_lifecycle": "enable", "cscc": "enable", "lscc": "enable", "qscc": "enable"},
        },
        "ledger": {
            "state": {"stateDatabase": "goleveldb", "totalQueryLimit": 100_000},
            "history": {"enableHistoryDatabase": False},
            "snapshots": {"rootDir": str(folder / "data" / "snapshots")},
        },
        "operations": {
            "listenAddress": f"{LOOPBACK}:{region.operations_port}",
            "tls": {"enabled": True, **own, "clientAuthRequired": True, "clientRootCAs": {"files": [lines]}},
        },
        "metrics": {"provider": "prometheus"},
    }


def orderer(one: Orderer, layout: Layout) -> _Tree:
    """An orderer's orderer.yaml. It joins the channel when its administrator says so, over the admin port."""
    folder, lines = layout.orderer(one.name), str(layout.organisation(ORDERER) / "tls-ca.pem")
    key, certificate = str(folder / "tls" / "server.key"), str(folder / "tls" / "server.pem")
    tls = {"Enabled": True, "PrivateKey": key, "Certificate": certificate}
    known = {**tls, "ClientAuthRequired": True, "ClientRootCAs": [lines]}
    return {
        "General": {
            "ListenAddress": LOOPBACK,
            "ListenPort": one.port,
            "TLS": {**tls, "RootCAs": [lines]},
            "Cluster": {"ClientCertificate": certificate, "ClientPrivateKey": key},
            "LocalMSPDir": str(folder / "msp"),
            "LocalMSPID": ORDERER_MSP,
            "BootstrapMethod": "none",
            "MaxRecvMsgSize": MOST_MESSAGE_BYTES,
            "MaxSendMsgSize": MOST_MESSAGE_BYTES,
            "BCCSP": {"Default": "SW", "SW": {"Hash": "SHA2", "Security": 256}},
        },
        "FileLedger": {"Location": str(folder / "data")},
        "Operations": {"ListenAddress": f"{LOOPBACK}:{one.operations_port}", "TLS": known},
        "Metrics": {"Provider": "prometheus"},
        "Admin": {"ListenAddress": f"{LOOPBACK}:{one.admin_port}", "TLS": known},
        "ChannelParticipation": {"Enabled": True, "MaxRequestBodySize": "1 MB"},
        "Consensus": {
            "WALDir": str(folder / "data" / "wal"),
            "SnapDir": str(folder / "data" / "snapshots"),
        },
    }


def _ordering(plan: Plan, layout: Layout) -> _Tree:
    consenters = [_consenter(number, one, layout) for number, one in enumerate(plan.orderers, 1)]
    members: _Tree
    if plan.consensus == "bft":
        options = {**_BFT, "RequestBatchMaxInterval": f"{plan.batch_ms}ms"}
        members = {"OrdererType": "BFT", "ConsenterMapping": consenters, "SmartBFT": options}
    else:
        places = ("Host", "Port", "ClientTLSCert", "ServerTLSCert")
        known = [{name: one[name] for name in places} for one in consenters]
        members = {"OrdererType": "etcdraft", "EtcdRaft": {"Consenters": known, "Options": _RAFT}}
    return {
        **members,
        "BatchTimeout": f"{plan.batch_ms}ms",
        "BatchSize": {"MaxMessageCount": 500, "AbsoluteMaxBytes": "10 MB", "PreferredMaxBytes": "2 MB"},
        "Organizations": [_orderers(plan, layout)],
        "Policies": {
            **_policies("ANY Readers", "ANY Writers", "MAJORITY Admins"),
            "BlockValidation": _meta("ANY Writers"),
        },
        "Capabilities": {"V2_0": True},
    }


def _consenter(number: int, one: Orderer, layout: Layout) -> _Tree:
    folder = layout.orderer(one.name)
    certificate = str(folder / "tls" / "server.pem")
    return {
        "ID": number,
        "Host": LOOPBACK,
        "Port": one.port,
        "MSPID": ORDERER_MSP,
        "Identity": str(folder / "msp" / "signcerts" / "cert.pem"),
        "ClientTLSCert": certificate,
        "ServerTLSCert": certificate,
    }


def _orderers(plan: Plan, layout: Layout) -> _Tree:
    return {
        **_organisation(ORDERER_MSP, str(layout.organisation(ORDERER) / "msp"), "orderer"),
        "OrdererEndpoints": [f"{LOOPBACK}:{one.port}" for one in plan.orderers],
    }


def _region(region: Region, layout: Layout) -> _Tree:
    return {
        **_organisation(region.msp, str(layout.organisation(region.name) / "msp"), "peer"),
        "AnchorPeers": [{"Host": LOOPBACK, "Port": region.port}],
    }


def _organisation(msp: str, folder: str, node: str) -> _Tree:
    def anyone(*kinds: str) -> _Tree:
        either = ", ".join(f"'{msp}.{kind}'" for kind in kinds)
        return {"Type": "Signature", "Rule": f"OR({either})"}

    return {
        "Name": msp,
        "ID": msp,
        "MSPDir": folder,
        "Policies": {
            "Readers": anyone("admin", "client", node),
            "Writers": anyone("admin", "client", node),
            "Admins": anyone("admin"),
            "Endorsement": anyone(node),
        },
    }


def _policies(readers: str, writers: str, admins: str) -> _Tree:
    return {"Readers": _meta(readers), "Writers": _meta(writers), "Admins": _meta(admins)}


def _meta(rule: str) -> _Tree:
    return {"Type": "ImplicitMeta", "Rule": rule}
