"""Speak with an orderer's administration: have it join the channel, and ask how far it is."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from ledger.fabric.network.identities import LOOPBACK
from ledger.fabric.network.layout import Layout
from ledger.fabric.network.plan import ORDERER, Orderer, Plan

_CHANNELS = "/participation/v1/channels"
_SECONDS = 5.0


def join(one: Orderer, plan: Plan, layout: Layout) -> bool:
    """Have an orderer join the channel; whether it is in it."""
    try:
        with _line_to(one, layout) as line:
            if line.get(f"{_CHANNELS}/{plan.channel}").status_code == httpx.codes.OK:
                return True
            block = {"config-block": ("channel.block", layout.block.read_bytes())}
            return line.post(_CHANNELS, files=block).status_code == httpx.codes.CREATED
    except httpx.HTTPError:
        return False


def standing(one: Orderer, plan: Plan, layout: Layout) -> int | None:
    """How many blocks an orderer has of the channel; None where it does not answer or takes no part."""
    try:
        with _line_to(one, layout) as line:
            told = line.get(f"{_CHANNELS}/{plan.channel}")
            said = told.json()
    except (httpx.HTTPError, ValueError):
        return None
    is_active = told.status_code == httpx.codes.OK and said.get("status") == "active"
    return int(said["height"]) if is_active else None


@contextmanager
def _line_to(one: Orderer, layout: Layout) -> Iterator[httpx.Client]:
    folder = layout.organisation(ORDERER)
    own = folder / "admin" / "tls"
    context = ssl.create_default_context(cafile=folder / "tls-ca.pem")
    context.load_cert_chain(own / "server.pem", own / "server.key")
    with httpx.Client(
        base_url=f"https://{LOOPBACK}:{one.admin_port}",
        verify=context,
        trust_env=False,
        timeout=_SECONDS,
    ) as line:
        yield line
