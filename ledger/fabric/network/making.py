"""Make a network in an empty folder: identities, the channel's first block, packages, connection files.

Nothing is started. Where this was broken off, what is there is thrown away and made anew: the folder was empty before.
"""

import shutil
import subprocess
from collections.abc import Mapping
from datetime import datetime

import msgspec

from ledger.fabric.network import configuring
from ledger.fabric.network.errors import PlaceTaken, StepFailed
from ledger.fabric.network.identities import LOOPBACK, Entropy, Issued
from ledger.fabric.network.layout import Layout
from ledger.fabric.network.organisations import (
    Organisation,
    as_yaml,
    found_organisation,
    write_pair,
    write_public,
)
from ledger.fabric.network.packages import label_of, write_builder, write_package
from ledger.fabric.network.parts import environment_of
from ledger.fabric.network.plan import AUDIT, CONSENT, ORDERER, Plan, Region, written
from ledger.fabric.network.programs import Programs

_SECONDS = 60.0


def require_ours(layout: Layout) -> None:
    """Return if the folder is empty, not there, or one that a network was being made in. Raises PlaceTaken."""
    root = layout.root
    if root.exists() and not root.is_dir():
        raise PlaceTaken(str(root))
    if root.exists() and not layout.unfinished.exists() and any(one != layout.lock for one in root.iterdir()):
        raise PlaceTaken(str(root))


def make(
    plan: Plan,
    layout: Layout,
    *,
    programs: Programs,
    environment: Mapping[str, str],
    now: datetime,
    entropy: Entropy,
) -> None:
    """Write everything into the folder; the plan last. Raises PlaceTaken, StepFailed."""
    require_ours(layout)
    layout.unfinished.touch()
    _clear(layout)
    _make_orderers(plan, layout, now, entropy)
    regions = [
        found_organisation(layout.organisation(region.name), region.msp, now=now, entropy=entropy)
        for region in plan.regions
    ]
    write_builder(layout.builder)
    for region, organisation in zip(plan.regions, regions, strict=True):
        _make_region(region, organisation, layout)
        write_public(layout.connection(region.name), connection_file(plan, region).encode())
    _exchange_authorities(plan, layout)
    _make_block(plan, layout, programs, environment)
    write_public(layout.plan, written(plan))
    layout.unfinished.unlink()


def connection_file(plan: Plan, region: Region) -> str:
    """What the region's node is told about its way to the channel (`ledger.fabric.connection`)."""
    lines = [
        *_table({"channel": plan.channel, "chaincode_audit": AUDIT, "chaincode_consent": CONSENT}),
        *_table(_reached(region, "tls-ca.pem")),
        *_table({"certificate": "client.pem", "key": "client.key"}),
    ]
    for other in plan.regions:
        if other is not region:
            lines += ["", "[[other]]", *_table(_reached(other, f"tls-ca-{other.name}.pem"))]
    return "\n".join(lines) + "\n"


def server_name(region: Region) -> str:
    """The name in the certificate of a region's peer."""
    return f"peer.{region.name}"


def _clear(layout: Layout) -> None:
    for one in layout.root.iterdir():
        if one.is_dir() and not one.is_symlink():
            shutil.rmtree(one)
        elif one not in (layout.unfinished, layout.lock):
            one.unlink()


def _make_orderers(plan: Plan, layout: Layout, now: datetime, entropy: Entropy) -> None:
    folder = layout.organisation(ORDERER)
    organisation = found_organisation(folder, configuring.ORDERER_MSP, now=now, entropy=entropy)
    admin = folder / "admin"
    organisation.member(admin, "admin", "admin")
    organisation.line(admin, "admin")
    for one in plan.orderers:
        organisation.member(layout.orderer(one.name), one.name, "orderer")
        organisation.line(layout.orderer(one.name), one.name)


def _make_region(region: Region, organisation: Organisation, layout: Layout) -> None:
    folder, peer = layout.organisation(region.name), layout.peer(region.name)
    organisation.member(folder / "admin", "admin", "admin")
    organisation.member(peer, server_name(region), "peer")
    organisation.line(peer, server_name(region))
    # A service signs for the region; people's names would stay in the blocks for ever.
    write_pair(folder, "client", organisation.members.issue(f"hutong.{region.name}", "client"))
    lines = organisation.lines.issued.certificate
    caller = Issued((peer / "tls" / "server.pem").read_bytes(), (peer / "tls" / "server.key").read_bytes())
    for chaincode, port in region.servers.items():
        organisation.line(layout.server(region.name, chaincode), f"{chaincode}.{region.name}")
        package = layout.package(region.name, chaincode)
        write_package(package, label_of(chaincode), port, peer=caller, authority=lines)


def _exchange_authorities(plan: Plan, layout: Layout) -> None:
    """What a region must know of the others to speak with their peers, in its own folder: it may be taken elsewhere."""
    for region in plan.regions:
        for other in plan.regions:
            if other is not region:
                lines = (layout.organisation(other.name) / "tls-ca.pem").read_bytes()
                write_public(layout.organisation(region.name) / f"tls-ca-{other.name}.pem", lines)


def _make_block(plan: Plan, layout: Layout, programs: Programs, environment: Mapping[str, str]) -> None:
    write_public(layout.configtx, as_yaml(configuring.channel(plan, layout)))
    words = ["-profile", configuring.PROFILE, "-channelID", plan.channel, "-outputBlock", str(layout.block)]
    with layout.log.open("ab") as log:
        done = subprocess.run(
            [str(programs.configtxgen), *words],
            env=environment_of(environment, layout.root),
            stdout=log,
            stderr=log,
            check=False,
            timeout=_SECONDS,
        )
    if done.returncode:
        raise StepFailed("the channel's first block", "生成通道的首个区块", str(layout.log))


def _reached(region: Region, lines: str) -> dict[str, str]:
    return {
        "msp": region.msp,
        "peer": f"{LOOPBACK}:{region.port}",
        "server_name": server_name(region),
        "tls_ca": lines,
    }


def _table(values: Mapping[str, str]) -> list[str]:
    # A JSON string is a TOML string.
    return [f"{name} = {msgspec.json.encode(value).decode()}" for name, value in values.items()]
