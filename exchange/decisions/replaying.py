"""Make a past decision again, bit for bit, from what was sealed with it: by both engines, as of then.

The case, the settings, the consent versions and the rules are those of the moment; the answers must be the same
bytes. With another policy the same questions show which past decisions it would have answered differently.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from consent import Config, decide
from exchange.audit.details import Details, details_of
from exchange.errors import ExchangeError
from exchange.path.leaving import as_kept
from exchange.path.office import Office
from ledger import Log, Recorded
from policies import Engine
from policies.answer import ENGINE_REASONS


class NotADecision(ExchangeError):
    """The entry decides nothing, so there is nothing to make again."""

    exit_code = 6

    def __init__(self) -> None:
        super().__init__(
            "this entry is not a decision",
            "该条目不是一次判定",
            hint="hutong audit search --decision permit shows decisions; also: --decision deny",
            hint_zh="hutong audit search --decision permit 可查看判定；也可用 --decision deny",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """A decision made again. `same`: every byte of both answers; `parts` are those that differ, (en, zh).

    `possible` is False where it cannot be made again: its key was destroyed, the patient was not known here, or the
    engine gave no answer that could be compared.
    """

    entry: str
    possible: bool
    same: bool
    decision: str
    parts: tuple[tuple[str, str], ...]


def decisions(log: Log) -> Iterator[Recorded]:
    """Every entry that decided about an access, oldest first."""
    return (one for one in log.scan() if _decides(one))


def replay(office: Office, entry_id: str, engine: Engine | None = None) -> Replayed:
    """Decide again what the entry decided, by the rules it names. Raises NoSuchEntry, NotADecision.

    `engine`: another policy, to see what it would have answered.
    """
    found = office.log.find(entry_id)
    if not _decides(found):
        raise NotADecision
    return replayed(office, found, engine or _rules_then(office, found), other=engine is not None)


def replayed(office: Office, found: Recorded, engine: Engine, *, other: bool = False) -> Replayed:
    """The same for an entry in hand. With an `other` policy its digest is expected to differ."""
    details = details_of(office, found)
    if not details.open or "consent" not in details.told:
        gone = (
            ()
            if details.open
            else (("its sealed details cannot be opened any more", "其密封内容已无法打开"),)
        )
        return Replayed(entry=found.id, possible=False, same=False, decision=found.entry.decision, parts=gone)
    if not other and (code := _silence(details)):
        return Replayed(
            entry=found.id,
            possible=False,
            same=False,
            decision=found.entry.decision,
            parts=((f"the policy gave no answer then ({code})", f"当时策略没有给出结论({code})"),),
        )
    parts = tuple(_differences(office, found, details, engine, other=other))
    return Replayed(entry=found.id, possible=True, same=not parts, decision=found.entry.decision, parts=parts)


def _decides(found: Recorded) -> bool:
    entry = found.entry
    return (
        entry.type == "access" and entry.subtype in ("disclose", "refuse") and entry.phase in ("", "intent")
    )


def _rules_then(office: Office, found: Recorded) -> Engine:
    """The rules the entry names, which the node has kept; where they are gone, today's, and the difference is told."""
    return office.past_policy(found.entry.policy) or office.policy()


def _silence(details: Details) -> str:
    """The reason an engine gave instead of the rules: a server was down, or slow. "" where the rules answered."""
    for asked in details.told.get("policy", ()):
        for code in asked["output"]["reasons"]:
            if code in ENGINE_REASONS:
                return str(code)
    return ""


def _differences(
    office: Office, found: Recorded, details: Details, engine: Engine, *, other: bool
) -> Iterator[tuple[str, str]]:
    if not details.true:
        yield "the sealed details are not what the ledger committed to", "密封内容与账本中的承诺值不符"
    kept = details.told["consent"]
    if _bytes(_consent_again(office, found, kept)) != _bytes(_consent_then(kept)):
        yield "consent would be decided differently", "同意部分会作出不同判定"
    if engine.digest != found.entry.policy and not other:
        yield (
            "the policy that decided is not kept, and today's is another",
            "当时作出判定的策略没有留存，当前策略与之不同",
        )
    for number, asked in enumerate(details.told.get("policy", ()), start=1):
        again = as_kept(engine.decide(asked["input"]))
        if _bytes(again) != _bytes(asked["output"]):
            classes = ", ".join(asked["input"].get("data", {}).get("classes", ())) or "?"
            yield (
                f"the policy would answer question {number} ({classes}) differently: {_turn(asked, again)}",
                f"策略对第 {number} 个问题({classes})会作出不同回答：{_turn(asked, again)}",
            )


def _consent_again(office: Office, found: Recorded, kept: Mapping[str, Any]) -> dict[str, object]:
    keys = office.vault.key_behind(found.entry.patient)
    stored = office.consents.versions(keys) if keys else []
    by_version = {(one.consent_id, one.version): one.resource for one in stored}
    known = [by_version[name, version] for name, version in kept["versions"] if (name, version) in by_version]
    answer = decide(known, kept["case"], Config(**kept["config"]))
    return {
        "decision": answer.decision,
        "reason": answer.reason,
        "basis": list(answer.basis),
        "rule": answer.rule,
        "withheld": [[one.ref, one.reason] for one in answer.redacted],
    }


def _consent_then(kept: Mapping[str, Any]) -> dict[str, object]:
    return {name: kept[name] for name in ("decision", "reason", "basis", "rule", "withheld")}


def _turn(asked: Mapping[str, Any], again: Mapping[str, Any]) -> str:
    before, after = _word(asked["output"]), _word(again)
    return f"{before} -> {after}"


def _word(answer: Mapping[str, Any]) -> str:
    reasons: Sequence[str] = answer["reasons"]
    return "allow" if answer["allow"] else f"deny ({', '.join(reasons)})"


def _bytes(answer: object) -> bytes:
    return orjson.dumps(answer, option=orjson.OPT_SORT_KEYS)
