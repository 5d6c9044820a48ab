"""Ask each part whether it is there, and the whole whether a transaction would be endorsed. Nothing is written."""

import socket
import ssl
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from ledger.fabric.connection import read_connection
from ledger.fabric.errors import FabricError
from ledger.fabric.gateway import Deadlines, Gateway
from ledger.fabric.network.errors import PartEnded, PartSilent
from ledger.fabric.network.identities import LOOPBACK, Entropy
from ledger.fabric.network.layout import Layout
from ledger.fabric.network.participation import standing
from ledger.fabric.network.parts import Part
from ledger.fabric.network.plan import CHAINCODES, ORDERER, Orderer, Plan, Region
from ledger.fabric.network.processes import running

START_SECONDS = 30.0
READY_SECONDS = 60.0
_LINE_SECONDS = 2.0
_AGAIN_SECONDS = 0.1
_PROBE = Deadlines(endorse=10.0, evaluate=6.0)
Clock = Callable[[], datetime]


def await_line(part: Part, layout: Layout) -> None:
    """Return when the part takes a line (TLS) from us. Raises PartEnded, PartSilent."""
    give_up = time.monotonic() + START_SECONDS
    while not takes_line(part, layout):
        if running(part.folder) is None:
            raise PartEnded(part.name, part.name_zh, str(part.log))
        if time.monotonic() > give_up:
            raise PartSilent(part.name, part.name_zh, START_SECONDS, str(part.log))
        time.sleep(_AGAIN_SECONDS)


def takes_line(part: Part, layout: Layout) -> bool:
    """Whether who listens on the part's port is the part: it has its certificate."""
    organisation = layout.organisation(ORDERER if isinstance(part.of, Orderer) else part.of.name)
    context = ssl.create_default_context(cafile=organisation / "tls-ca.pem")
    # gRPC takes nobody who does not say that they will speak HTTP/2.
    context.set_alpn_protocols(["h2"])
    context.load_cert_chain(
        _caller(part, organisation) / "server.pem", _caller(part, organisation) / "server.key"
    )
    try:
        with (
            socket.create_connection((LOOPBACK, part.port), timeout=_LINE_SECONDS) as line,
            context.wrap_socket(line, server_hostname=LOOPBACK),
        ):
            return True
    except OSError:
        return False


def is_ready(plan: Plan, layout: Layout, *, clock: Clock, entropy: Entropy) -> bool:
    """Whether every orderer takes part and every region's peer gets both chaincodes endorsed, at the first try."""
    try:
        for region in plan.regions:
            with _gateway(region, layout, clock, entropy) as gateway:
                for chaincode in CHAINCODES:
                    probe(gateway, chaincode)
    except FabricError:
        return False
    return all(standing(one, plan, layout) is not None for one in plan.orderers)


def await_ready(region: Region, layout: Layout, *, clock: Clock, entropy: Entropy) -> None:
    """Return when the region's peer gets both chaincodes endorsed as their policies ask. Raises a FabricError."""
    give_up = time.monotonic() + READY_SECONDS
    with _gateway(region, layout, clock, entropy) as gateway:
        for chaincode in CHAINCODES:
            while True:
                try:
                    probe(gateway, chaincode)
                    break
                except FabricError:
                    if time.monotonic() > give_up:
                        raise
                time.sleep(_AGAIN_SECONDS)


def probe(gateway: Gateway, chaincode: str) -> None:
    """Have a question endorsed as a transaction would be, and hand nothing over. Raises a FabricError."""
    words = [b"logs", gateway.connection.msp.encode()]
    gateway.submit(chaincode, words, is_done=lambda _: True)


def height_of(part: Part, plan: Plan, layout: Layout, *, clock: Clock, entropy: Entropy) -> int | None:
    """How many blocks an orderer or peer has; None where it does not answer."""
    match part.of:
        case Orderer() as one:
            return standing(one, plan, layout)
        case Region() as region:
            try:
                with _gateway(region, layout, clock, entropy) as gateway:
                    return gateway.height()
            except FabricError:
                return None


def serves(part: Part, layout: Layout, *, clock: Clock, entropy: Entropy) -> bool:
    """Whether a chaincode's server is there, and its peer, if that runs, gets answers from it."""
    if not takes_line(part, layout) or not isinstance(part.of, Region):
        return False
    if running(layout.peer(part.of.name)) is None:
        return True
    try:
        with _gateway(part.of, layout, clock, entropy) as gateway:
            gateway.evaluate(part.folder.name, [b"logs", part.of.msp.encode()])
            return True
    except FabricError:
        return False


def _gateway(region: Region, layout: Layout, clock: Clock, entropy: Entropy) -> Gateway:
    connection = read_connection(layout.connection(region.name))
    return Gateway(connection, clock=clock, entropy=entropy, deadlines=_PROBE)


def _caller(part: Part, organisation: Path) -> Path:
    """Whose certificate is shown: an orderer's administrator's, a region's peer's."""
    return organisation / ("admin" if isinstance(part.of, Orderer) else "peer") / "tls"
