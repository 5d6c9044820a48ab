"""Break-glass: an emergency declared by somebody who may, with a reason, opens what consent keeps closed.

Unless the patient refused it by name and the site honours that. Sources: PIPL 13(4), Civil Code 1220;
across the border Network Data Regulation 35(7), off by default.
"""

from consent.agreement import Finding
from consent.case import Question
from consent.codes import EMERGENCY
from consent.config import Config
from consent.rules import Rule

OVERRIDE = "EMERGENCY_OVERRIDE"


def break_glass(finding: Finding, question: Question, config: Config) -> str:
    """OVERRIDE, or the reason why what the consents refused stays refused."""
    if not (question.is_emergency and config.emergency_override):
        return finding.reason
    if not question.emergency.authorized_to_declare:
        return "BREAK_GLASS_NOT_AUTHORIZED"
    if not (question.emergency.reason or "").strip():
        return "BREAK_GLASS_REASON_REQUIRED"
    if finding.refused_by_name and config.honor_emergency_refusal:
        return "EMERGENCY_ACCESS_REFUSED"
    if question.is_abroad and not config.emergency_export:
        return finding.reason
    return OVERRIDE


def still_refused(exceptions: tuple[Rule, ...], config: Config) -> tuple[Rule, ...]:
    """Of refusals about items nobody has shown, those an emergency does not open."""
    if not config.honor_emergency_refusal:
        return ()
    return tuple(rule for rule in exceptions if EMERGENCY & set(rule.whole.purposes or ()))
