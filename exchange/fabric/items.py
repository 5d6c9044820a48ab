"""What a group of consents says to the region's other machines, and to nobody else.

A version is sealed twice: under the patient's key, as it is stored, and with the rest of its group under a key that the
region's machines derive from their common secret. So another region sees how many there were and when. When the
patient's key is destroyed nobody can open the inner seal, on whichever peer the bytes still lie.
"""

import base64
import binascii
from collections.abc import Sequence

import msgspec

from consent.carried import Carried
from exchange.fabric.errors import GapInChannel
from ledger.errors import CannotOpen
from ledger.fabric.channel import Group
from ledger.sealing import Entropy, hide, pseudonym, reveal

KEY_USE = "fabric consents"


class Version(msgspec.Struct, frozen=True, kw_only=True, tag="version"):
    """A version of a consent; `entry` and `subtype` are those of the entry it came with."""

    entry: str
    subtype: str
    row: Carried


class Erased(msgspec.Struct, frozen=True, kw_only=True, tag="erased"):
    """The key of this patient (pseudonym) was destroyed, by this entry."""

    entry: str
    patient: str


Item = Version | Erased
_read = msgspec.msgpack.Decoder(list[Item]).decode


def family_of(key: bytes) -> str:
    """What the rows of the region's machines begin with: other nodes of the region, with other keys, have their own."""
    return pseudonym(key, "family") + "/"


def sealed_items(items: Sequence[Item], *, log: str, seq: int, key: bytes, entropy: Entropy) -> str:
    """The items for the region alone, base64; they open as this group of this log and as no other."""
    hidden = hide(msgspec.msgpack.encode(items), about=_about(log, seq), key=key, entropy=entropy)
    return base64.b64encode(hidden).decode()


def items_in(group: Group, key: bytes) -> list[Item]:
    """What a group says. Raises GapInChannel where it does not open, or says something else than was committed to."""
    try:
        found = _read(
            reveal(base64.b64decode(group.sealed, validate=True), about=_about(group.log, group.seq), key=key)
        )
    except (binascii.Error, CannotOpen, msgspec.DecodeError):
        raise GapInChannel(group.seq, "does not open with the region's key", "无法用本地区密钥打开") from None
    if commitments_of(found) != group.commitments:
        raise GapInChannel(group.seq, "is not what it commits to", "与其承诺值不符")
    return found


def commitments_of(items: Sequence[Item]) -> tuple[str, ...]:
    """What everybody sees of the items: the commitments of the versions, in order."""
    return tuple(one.row.commitment for one in items if isinstance(one, Version))


def _about(log: str, seq: int) -> str:
    return f"consents, {log}, {seq}"
