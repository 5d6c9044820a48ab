"""May this person count this? The policy is asked as for any release, on behalf of somebody who has nobody's consent.

Asked like that it never permits content. What it refuses for is the answer: whoever is refused only for what counting
does without may count (docs/adr/0024).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import orjson

from exchange.asker import actor_of
from exchange.directory import Organisation
from exchange.instants import to_us
from exchange.node.node import Node
from exchange.path.leaving import Permission, as_kept, may_leave, policy_question
from exchange.path.request import Request
from exchange.path.verdict import Because
from ledger.identity import RANDOM_BYTES, entry_id
from policies import Decision, Engine

PURPOSE = "HPRGRP"  # HL7 v3 ActReason: health program reporting
ACTION = "count"
Consent = tuple[str, str]
NOBODY_ASKED: Consent = ("deny", "NO_CONSENT")
# What the policy says to whoever has no consent.
WITHOUT_CONSENT = "CONSENT_NOT_PERMITTED"
NO_CONTENT = "SUPERVISOR_SEES_NO_CONTENT"
NOT_A_SUPERVISOR = Because(
    code="NOT_A_SUPERVISOR",
    en="only somebody of a supervising body counts accesses",
    zh="只有监管机构的人员可以统计查看情况",
    law="《个人信息保护法》第六条 · PIPL art. 6",
)


@dataclass(frozen=True, slots=True)
class Rules:
    """An engine that is asked each question once: thousands of patients differ in few things the rules look at."""

    engine: Engine
    _answers: dict[bytes, Decision] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        return self.engine.digest

    def decide(self, question: Mapping[str, object]) -> Decision:
        """See policies.Engine."""
        asked = orjson.dumps(question, option=orjson.OPT_SORT_KEYS)
        if asked not in self._answers:
            self._answers[asked] = self.engine.decide(question)
        return self._answers[asked]

    def as_kept(self) -> list[dict[str, object]]:
        """All it was asked and answered, as it is sealed with an entry."""
        pairs = self._answers.items()
        return [{"input": orjson.loads(asked), "output": as_kept(answer)} for asked, answer in pairs]


@dataclass(frozen=True, slots=True)
class Question:
    """Who asks for numbers of what `custodian` keeps, and the rules that answer it."""

    request: Request
    custodian: Organisation
    rules: Rules

    def as_input(self, consent: Consent) -> dict[str, object]:
        """The policy's input (policies/schemas/input.json) under this answer of consent, without the data part."""
        return policy_question(
            self.request,
            self.custodian,
            consent=consent,
            action=ACTION,
            cross_region=False,
            at=self.request.asked_at.isoformat(timespec="seconds"),
        )

    def without_consent(self) -> Permission:
        """What the policy says to whoever has nobody's consent."""
        return may_leave(self.rules, self.as_input(NOBODY_ASKED), ())


def question(node: Node, person: str, custodian: str) -> Question:
    """The question of `person` about what `custodian` keeps; "" is where they work.

    Raises NotInDirectory, DeviceNotDescribed, and PolicyError where the rules cannot be used.
    """
    actor = actor_of(node, person)
    now = node.clock()
    request = Request(
        id=entry_id(to_us(now), node.desk.entropy(RANDOM_BYTES)),
        patient="",
        purpose=PURPOSE,
        actor=actor,
        asked_at=now,
    )
    house = node.directory.organisation(custodian) if custodian else actor.organisation
    return Question(request, house, Rules(node.office.policy()))


def in_the_way(permission: Permission, expected: Collection[str]) -> tuple[Because, ...]:
    """The reasons of a refusal that are none of the `expected` ones."""
    return () if permission.allow else tuple(one for one in permission.reasons if one.code not in expected)
