"""Two regions and a stranger, with real keys; all of it invented."""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from exchange.directory import Organisation
from exchange.federation.card import Card, make_card
from exchange.federation.keys import NodeKeys
from exchange.federation.messages import Asker, Question
from exchange.node.secrets import MasterSecret
from ledger import Signer
from ledger.keys import Keys

NOW = datetime(2026, 5, 1, 9, 30, tzinfo=UTC)

ZHUHAI_HOSPITAL = Organisation(
    "zh-first-hospital",
    "珠海第一医院",
    "Zhuhai First Hospital",
    "hospital",
    "prefecture",
    "440400",
    emergency=True,
)
KUNSHAN_HOSPITAL = Organisation(
    "ks-first-hospital", "昆山第一医院", "Kunshan First Hospital", "hospital", "county", "320583"
)
TIANJIN_HOSPITAL = Organisation(
    "tj-hospital", "天津医院", "Tianjin Hospital", "hospital", "provincial", "120101"
)

KUNSHAN_MASTER = MasterSecret(b"k" * 32)
KUNSHAN = NodeKeys.of(KUNSHAN_MASTER)
ZHUHAI = NodeKeys.of(MasterSecret(b"z" * 32))
TIANJIN = NodeKeys.of(MasterSecret(b"t" * 32))


def entropy(seed: str = "") -> Callable[[int], bytes]:
    """Bytes that never repeat within a test and are the same in every run."""
    drawn = 0

    def draw(size: int) -> bytes:
        nonlocal drawn
        drawn += 1
        return hashlib.shake_256(f"{seed}{drawn}".encode()).digest(size)

    return draw


def vkey(node: str) -> str:
    """The ledger key on the card of `node`."""
    return Signer(f"hutong.test/{node}", hashlib.sha256(node.encode()).digest()).verifier_key


def card(
    keys: NodeKeys,
    node: str,
    region: str,
    *organisations: Organisation,
    url: str = "",
    issued: datetime = NOW - timedelta(days=1),
    valid_for: timedelta = timedelta(days=365),
    ledger_key: str = "",
    witness_key: str | None = None,
) -> Card:
    """A card like the one `hutong node card` writes."""
    return make_card(
        keys,
        node=node,
        region=region,
        name=f"节点 {node}",
        url=url or f"https://{node}.example",
        ledger=Keys.only(ledger_key or vkey(node)),
        witness_key=witness_key,
        organisations=organisations,
        issued=issued,
        valid_for=valid_for,
    )


KUNSHAN_CARD = card(KUNSHAN, "ks", "320583", KUNSHAN_HOSPITAL)
ZHUHAI_CARD = card(ZHUHAI, "zh", "440400", ZHUHAI_HOSPITAL)
TIANJIN_CARD = card(TIANJIN, "tj", "120000", TIANJIN_HOSPITAL)

# Zhuhai asks Kunshan.
QUESTION = Question(
    id="0196890a-0000-7000-8000-000000000001",
    asker="zh",
    holder="ks",
    patient="p-17",
    purpose="TREAT",
    classes=(),
    actor=Asker(
        id="dr-wen", name="温知秋", role="physician", organisation="zh-first-hospital", on_behalf_of=""
    ),
    asked_at=NOW,
    emergency_reason=None,
    based_on=None,
    salt="ab" * 32,
)
