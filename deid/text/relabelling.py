"""A text with labels in place of what identifies, and the way back from a place in it to the original."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from deid.text.patterns import any_of
from deid.text.spans import CHECKED, Span, cover

LABELS_ZH = {
    "NAME": "姓名",
    "DATE": "日期",
    "HOSPITAL": "医疗机构",
    "ORG": "单位",
    "ADDRESS": "地址",
    "POSTCODE": "邮编",
    "PHONE": "电话",
    "EMAIL": "邮箱",
    "URL": "网址",
    "IP": "网络地址",
    "ID_CARD": "身份证号",
    "PASSPORT": "护照号",
    "PERMIT": "通行证号",
    "BIRTH_CERT": "出生证号",
    "MRN": "病历号",
    "HEALTH_CARD": "健康卡号",
    "INSURANCE": "医保号",
    "BANK_CARD": "银行卡号",
    "PLATE": "车牌号",
    "DEVICE_ID": "设备号",
    "WECHAT_QQ": "社交账号",
    "ETHNICITY": "民族",
    "RELIGION": "宗教",
    "AGE": "高龄",
}
_LABEL = re.compile(rf"\[{any_of((*LABELS_ZH, *LABELS_ZH.values()))}\]")
_KEPT = ""


@dataclass(frozen=True, slots=True)
class Relabelled:
    """`text`, and where each piece of the original that was kept begins, in `text` and in the original."""

    text: str
    begins: tuple[int, ...]
    began: tuple[int, ...]

    def in_original(self, span: Span) -> Span:
        """Where a span of `text` with no label in it stood."""
        place = bisect_right(self.begins, span.start) - 1
        by = self.began[place] - self.begins[place]
        return Span(span.start + by, span.end + by, span.type, span.score)


def write_labels(text: str, spans: Iterable[Span], labels: Mapping[str, str]) -> Relabelled:
    """`text` with its label in place of each of `spans`, which are in order; one for several that touch."""
    pieces: list[str] = []
    kept: list[tuple[int, int]] = []
    at = length = 0
    for span in spans:
        label = f"[{labels[span.type]}]"
        if at != span.start or not pieces or pieces[-1] != label:
            kept.append((length, at))
            pieces += (text[at : span.start], label)
            length += span.start - at + len(label)
        at = span.end
    kept.append((length, at))
    return Relabelled(
        "".join((*pieces, text[at:])), tuple(begin for begin, _ in kept), tuple(began for _, began in kept)
    )


def beside_labels(text: str, spans: list[Span]) -> list[Span]:
    """`spans` without what of them lies in a label that stands in `text`."""
    labels = [Span(*match.span(), _KEPT, CHECKED + 1) for match in _LABEL.finditer(text)]
    if not labels:
        return spans
    return [span for span in cover((*labels, *spans)) if span.type != _KEPT]
