"""What the policy does not permit stays, whatever the patient agreed to; and a refusal tells nothing it need not."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import timedelta

import orjson
import pytest

from exchange.audit.agreement import disagreements
from exchange.consenting import consents_of, revoke
from exchange.decisions.replaying import replay
from exchange.directory import Organisation
from exchange.evidence.giving import give_code
from exchange.node.node import Node
from exchange.path.office import Office
from exchange.path.release import MOST_TIMES_DECIDED, Refused, Released
from exchange.path.verdict import Verdict
from ledger import Change, Draft, Entry, Log, Recorded
from policies import Decision, Obligation, Reason
from policies.answer import UNDEFINED, refusal
from tests.exchange.engines import CARE, Says, asking, permitting, refusing
from tests.exchange.nodes import (
    OTHER_DOCTOR,
    REASON,
    Site,
    allow,
    emergency,
    entries,
    last,
    put,
    question,
)
from tests.exchange.people import AN, BO, BOTH, EVERYTHING, PSYCHIATRIC

SECOND = "ks-dr-006"  # of the same hospital as OTHER_DOCTOR
UNKNOWN = ("p-404", "Patient/p-404", "110105190001010000", "urn:x|1")


def _told(verdict: Verdict) -> dict[str, object]:
    """Everything of a verdict that may reach whoever asked."""
    return {one.name: getattr(verdict, one.name) for one in fields(verdict) if one.name != "evidence"}


def _shape(found: Recorded) -> dict[str, object]:
    """An entry without what differs from entry to entry."""
    body = orjson.loads(found.body)
    kept: dict[str, object] = body["entry"]
    return {name: value for name, value in kept.items() if name not in ("patient", "details", "reason")}


@pytest.mark.parametrize("patient", UNKNOWN)
def test_a_patient_nobody_knows_is_refused_like_one_who_never_agreed(node: Node, patient: str) -> None:
    known, unknown = (put(question(node, patient=one), node.office) for one in (BO, patient))
    assert isinstance(known.result, Refused)
    assert isinstance(unknown.result, Refused)
    assert _told(unknown.result.verdict) == _told(known.result.verdict)
    assert _shape(unknown.result.entry) == _shape(known.result.entry)
    assert (known.code, unknown.delivered) == ("NO_CONSENT", ())


@pytest.mark.parametrize("person", [OTHER_DOCTOR, "ks-ic-001"])
def test_an_emergency_that_may_not_be_declared_does_not_tell_who_is_known(node: Node, person: str) -> None:
    told = [
        _told(
            put(
                question(node, person, patient, "ETREAT", emergency_reason=REASON), node.office
            ).result.verdict
        )
        for patient in (BO, UNKNOWN[0])
    ]
    assert told[0] == told[1]
    assert told[0]["code"] == "BREAK_GLASS_NOT_AUTHORIZED"


def test_an_emergency_about_a_patient_nobody_knows_is_refused_too(node: Node) -> None:
    answer = put(emergency(node, UNKNOWN[0]), node.office)
    assert (answer.permit, answer.code) == (False, "NO_CONSENT")
    assert not answer.result.verdict.permit
    assert last(node).entry.break_glass


def test_a_patient_nobody_knows_gets_no_key(node: Node) -> None:
    before = node.vault.count()
    put(question(node, patient=UNKNOWN[0]), node.office)
    assert node.vault.count() == before


def test_the_policy_may_refuse_what_the_patient_allowed(node: Node) -> None:
    allow(node)
    answer = put(question(node), asking(node.office, refusing("HOUSE_RULE")))
    assert (answer.permit, answer.code, answer.delivered) == (False, "HOUSE_RULE", ())
    assert answer.result.verdict.reasons[0].law == "a law"


def test_a_policy_cannot_permit_what_the_patient_did_not(node: Node) -> None:
    assert put(question(node), asking(node.office, permitting(CARE))).code == "NO_CONSENT"


def test_a_policy_without_an_answer_refuses(node: Node) -> None:
    allow(node)
    office = asking(node.office, Says(lambda _: refusal(UNDEFINED)))
    assert put(question(node), office).code == "POLICY_UNDEFINED"


def test_the_real_policy_refuses_a_question_it_cannot_read(node: Node) -> None:
    """A region that is none makes the whole question malformed."""
    allow(node)
    request = question(node)
    actor = request.actor
    strange = replace(request, actor=replace(actor, organisation=_elsewhere(actor.organisation)))
    assert put(strange, node.office).code == "QUESTION_MALFORMED"


def _elsewhere(one: Organisation) -> Organisation:
    return replace(one, region="nowhere")


def test_a_policy_engine_that_was_closed_refuses(node: Node) -> None:
    from policies.wasm import load

    allow(node)
    engine = load(cache=node.layout.cache)
    engine.close()
    assert put(question(node), asking(node.office, engine)).code == "POLICY_ERROR"


@pytest.mark.parametrize(
    ("obligations", "code"),
    [
        ((), "POLICY_UNKNOWN_OBLIGATION"),
        ((CARE, Obligation("watermark", "red")), "POLICY_UNKNOWN_OBLIGATION"),
        ((CARE, Obligation("review", "tomorrow")), "POLICY_UNKNOWN_OBLIGATION"),
        ((Obligation("deidentify", "a little"),), "POLICY_UNKNOWN_OBLIGATION"),
    ],
)
def test_a_permit_whose_terms_cannot_be_kept_is_no_permit(
    node: Node, obligations: tuple[Obligation, ...], code: str
) -> None:
    allow(node)
    answer = put(question(node), asking(node.office, permitting(*obligations)))
    assert (answer.permit, answer.code, answer.delivered) == (False, code, ())
    assert last(node).entry.decision == "deny"


def _nothing_psychiatric(asked: Mapping[str, object]) -> Decision:
    data = asked["data"]
    assert isinstance(data, dict)
    if "PSY" in data["sensitivities"]:
        return Decision(allow=False, reasons=(Reason("NOT_PSY", "no", "否"),))
    return Decision(allow=True, obligations=(CARE,))


def test_one_kind_that_is_refused_withholds_that_kind_only(node: Node) -> None:
    allow(node)
    answer = put(question(node), asking(node.office, Says(_nothing_psychiatric)))
    assert answer.refs & set(EVERYTHING) == set(EVERYTHING) - {*PSYCHIATRIC, *BOTH}
    withheld = {one.ref: one.reason for one in answer.result.verdict.withheld}
    assert withheld == dict.fromkeys((*PSYCHIATRIC, *BOTH), "NOT_PSY")


def test_the_policy_is_asked_once_for_each_kind_of_item(node: Node) -> None:
    allow(node)
    asked: list[str] = []

    def answer(one: Mapping[str, object]) -> Decision:
        asked.append(repr(one["data"]))
        return Decision(allow=True, obligations=(CARE,))

    put(question(node), asking(node.office, Says(answer)))
    assert len(asked) == len(set(asked)) > 1


def test_the_strictest_of_the_profiles_is_used_for_all(node: Node) -> None:
    """Observations under the research profile lose what would say who measured."""
    allow(node)

    def answer(asked: Mapping[str, object]) -> Decision:
        data = asked["data"]
        assert isinstance(data, dict)
        profile = "research" if "Observation" in data["classes"] else "care"
        return Decision(allow=True, obligations=(Obligation("deidentify", profile),))

    result = put(question(node), asking(node.office, Says(answer)))
    assert isinstance(result.result, Released)
    assert result.result.verdict.duties is not None
    assert result.result.verdict.duties.profile == "research"
    assert "欧阳静姝".encode() not in result.delivered[0]


def test_an_organisation_that_is_suspended_gets_nothing_even_in_an_emergency(node: Node) -> None:
    request = emergency(node)
    actor = request.actor
    suspended = replace(
        request, actor=replace(actor, organisation=replace(actor.organisation, standing="suspended"))
    )
    assert put(suspended, node.office).code == "ORGANISATION_NOT_ACTIVE"


def _revoking(node: Node, consent_id: str) -> Says:
    """The real policy; but while it thinks for the first time, the patient takes the consent back."""
    real = node.office.policy()

    def answer(asked: Mapping[str, object]) -> Decision:
        if consents_of(node, AN)[0].resource["status"] == "active":
            revoke(node, AN, consent_id, by=f"Patient/{AN}")
        return real.decide(asked)

    return Says(answer, real.digest)


def test_a_consent_taken_back_between_decision_and_entry_counts(node: Node) -> None:
    granted = allow(node)
    answer = put(question(node), asking(node.office, _revoking(node, granted.consent_id)))
    assert (answer.code, answer.delivered) == ("CONSENT_WITHDRAWN", ())
    said = [(one.entry.type, one.entry.subtype) for one in entries(node)[-3:]]
    assert said == [("consent", "revoke"), ("notice", "counted"), ("access", "refuse")]


def test_a_clock_that_was_set_back_does_not_bring_a_consent_back(node: Node, site: Site) -> None:
    granted = allow(node)
    site.clock.pass_by(timedelta(hours=2))
    revoke(node, AN, granted.consent_id, by=f"Patient/{AN}")
    site.clock.pass_by(-timedelta(hours=1))
    assert put(question(node), node.office).code == "CONSENT_WITHDRAWN"


@dataclass
class Meanwhile:
    """The ledger; so many `times`, before the intents reach it, the patient says something new."""

    log: Log
    say: Callable[[], object]
    times: int

    def append(self, entry: Entry, *, sealed: bytes = b"", change: Change | None = None) -> Recorded:
        return self.log.append(entry, sealed=sealed, change=change)

    def append_many(self, drafts: Sequence[Draft]) -> list[Recorded]:
        if self.times:
            self.times -= 1
            self.say()
        return self.log.append_many(drafts)


def _interrupted(node: Node, times: int) -> Office:
    pen = Meanwhile(node.log, lambda: allow(node, to="Organization/ks-first-hospital"), times)
    return replace(node.office, desk=node.desk.with_pen(pen))


def test_a_question_that_is_overtaken_a_few_times_is_answered_all_the_same(node: Node) -> None:
    allow(node)
    assert put(question(node), _interrupted(node, MOST_TIMES_DECIDED - 1)).permit


@pytest.mark.attack
def test_a_question_that_is_overtaken_again_and_again_is_refused_and_on_record(node: Node) -> None:
    allow(node)
    answer = put(question(node, others=(SECOND,)), _interrupted(node, 1000))
    assert (answer.permit, answer.code, answer.delivered) == (False, "OVERTAKEN", ())
    looks = [one.entry for one in entries(node) if one.entry.type == "access"]
    assert [(one.subtype, one.decision, one.why) for one in looks] == [("refuse", "deny", "OVERTAKEN")] * 2
    assert replay(node.office, last(node).id).same


@pytest.mark.attack
@pytest.mark.parametrize(("times", "code"), [(1, "CONSENT_PERMIT"), (1000, "OVERTAKEN")])
def test_a_panel_that_is_overtaken_neither_uses_a_code_up_for_nothing_nor_shows_a_wrong_one(
    node: Node, times: int, code: str
) -> None:
    allow(node)
    given = give_code(node, AN, organisation="ks-tcm-hospital", purpose="TREAT", minutes=10, by="x")
    answer = put(question(node, code=given.code, others=(SECOND,)), _interrupted(node, times))
    assert answer.code == code
    looks = [(one.entry.subtype, one.entry.phase) for one in entries(node) if one.entry.type == "access"]
    done = [("disclose", "intent")] * 2 + [("disclose", "outcome")] * 2
    assert looks == (done if answer.permit else [("refuse", "")] * 2)
    with node.log.reading() as db:
        (used, misses) = db.execute("SELECT used IS NOT NULL, misses FROM health_code").fetchall()[0]
    assert (bool(used), misses) == (answer.permit, 0)
    assert disagreements(node.log, node.house_key) == []
    assert put(question(node, code=given.code), node.office).permit is not answer.permit
