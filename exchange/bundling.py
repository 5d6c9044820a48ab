"""Put evidence together for a court or a regulator: entries, proofs, who witnessed them; opened only by an officer."""

from collections.abc import Sequence

from exchange.audit.details import keys_of
from exchange.errors import ExchangeError
from exchange.instants import to_us
from exchange.node.node import Node
from exchange.officers import require_officer
from exchange.witnessing.circle import circle_of, written
from ledger import Entry, Recorded
from ledger.bundle import Material, make
from ledger.errors import CannotOpen
from ledger.sealing import opening
from ledger.timestamp import Stamps


class NothingToOpen(ExchangeError):
    """What an entry keeps sealed cannot be opened: its key was destroyed, or it keeps nothing."""

    exit_code = 6

    def __init__(self, entry: str) -> None:
        super().__init__(
            f"what entry {entry} keeps sealed cannot be opened: its key was destroyed, or it keeps nothing",
            f"条目 {entry} 的密封内容无法打开：密钥已销毁，或没有密封内容",
            hint="leave it out, or make the bundle without --open: the entry itself is proven all the same",
            hint_zh="请去掉该条目，或不加 --open：条目本身仍可得到证明",
        )


def evidence(node: Node, entries: Sequence[str], *, opened_by: str | None) -> bytes:
    """The bundle, a zip file. With `opened_by`, a security officer, what the entries keep sealed is shown too.

    That it was opened, by whom and what, is entered first. Raises NoSuchEntry, NotAnOfficer, NothingToOpen.
    """
    found = [node.log.find(one) for one in entries]
    openings = {}
    if opened_by is not None:
        require_officer(node.directory, opened_by)
        openings = {one.id: _opening(node, one) for one in found}
        _enter(node, found, opened_by)
    circle = circle_of(node)
    witnessed = circle.notes.newest(node.log.keys, circle.policy) if circle.cards else None
    material = Material(
        entries=[one.id for one in found],
        openings=openings,
        witnessed=witnessed,
        policy=written(circle.policy),
        stamped=Stamps(node.layout.stamps).newest(),
    )
    return make(node.log, material)


def _opening(node: Node, found: Recorded) -> dict[str, str]:
    for key in keys_of(node.office, found):
        try:
            return opening(found.sealed, key=key)
        except CannotOpen:
            continue
    raise NothingToOpen(found.id)


def _enter(node: Node, found: Sequence[Recorded], by: str) -> None:
    entry = Entry(
        type="audit",
        subtype="evidence",
        action="R",
        outcome="0",
        region=node.region,
        node=node.id,
        source="officer",
        actor=node.desk.actor_named(by),
        organisation=node.own.id,
        count=len(found),
        claimed_us=to_us(node.clock()),
    )
    told = {"by": by, "entries": [one.id for one in found]}
    node.desk.write(entry, told, key=node.house_key)
