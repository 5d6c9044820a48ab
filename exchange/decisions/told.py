"""All that is known about one decision, before it is told: the entry, what was sealed with it, and what followed."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from consent import reason_words
from exchange.audit.details import Details
from exchange.decisions.duties_done import Duty, Followed
from exchange.decisions.levels import levels
from exchange.decisions.page import Text
from exchange.decisions.replaying import Replayed
from exchange.path.duties import classes_and_codes
from exchange.path.judging import KEPT_BACK
from exchange.path.leaving import sort_of_author
from exchange.path.office import Office
from exchange.path.panel import NOT_FOR_ALL
from exchange.path.wording import CODE_KEPT_BACK
from ledger import Recorded
from ledger.proof import Checked
from policies.grading import Grading
from policies.sources import Written


@dataclass(frozen=True, slots=True)
class Sentence:
    """A consent the decision rests on, in the version it saw, and the entry by which it was known."""

    consent: str
    version: int
    says: Text
    known: str
    entry: str


@dataclass(frozen=True, slots=True)
class Withheld:
    """Items that did not leave, and why. `classes` are FHIR classes."""

    code: str
    count: int
    classes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A decision. `rules` are those that decided, by code; without `same_rules` those of today, for their words.

    `adopted` is the entry by which they came into force, where it is known.
    """

    office: Office
    found: Recorded
    details: Details
    followed: Followed
    duties: Sequence[Duty]
    sentences: Sequence[Sentence]
    proof: Checked
    again: Replayed
    rules: Mapping[str, Written]
    same_rules: bool
    grading: Grading
    adopted: Recorded | None

    @property
    def permit(self) -> bool:
        return self.found.entry.decision == "permit"

    @property
    def request(self) -> Mapping[str, Any]:
        """The request as it was sealed."""
        request: Mapping[str, Any] = self.details.told.get("request", {})
        return request

    @property
    def actor(self) -> Mapping[str, Any]:
        """Who asked, as it was sealed."""
        actor: Mapping[str, Any] = self.request.get("actor", {})
        return actor

    @property
    def consent(self) -> Mapping[str, Any]:
        """What the consent room was asked and answered."""
        consent: Mapping[str, Any] = self.details.told.get("consent", {})
        return consent

    @property
    def questions(self) -> Sequence[Mapping[str, Any]]:
        """What the policy was asked and answered, one for each kind of item."""
        asked: Sequence[Mapping[str, Any]] = self.details.told.get("policy", ())
        return asked

    def levels(self) -> list[Text]:
        """How sensitive what was permitted is; not told where the rules that decided are gone, or had no levels."""
        return levels(self.grading, self.questions) if self.permit and self.same_rules else []

    def withheld(self) -> list[Withheld]:
        """What was left out, in groups by reason: what consent held back, then what the policy did.

        Of a refusal that is only what another region was to hear nothing of (exchange/path/judging.py).
        """
        kept_back = self.details.told.get(KEPT_BACK, ())
        if not (self.permit or kept_back):
            return []
        refused = dict(kept_back or self.consent.get("withheld", ()))
        groups: dict[str, Counter[str]] = {}
        for ref, reason in refused.items():
            groups.setdefault(reason, Counter())[str(ref).partition("/")[0]] += 1
        items = self.consent.get("case", {}).get("items", ())
        for item in items:
            if item["ref"] not in refused and (code := self._refusal_of(item)):
                groups.setdefault(code, Counter())[item["class"]] += 1
        found = [Withheld(code, by.total(), tuple(sorted(by))) for code, by in groups.items()]
        rest = len(items) - sum(one.count for one in found) - self.found.entry.count
        # Of several people who look together, what one may not see none is shown (exchange/path/panel.py).
        return [*found, Withheld(NOT_FOR_ALL, rest, ())] if rest > 0 else found

    def words_of(self, code: str) -> Text:
        """A reason code in words."""
        if code == NOT_FOR_ALL:
            return Text("共同查看的人员中有人无权查看", "somebody they look at it with may not see it")
        if code == CODE_KEPT_BACK.code:
            return Text(f"{CODE_KEPT_BACK.zh}({code})", f"{CODE_KEPT_BACK.en} ({code})")
        words = self.rules[code].rule if code in self.rules else reason_words(code)
        return Text(f"{words.zh}({code})", f"{words.en} ({code})")

    def _refusal_of(self, item: Mapping[str, Any]) -> str:
        """The first reason of the policy's no to items of this kind; "" where it said yes, or was not asked."""
        kind = _kind(item["class"], item.get("confidentiality"), item.get("sensitivity"))
        author = sort_of_author(item.get("author"))
        for one in self.questions:
            data = one["input"]["data"]
            asked = _kind("".join(data["classes"]), data["confidentiality"], data["sensitivities"])
            if asked == kind and data.get("author", author) == author:
                return (
                    self._kept_by_code(item) if one["output"]["allow"] else str(one["output"]["reasons"][0])
                )
        return ""

    def _kept_by_code(self, item: Mapping[str, Any]) -> str:
        """CODE_NOT_FOR_ROLE for an item the policy let go, of a class of which it let go certain codes only."""
        for code, _, value in (text.partition(":") for text in self.found.entry.obligations):
            wanted = classes_and_codes(value).get(item["class"]) if code == "only-codes" else None
            if wanted is not None and wanted.isdisjoint(item.get("code", ())):
                return CODE_KEPT_BACK.code
        return ""


def _kind(class_: str, level: str | None, sensitivities: Sequence[str] | None) -> tuple[object, ...]:
    return class_, level, tuple(sensitivities or ())
