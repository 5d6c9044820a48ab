"""Why nothing was counted, or nothing told."""

from collections.abc import Sequence

from exchange.errors import ExchangeError
from exchange.path.verdict import Because
from exchange.path.wording import next_step

TOO_FEW = Because(
    code="TOO_FEW",
    en="too few patients: any number would point at them",
    zh="患者过少，任何数字都会指向个人",
    law="《个人信息保护法》第七十三条 · PIPL art. 73; GB/T 37964-2019",
)
# What to do about a refusal to count; where nothing stands here, what is done about any refusal.
NEXT_STEPS = {
    "SUPERVISOR_SEES_NO_CONTENT": (
        "somebody of a supervising body counts accesses: hutong audit count",
        "监管机构的人员可统计查看情况：hutong audit count",
    ),
    "NOT_A_SUPERVISOR": (
        "a security officer sees single accesses: hutong audit search; a manager counts records: hutong records count",
        "安全负责人可逐条查看：hutong audit search；管理人员可统计档案：hutong records count",
    ),
    "OUTSIDE_OWN_HOUSE": (
        "a manager counts the records of the own house: hutong records count, without --of",
        "管理人员可统计本机构的档案：hutong records count(不用 --of)",
    ),
}


class NotTold(ExchangeError):
    """No number is told. `reasons` say why, `entry` is where that is recorded."""

    exit_code = 3
    reasons: tuple[Because, ...]
    entry: str

    def as_dict(self) -> dict[str, object]:
        return {
            "permit": False,
            "reasons": [
                {"code": one.code, "en": one.en, "zh": one.zh, "law": one.law} for one in self.reasons
            ],
            "entry": self.entry,
        }


class CountRefused(NotTold):
    """The rules do not let this person count this."""

    def __init__(self, reasons: Sequence[Because], entry: str) -> None:
        code = reasons[0].code if reasons else ""
        en, zh = "; ".join(one.en for one in reasons), "；".join(one.zh for one in reasons)
        step = NEXT_STEPS.get(code) or next_step(code)
        super().__init__(
            f"refused: {en} ({code}; entry {entry})",
            f"已拒绝：{zh}({code}；账本条目 {entry})",
            hint=step[0],
            hint_zh=step[1],
        )
        self.reasons, self.entry = tuple(reasons), entry


class TooFewPatients(NotTold):
    """All that may be counted is about so few patients that any number would point at them."""

    def __init__(self, least: int, entry: str, en: str, zh: str) -> None:
        super().__init__(
            f"fewer than {least} patients can be counted, so no number is told (TOO_FEW; entry {entry})",
            f"可计入的患者不足 {least} 人，不公布任何数字(TOO_FEW；账本条目 {entry})",
            hint=en,
            hint_zh=zh,
        )
        self.reasons, self.entry = (TOO_FEW,), entry
