"""A record is asked for: without consent, with it, against the rules, with a code, in an emergency."""

import json
import shutil

from cli.story.cast import (
    CLINIC,
    CLINICIAN,
    EMERGENCY_PHYSICIAN,
    HOME,
    HOSPITAL,
    PATIENT,
    PHYSICIAN,
    TIANJIN,
    ZHUHAI,
)
from cli.story.stage import CONSENT_ID, ENTRY_ID, Answered, Stage

LAST_DAY, TEN_YEARS_LATER = "2027-12-31", "2037-12-31"
# Of decision explain: the rule that said no, the law it was written for.
RULE_AND_LAW = 3


def asked(stage: Stage) -> str:
    """Refused, agreed to, with a receipt, and released; the id of the consent."""
    stage.scene(
        "天津的医生为看病调阅一位昆山患者的档案：患者还没有同意，被拒绝",
        "A doctor in Tianjin asks for a Kunshan patient's record: nobody asked her yet, so it is refused",
    )
    by_the_hospital(stage, expect=3)
    consent = _agreed(stage)
    _took_home(stage, consent)
    stage.scene(
        "同一请求再来一次：放行，密封交付，双方记账",
        "The same request again: released, sealed, recorded on both sides",
    )
    by_the_hospital(stage, "-o", "record.json")
    return consent


def by_the_hospital(stage: Stage, *more: str, at: str = TIANJIN.node, expect: int = 0) -> Answered:
    """The doctor in Tianjin asks, at Tianjin's node or a copy of it."""
    return _ask(stage, at, PHYSICIAN, "TREAT", *more, expect=expect)


def explained(stage: Stage) -> None:
    """A refusal by the rules, and the page a lawyer reads about it."""
    stage.scene(
        "珠海的卫生院：患者同意了，规则仍然拒绝。是哪条规则、依据哪部法律？另有一页供律师阅读",
        "A clinic in Zhuhai: she agreed, and the rules still say no. By which rule and law? And a page for lawyers",
    )
    _ask(stage, ZHUHAI.node, CLINICIAN, "TREAT", expect=3)
    home = ("--node", HOME.node)
    found = stage.types(*home, "audit", "search", "--patient", PATIENT, "--org", CLINIC, "--decision", "deny")
    explain = (*home, "decision", "explain", found.first(ENTRY_ID))
    stage.types(*explain, part=RULE_AND_LAW)
    stage.types(*explain, "--html", "decision.html")


def shown_a_code(stage: Stage) -> None:
    """She is there and shows a code: it opens once."""
    stage.scene(
        "患者到了卫生院，出示一次性健康码：放行；同一个码第二次使用，被拒绝",
        "She is at the clinic and shows a code that counts once: released; the second use is refused",
    )
    making = ("--node", HOME.node, "consent", "code", PATIENT, "--to", CLINIC, "--for", "TREAT")
    code = ("--code", stage.types(*making).out.strip())
    _ask(stage, ZHUHAI.node, CLINICIAN, "TREAT", *code, "-o", "clinic.json")
    _ask(stage, ZHUHAI.node, CLINICIAN, "TREAT", *code, expect=3)


def opened_in_an_emergency(stage: Stage) -> None:
    """No consent is needed, but a reason, and a review."""
    stage.scene(
        "珠海急诊抢救：没有同意也可以查看，但要写明原因，事后一人复核、另一人签核",
        "An emergency in Zhuhai: no consent, but a reason; one officer reviews it, a second one signs it off",
    )
    reason = ("--emergency", "--reason", "胸痛待查，患者意识不清")
    _ask(stage, ZHUHAI.node, EMERGENCY_PHYSICIAN, "ETREAT", *reason, "-o", "emergency.json")
    home = ("--node", HOME.node)
    review = stage.types(*home, "review", "list").first(ENTRY_ID)
    deciding = ("--finding", "justified", "--by", HOME.officer, "--note", "急诊病历已核对")
    stage.types(*home, "review", "decide", review, *deciding)
    stage.types(*home, "review", "sign-off", review, "--by", HOME.second_officer, "--note", "与急诊科核实")


def who_looked(stage: Stage) -> None:
    """The patient reads it, in either language."""
    stage.scene("谁看过我的档案？", "Who looked at my record?")
    for lang in ("zh", "en"):
        stage.types("--node", HOME.node, "--lang", lang, "audit", "who-saw", PATIENT)


def _agreed(stage: Stage) -> str:
    stage.scene(
        "患者同意天津海河总医院和珠海莲溪镇卫生院为看病查看，精神科内容除外",
        "The patient allows that hospital and a clinic in Zhuhai to see her record, except psychiatric content",
    )
    home = ("--node", HOME.node)
    to = ("--to", HOSPITAL, "--to", CLINIC, "--for", "TREAT", "--until", LAST_DAY)
    separately = ("--except-sensitivity", "PSY", "--confirm", "sensitive", "--confirm", "third-party")
    consent = stage.types(*home, "consent", "grant", PATIENT, *to, *separately).first(CONSENT_ID)
    other = "en" if stage.lang == "zh" else "zh"
    stage.types(*home, "--lang", other, "consent", "show", PATIENT, consent)
    return consent


def _took_home(stage: Stage, consent: str) -> None:
    stage.scene(
        "她把凭证带回家：无需节点和网络即可核验；被改动的凭证会被识破",
        "She takes a receipt home: it is checked without node or network, and a falsified one is found out",
    )
    files = ("-o", "receipt.json", "--html", "receipt.html")
    stage.types("--node", HOME.node, "consent", "receipt", PATIENT, consent, *files)
    # From the card, so by another way than the receipt.
    key = json.loads((stage.folder / f"{HOME.node}.card.json").read_bytes())["ledger_key"]
    stage.types("consent", "check", "receipt.json", "--key", key)
    _falsify(stage)
    stage.types("consent", "check", "falsified.json", "--key", key, expect=4)


def _falsify(stage: Stage) -> None:
    receipt, copy = stage.folder / "receipt.json", stage.folder / "falsified.json"
    shutil.copy(receipt, copy)
    copy.write_text(receipt.read_text("utf-8").replace(LAST_DAY, TEN_YEARS_LATER), "utf-8")
    stage.say(f"    (有人在副本 falsified.json 中把 {LAST_DAY} 改成 {TEN_YEARS_LATER}")
    stage.say(f"     in a copy, falsified.json, somebody changes {LAST_DAY} to {TEN_YEARS_LATER})")


def _ask(stage: Stage, at: str, person: str, purpose: str, *more: str, expect: int = 0) -> Answered:
    asking = ("--patient", PATIENT, "--for", purpose, "--from", HOME.code, "--as", person)
    return stage.types("--node", at, "exchange", "request", *asking, *more, expect=expect)
