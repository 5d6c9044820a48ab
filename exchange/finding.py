"""One thing that was looked at, and whether it is as it should be: a sentence for people, a code for programs."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line of the status. `ok` is False where somebody has to act; `exit_code` says how bad that is.

    `code` names what was found, "ok" where nothing is to be done; `detail` are the numbers and ids in the sentence.
    """

    name_en: str
    name_zh: str
    ok: bool
    code: str
    en: str
    zh: str
    exit_code: int = 0
    detail: Mapping[str, object] = field(default_factory=dict)

    def as_dict(self) -> dict[str, object]:
        """For a program: names that stay the same, whatever the sentences say."""
        said = {"check": self.name_en, "ok": self.ok, "code": self.code, "exit_code": self.exit_code}
        return {**said, "en": self.en, "zh": self.zh, "detail": dict(self.detail)}


# The lines of the status, in their order, as a person reads their names.
NAMES = {
    "node": "节点",
    "settings": "设置",
    "keys": "密钥",
    "ledger": "账本",
    "witnesses": "见证",
    "channel": "联盟链",
    "records": "档案",
    "consents": "同意",
    "policy": "策略",
    "peers": "互联节点",
    "waiting": "待办",
    "disk": "磁盘",
}


def line(
    name: str,
    en: str,
    zh: str,
    *,
    code: str = "ok",
    wrong: int = 0,
    ok: bool | None = None,
    **detail: object,
) -> Finding:
    """A line of the status; `wrong` is its exit code. `ok` where somebody has to act although nothing is wrong."""
    fine = not wrong if ok is None else ok
    return Finding(
        name_en=name, name_zh=NAMES[name], ok=fine, code=code, en=en, zh=zh, exit_code=wrong, detail=detail
    )
