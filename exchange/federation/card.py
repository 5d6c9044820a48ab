"""A node's card: what it tells another region about itself, signed by its own key and handed over by hand.

A card says which keys speak for which region and which organisations. It names no people: a node vouches
for its own (docs/adr/0006). Whoever receives one compares the fingerprint by telephone before joining.
"""

import hashlib
from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import msgspec
import orjson
from nacl.exceptions import BadSignatureError
from nacl.public import PublicKey
from nacl.signing import VerifyKey

from exchange.directory import BadRegistry, Organisation, contains, from_card, is_region, region_name, to_card
from exchange.federation.errors import BadCard, CardAltered, CardExpired, CardNotYetValid
from exchange.federation.keys import NodeKeys
from exchange.instants import CHINA
from exchange.records.resource_types import is_id
from exchange.records.strict_json import NotStrict, parse
from ledger.errors import BadKey
from ledger.keys import Handover, HandoverWrong, Keys
from ledger.witness import WitnessKey

MAX_CARD_BYTES = 8 << 20
VALID_FOR = timedelta(days=365)
# Two nodes may disagree this much about the time.
SKEW = timedelta(seconds=60)
# The signature is over this line and the card, so that it can never be taken for one over something else.
_CONTEXT = b"hutong node card v1\n"
_PRINTABLE = 200

Key = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9+/]{43}=\Z")]
Signature = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9+/]{86}==\Z")]
Line = Annotated[str, msgspec.Meta(min_length=1, max_length=_PRINTABLE)]
Aware = Annotated[datetime, msgspec.Meta(tz=True)]


class _Written(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The card as it stands in the file, without its signature."""

    version: Literal[1]
    id: Line
    region: Line
    name: Line
    url: Line
    signing_key: Key
    box_key: Key
    ledger_key: Line
    # Cards written before nodes were witnesses have none, and their signature is over what they have.
    witness_key: Line | msgspec.UnsetType = msgspec.UNSET
    # Only where the ledger's key was ever changed.
    ledger_handovers: list[Handover] | msgspec.UnsetType = msgspec.UNSET
    organisations: list[dict[str, Any]]
    issued: Aware
    expires: Aware


class _Signed(_Written, frozen=True, kw_only=True, forbid_unknown_fields=True):
    signature: Signature


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A card whose signature fits. `witness_key` is a C2SP vkey, None where the node is no witness.

    `ledger` are the keys of the node's ledger, from the first to the one that signs now; `written` is the card as it
    came.
    """

    id: str
    region: str
    name: str
    url: str
    signing: VerifyKey
    box: PublicKey
    ledger: Keys
    witness_key: str | None
    organisations: tuple[Organisation, ...]
    issued: datetime
    expires: datetime
    written: bytes = field(repr=False)

    @property
    def ledger_key(self) -> str:
        """The verifier key (C2SP vkey) the ledger signs with now."""
        return str(self.ledger)

    @property
    def fingerprint(self) -> str:
        """30 digits in groups of five (99 bits): the same for every card of this node, id, region and key."""
        known = f"{_CONTEXT.decode()}{self.id}\n{self.region}\n".encode() + bytes(self.signing)
        digits = f"{int.from_bytes(hashlib.sha256(known).digest()) % 10**30:030}"
        return " ".join(digits[at : at + 5] for at in range(0, 30, 5))

    def spoken(self, lang: str) -> str:
        """What to compare by telephone, as a sentence."""
        where = region_name(self.region, lang)
        if lang == "zh":
            return f"{where}节点 {self.id} 的指纹：{self.fingerprint}。请致电对方逐组核对"
        return f"fingerprint of node {self.id}, {where}: {self.fingerprint}; compare it by telephone"

    def organisation(self, name: str) -> Organisation | None:
        """The organisation of this id, if the card lists it."""
        return next((one for one in self.organisations if one.id == name), None)

    def require_valid(self, now: datetime) -> None:
        """Return if the card is in force; the second it expires does not count. Raises CardExpired."""
        if now >= self.expires:
            raise CardExpired(self.id, self.expires.astimezone(CHINA).date().isoformat())
        if now + SKEW < self.issued:
            raise CardNotYetValid(self.id)


def make_card(
    keys: NodeKeys,
    *,
    node: str,
    region: str,
    name: str,
    url: str,
    ledger: Keys,
    witness_key: str | None = None,
    organisations: Iterable[Organisation],
    issued: datetime,
    valid_for: timedelta = VALID_FOR,
) -> Card:
    """This node's own card, signed. Raises BadCard where another region could not read it."""
    written = _Written(
        version=1,
        id=node,
        region=region,
        name=name,
        url=url,
        signing_key=b64encode(bytes(keys.signing.verify_key)).decode(),
        box_key=b64encode(bytes(keys.box.public_key)).decode(),
        ledger_key=str(ledger),
        ledger_handovers=list(ledger.handovers) or msgspec.UNSET,
        witness_key=witness_key or msgspec.UNSET,
        organisations=to_card(organisations),
        issued=issued.replace(microsecond=0),
        expires=issued.replace(microsecond=0) + valid_for,
    )
    signature = keys.signing.sign(_signed_bytes(written)).signature
    content = {**msgspec.to_builtins(written), "signature": b64encode(signature).decode()}
    return read_card(orjson.dumps(content, option=orjson.OPT_INDENT_2) + b"\n")


def read_card(raw: bytes) -> Card:
    """The card in `raw`. Whether it is still in force is `require_valid`. Raises BadCard, CardAltered."""
    signed = _decoded(raw)
    try:
        organisations = from_card(signed.organisations)
    except BadRegistry as error:
        raise BadCard(str(error), error.zh) from None
    signing = VerifyKey(b64decode(signed.signing_key))
    try:
        signing.verify(_signed_bytes(signed), b64decode(signed.signature))
    except BadSignatureError:
        raise CardAltered from None
    card = Card(
        id=signed.id,
        region=signed.region,
        name=signed.name,
        url=signed.url.rstrip("/"),
        signing=signing,
        box=PublicKey(b64decode(signed.box_key)),
        ledger=_keys(signed),
        witness_key=signed.witness_key or None,
        organisations=organisations,
        issued=signed.issued,
        expires=signed.expires,
        written=raw,
    )
    _check(card)
    return card


def _decoded(raw: bytes) -> _Signed:
    if len(raw) > MAX_CARD_BYTES:
        raise BadCard("it is too large", "文件过大")
    try:
        parse(raw)
        return msgspec.json.decode(raw, type=_Signed)
    except NotStrict as wrong:
        raise BadCard(f"it is not strict JSON ({wrong.reason})", f"不是严格的 JSON({wrong.reason})") from None
    except msgspec.ValidationError as error:
        # msgspec names the field and the types; the name of an unknown field is the one thing it repeats.
        place = str(error).rpartition(" - at ")[2] if " - at " in str(error) else ""
        raise BadCard(f"a field is wrong {place}".rstrip(), f"字段有误 {place}".rstrip()) from None
    except msgspec.DecodeError:
        raise BadCard("it is not JSON", "不是 JSON") from None


def _keys(signed: _Signed) -> Keys:
    try:
        return Keys.following(signed.ledger_key, signed.ledger_handovers or ())
    except (BadKey, HandoverWrong) as error:
        raise BadCard(str(error), error.zh) from None


def _check(card: Card) -> None:
    """What every card must keep, whoever reads it."""
    if not is_id(card.id) or card.id.startswith("."):
        raise BadCard(
            "the node's id must be letters, digits, hyphens or dots", "节点编号须为字母、数字、连字符或点"
        )
    if not is_region(card.region):
        raise BadCard("the region is not a GB/T 2260 code", "地区不是 GB/T 2260 代码")
    if not card.name.isprintable():
        raise BadCard("the name holds what cannot be printed", "名称含有不可显示的字符")
    if not _is_address(card.url):
        raise BadCard(
            "the address must be http(s)://host[:port][/path]", "地址应为 http(s)://主机[:端口][/路径]"
        )
    if card.expires <= card.issued:
        raise BadCard("it expires before it was issued", "过期时间早于签发时间")
    try:
        if card.witness_key is not None:
            WitnessKey.parse(card.witness_key)
    except BadKey as error:
        raise BadCard(str(error), error.zh) from None
    for number, one in enumerate(card.organisations, 1):
        if not contains(card.region, one.region):
            raise BadCard(
                f"organisation {number} does not lie in the card's region",
                f"第 {number} 个机构不在名片所属地区内",
            )


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    host = parts.hostname or ""
    named = len(host) <= 253 and all(0 < len(label) <= 63 for label in host.removesuffix(".").split("."))
    plain = url.isascii() and url.isprintable() and not set(url) & set(" \\?#@")
    return plain and named and parts.scheme in ("http", "https") and port != 0


def _signed_bytes(written: _Written) -> bytes:
    """What the signature is over: the fields in one spelling, so that blanks and order do not matter."""
    fields = {name: getattr(written, name) for name in _Written.__struct_fields__}
    given = {name: value for name, value in fields.items() if value is not msgspec.UNSET}
    return _CONTEXT + orjson.dumps(msgspec.to_builtins(given), option=orjson.OPT_SORT_KEYS)
