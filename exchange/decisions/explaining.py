"""One page about one decision that a lawyer understands: who, what, why, which sentence, which rule, which law.

Everything on it comes from the entry, what was sealed with it and the entries that followed; nothing is judged anew.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import orjson

from consent import sentence
from exchange.audit.details import Details, details_of
from exchange.decisions.duties_done import Followed
from exchange.decisions.gaps import gaps
from exchange.decisions.page import Page, Text
from exchange.decisions.printing import printed
from exchange.decisions.replaying import NotADecision, Replayed, replay
from exchange.decisions.telling import page_about
from exchange.decisions.told import Sentence, Story
from exchange.decisions.words import time_of
from exchange.panels import first_of
from exchange.path.office import Office
from exchange.policy.adopting import newest
from ledger import Recorded
from ledger.proof import check, prove
from policies.bundle import DATA_ROOT, Bundle, read_bundle
from policies.grading import Grading
from policies.sources import sources_in


@dataclass(frozen=True, slots=True)
class Explained:
    """The decision, the page about it, and whether it came out the same when it was made again."""

    story: Story
    page: Page

    @property
    def found(self) -> Recorded:
        return self.story.found

    @property
    def again(self) -> Replayed:
        return self.story.again

    def lines(self, lang: str) -> list[str]:
        """The page for a terminal, in "zh" or "en"."""
        return list(self.page.lines(lang))

    def as_html(self) -> bytes:
        """The same in one file to print, in both languages."""
        return printed(self.page)

    def as_dict(self) -> dict[str, object]:
        """The same for a program: what is decided in codes, and the page in both languages."""
        entry, proof = self.found.entry, self.story.proof
        return {
            "entry": self.found.id,
            "decision": entry.decision,
            "why": entry.why,
            "policy": entry.policy,
            "consents": [f"{one.consent}/{one.version}" for one in self.story.sentences],
            "withheld": [
                {"code": one.code, "count": one.count, "classes": list(one.classes)}
                for one in self.story.withheld()
            ],
            "levels": [{"zh": one.zh, "en": one.en} for one in self.story.levels()],
            "duties": [
                {
                    "code": one.code,
                    "value": one.value,
                    "state": one.state,
                    "zh": one.says.zh,
                    "en": one.says.en,
                }
                for one in self.story.duties
            ],
            "ledger": {"origin": proof.origin, "index": proof.index, "size": proof.size},
            "replay": {"possible": self.again.possible, "same": self.again.same},
            "not_known": [{"zh": one.zh, "en": one.en} for one in gaps(self.story)],
            "page": self.page.as_list(),
        }


def nothing_kept(_: str) -> Bundle | None:
    """Where no bundles are kept: the rules that came with the program are looked at, if it was they that decided."""
    return None


def explain(office: Office, entry_id: str, kept: Callable[[str], Bundle | None] = nothing_kept) -> Explained:
    """The page about the decision in this entry, or in the one it belongs to. Raises NoSuchEntry, NotADecision.

    `kept` gives the bundle of a revision, for the words of its rules; None where it is gone.
    """
    found = office.log.find(entry_id)
    if found.entry.intent:
        found = office.log.find(found.entry.intent)
    if not found.entry.decision:
        raise NotADecision
    details = details_of(office, found)
    bundle = kept(found.entry.policy) or read_bundle()
    followed = Followed(office, found, tuple(_later(office, found)), _recipient(details))
    story = Story(
        office=office,
        found=found,
        details=details,
        followed=followed,
        duties=followed.duties(),
        sentences=tuple(_sentences(office, found, details)),
        proof=check(prove(office.log, found.id)),
        again=replay(office, found.id),
        rules=sources_in(bundle.packed, "the bundle").rules,
        same_rules=bundle.digest == found.entry.policy,
        grading=Grading(orjson.loads(bundle.data)[DATA_ROOT]),
        adopted=_adopted(office, found),
    )
    return Explained(story, page_about(story))


def _adopted(office: Office, found: Recorded) -> Recorded | None:
    """The entry by which the rules came into force that decided, where they are still those in force."""
    adopted = newest(office.log)
    if adopted is None or adopted.digest != found.entry.policy or adopted.entry > found.id:
        return None
    return office.log.find(adopted.entry)


def _later(office: Office, found: Recorded) -> Iterator[Recorded]:
    """The entries that belong to a permit. A patient nobody knows is permitted nothing, and nothing follows."""
    if not found.entry.patient:
        return
    first = first_of(office.log, found).id
    for one in office.log.of_patient(found.entry.patient):
        if one.entry.intent == found.id or (one.entry.intent, one.entry.type) in (
            (first, "review"),
            (first, "notice"),
        ):
            yield one


def _recipient(details: Details) -> str:
    """The node that vouched for the requester, and that the record goes to."""
    return str(details.told.get("request", {}).get("actor", {}).get("vouched_by", ""))


def _sentences(office: Office, found: Recorded, details: Details) -> Iterator[Sentence]:
    """The consents the decision rests on, in the version it saw."""
    keys = office.vault.key_behind(found.entry.patient) if found.entry.patient else None
    kept = details.told.get("consent", {})
    seen = {(name, version) for name, version in kept.get("versions", ()) if name in kept.get("basis", ())}
    newest = {name: max(v for n, v in seen if n == name) for name, _ in seen}
    for one in office.consents.versions(keys) if keys else ():
        if newest.get(one.consent_id) == one.version:
            zh, en = (
                sentence(one.resource, lang, partial(office.directory.name_of, lang=lang))
                for lang in ("zh", "en")
            )
            known = time_of(one.known)
            yield Sentence(one.consent_id, one.version, Text(zh, en), known, one.entry)
