"""How sensitive what a decision let go is: its levels of GB/T 39725-2020, as the rules had them that decided."""

from collections.abc import Iterable, Mapping
from typing import Any

from consent.words import SENSITIVITIES, word
from exchange.decisions.page import Text
from policies.grading import Grading


def levels(grading: Grading, asked: Iterable[Mapping[str, Any]]) -> list[Text]:
    """The levels of the kinds of item the policy let go, the strictest first, with the labels that make them so.

    `asked` are the sealed questions with their answers. Empty where nothing was let go, or the rules had no levels.
    """
    if not grading.is_told:
        return []
    found: dict[tuple[str, str], set[str]] = {}
    for one in asked:
        data, profile = one["input"]["data"], _profile(one["output"])
        if one["output"]["allow"] and data["classes"]:
            level = grading.level(data["confidentiality"], data["sensitivities"])
            found.setdefault((level, profile), set()).update(data["sensitivities"])
    return [_told(grading, *key, sorted(labels)) for key, labels in sorted(found.items(), reverse=True)]


def _profile(output: Mapping[str, Any]) -> str:
    return next((str(value) for code, value in output["obligations"] if code == "deidentify"), "")


def _told(grading: Grading, level: str, profile: str, labels: list[str]) -> Text:
    said = grading.words(level)
    after = grading.made_safe(level, profile)
    told_zh, told_en = f"第 {level} 级：{said.zh}", f"level {level}: {said.en}"
    if labels:
        told_zh += f"（带标记：{'、'.join(_named(one, 'zh') for one in labels)}）"
        told_en += f" (labelled: {', '.join(_named(one, 'en') for one in labels)})"
    if after != level:
        told_zh += f"；去标识化后为第 {after} 级"
        told_en += f"; level {after} once de-identified"
    return Text(told_zh, told_en)


def _named(label: str, lang: str) -> str:
    said = word(SENSITIVITIES, label, lang)
    return label if said == label else f"{label} {said}"
