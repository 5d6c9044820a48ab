"""The parts of a network: each is one process, with a folder, a port, and a name a person can use."""

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ledger.fabric.network import configuring
from ledger.fabric.network.identities import LOOPBACK
from ledger.fabric.network.layout import Layout
from ledger.fabric.network.organisations import as_yaml, write_public
from ledger.fabric.network.packages import label_of, package_id
from ledger.fabric.network.plan import Orderer, Plan, Region
from ledger.fabric.network.processes import LOG
from ledger.fabric.network.programs import Programs

Kind = Literal["orderer", "peer", "chaincode"]
# What would change a program's configuration behind our back, or lead a call to our own machine elsewhere.
_LEFT_OUT = ("CORE_", "ORDERER_", "FABRIC_", "CHAINCODE_", "CONFIGTX_")
_PROXIES = ("http_proxy", "https_proxy", "all_proxy")
_LOGGED = {
    "FABRIC_LOGGING_SPEC": "warning",
    "FABRIC_LOGGING_FORMAT": "%{time:2006-01-02T15:04:05.000Z07:00} %{level} [%{module}] %{message}",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """An orderer, a region's peer, or the server of a chaincode of a region."""

    kind: Kind
    name: str
    name_zh: str
    folder: Path
    port: int
    of: Orderer | Region

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"{LOOPBACK}:{self.port}"

    @property
    def ports(self) -> tuple[int, ...]:
        """Every port it listens on."""
        match self.of:
            case Orderer() as one:
                return (one.port, one.admin_port, one.operations_port)
            case Region() as region if self.kind == "peer":
                return (region.port, region.chaincode_port, region.operations_port)
        return (self.port,)

    @property
    def log(self) -> Path:
        """What it says about itself."""
        return self.folder / LOG


def parts_of(plan: Plan, layout: Layout) -> list[Part]:
    """All of them, in the order in which they are started."""
    return [*_orderers(plan, layout), *_peers(plan, layout), *_servers(plan, layout)]


def command_of(part: Part, layout: Layout, programs: Programs) -> list[str]:
    """How the part is started; its configuration is written first."""
    match part.of:
        case Orderer() as one:
            write_public(part.folder / "orderer.yaml", as_yaml(configuring.orderer(one, layout)))
            return [str(programs.orderer)]
        case Region() as region if part.kind == "peer":
            write_public(part.folder / "core.yaml", as_yaml(configuring.peer(region, layout)))
            return [str(programs.peer), "node", "start"]
        case Region() as region:
            return _server_command(part, region, layout)


def environment_of(environment: Mapping[str, str], configuration: Path) -> dict[str, str]:
    """The environment for one of Fabric's programs, whose configuration lies in that folder."""
    return {**plain(environment), **_LOGGED, "FABRIC_CFG_PATH": str(configuration)}


def plain(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment without what is meant for other networks."""
    return {
        name: value
        for name, value in environment.items()
        if not name.startswith(_LEFT_OUT) and name.lower() not in _PROXIES
    }


def _orderers(plan: Plan, layout: Layout) -> Iterator[Part]:
    for number, one in enumerate(plan.orderers, 1):
        yield Part(
            kind="orderer",
            name=f"orderer {number}",
            name_zh=f"排序节点 {number}",
            folder=layout.orderer(one.name),
            port=one.port,
            of=one,
        )


def _peers(plan: Plan, layout: Layout) -> Iterator[Part]:
    for region in plan.regions:
        yield Part(
            kind="peer",
            name=f"peer of {region.name}",
            name_zh=f"{region.name} 的 peer",
            folder=layout.peer(region.name),
            port=region.port,
            of=region,
        )


def _servers(plan: Plan, layout: Layout) -> Iterator[Part]:
    for region in plan.regions:
        for chaincode, port in region.servers.items():
            yield Part(
                kind="chaincode",
                name=f"{chaincode} of {region.name}",
                name_zh=f"{region.name} 的链码 {chaincode}",
                folder=layout.server(region.name, chaincode),
                port=port,
                of=region,
            )


def _server_command(part: Part, region: Region, layout: Layout) -> list[str]:
    chaincode = part.folder.name
    tls = part.folder / "tls"
    identity = package_id(layout.package(region.name, chaincode), label_of(chaincode))
    return [
        *(sys.executable, "-m", "ledger.fabric.chaincode"),
        *("--address", part.address, "--id", identity),
        *("--tls-certificate", str(tls / "server.pem"), "--tls-key", str(tls / "server.key")),
        *("--tls-client-ca", str(layout.organisation(region.name) / "tls-ca.pem")),
    ]
