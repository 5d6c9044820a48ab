"""An officer's search as it is typed, turned into what the ledger knows: pseudonyms, ids, codes.

A name nobody knows is an error and not an empty answer: "nothing found" would be read as "it did not happen".
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from exchange.audit.details import details_of
from exchange.audit.named import patients_named
from exchange.audit.rules import reasons_of
from exchange.audit.search import Filter
from exchange.audit.words import REASONS
from exchange.directory import NotInDirectory, contains, is_region
from exchange.errors import ExchangeError
from exchange.evidence.claim import claim_of
from exchange.nearby import listed_hint
from exchange.node.node import Node
from exchange.vocabulary import PURPOSE
from ledger import Recorded
from ledger.projection import Projection, Wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What somebody typed; "" and None mean any. `region` and `tier` are those of the organisation that asked.

    `patient` is an id, system|value or number; `actor` and `organisation` ids of the registry; `case` kind:id.
    """

    patient: str = ""
    actor: str = ""
    organisation: str = ""
    region: str = ""
    tier: str = ""
    purpose: str = ""
    decision: str = ""
    why: str = ""
    case: str = ""
    since: datetime | None = None
    until: datetime | None = None
    break_glass: bool = False


class NotKnown(ExchangeError):
    """Something searched for is neither listed here nor in any entry; what was typed is never repeated."""

    exit_code = 6

    def __init__(self, en: str, zh: str, hint: str, hint_zh: str) -> None:
        super().__init__(
            f"nobody knows {en}, and no entry has it; nothing was searched",
            f"{zh}未知，也没有任何条目含有它；未执行检索",
            hint=hint,
            hint_zh=hint_zh,
        )


def filter_of(node: Node, sought: Sought) -> Filter:
    """The same for `search`. Raises UnknownPatient, RecordErased, NotKnown, BadCase."""
    _require_known(node, sought.organisation, _ORGANISATION)
    _require_known(node, sought.purpose, _PURPOSE)
    _require_known(node, sought.why, _WHY)
    if sought.region and not is_region(sought.region):
        raise NotKnown(
            "this region",
            "该地区",
            "six digits of GB/T 2260, zeros for a whole city or province: 440402, 440400, 440000",
            "GB/T 2260 六位代码，整市或整省以 0 补齐：440402、440400、440000",
        )
    return Filter(
        patients=patients_named(node, sought.patient),
        actors=_actors(node, sought.actor),
        organisation=sought.organisation or None,
        organisations=_organisations(node, sought.region, sought.tier),
        purpose=sought.purpose or None,
        decision=sought.decision or None,
        why=sought.why or None,
        since=sought.since,
        until=sought.until,
        break_glass=True if sought.break_glass else None,
        opened=_naming(node, sought.case) if sought.case else None,
    )


@dataclass(frozen=True, slots=True)
class _Kind:
    """What somebody may search by: its words, where it is listed, where it stands in an entry, where all are."""

    en: str
    zh: str
    listed: Callable[[Node], Iterable[str]]
    column: str
    where: tuple[str, str]


_IN_REGISTRY = ("registry.toml lists all", "全部列在 registry.toml 中")
_ORGANISATION = _Kind(
    "this organisation",
    "该机构",
    lambda node: (one.id for one in node.directory.organisations()),
    "organisation",
    _IN_REGISTRY,
)
_PURPOSE = _Kind(
    "this purpose",
    "该目的",
    lambda _: PURPOSE.codes,
    "purpose",
    ("all of them: hutong policy codes purpose", "全部代码：hutong policy codes purpose"),
)
_WHY = _Kind(
    "this reason code",
    "该原因代码",
    lambda node: dict.fromkeys((*REASONS, *reasons_of(node))),
    "why",
    ("all of them: hutong policy codes reason", "全部代码：hutong policy codes reason"),
)


def _require_known(node: Node, text: str, kind: _Kind) -> None:
    """Entries are asked too: an organisation may have left the registry, a rule of the region have its own codes."""
    if not text:
        return
    listed = tuple(kind.listed(node))
    if text not in listed and not _stands(node, kind.column, {text}):
        raise NotKnown(kind.en, kind.zh, *listed_hint(text, listed, kind.where))


def _stands(node: Node, column: str, texts: Collection[str]) -> bool:
    """Whether an entry has one of these in `column`."""
    return any(True for _ in Projection(node.log).find(Wanted({column: frozenset(texts)})))


def _actors(node: Node, person: str) -> frozenset[str] | None:
    """Every pseudonym somebody of this id may act under: as one of ours, or of another node's."""
    if not person:
        return None
    places = [node.id, *(card.id for card in node.peers)]
    names = frozenset(node.desk.actor_named(person, node=place) for place in places)
    try:
        node.directory.person(person)
    except NotInDirectory:
        # People of other regions, patients and relatives are in no registry of ours, but may have done something.
        if not _stands(node, "actor", names):
            people = [one.id for one in node.directory.people()]
            raise NotKnown("this person", "该人员", *listed_hint(person, people, _IN_REGISTRY)) from None
    return names


def _organisations(node: Node, region: str, tier: str) -> frozenset[str] | None:
    """The ids of those that lie in the region and are of the tier, as the registry has them today."""
    if not (region or tier):
        return None
    return frozenset(
        one.id
        for one in node.directory.organisations()
        if (not region or contains(region, one.region)) and tier in ("", one.tier)
    )


def _naming(node: Node, case: str) -> Callable[[Recorded], bool]:
    """Whether the case stands in an access's sealed question. Raises BadCase."""
    claim = claim_of(case)
    wanted = {"kind": claim.kind, "id": claim.id}

    def opened(found: Recorded) -> bool:
        if found.entry.type != "access":
            return False
        request = details_of(node.office, found).told.get("request")
        ground = request.get("based_on") if isinstance(request, Mapping) else None
        return isinstance(ground, Mapping) and {name: ground.get(name) for name in wanted} == wanted

    return opened
