"""What the law wants a patient told, answered from what is known. What is not known is said, never made up.

Source: Personal Information Protection Law (PIPL), articles 15, 17, 23, 30, 39, 44-47, 50. Not legal advice.
"""

from collections.abc import Iterator, Sequence
from typing import Any

Json = dict[str, Any]

LAWFUL_BASIS = {
    "zh": "您的同意（个人信息保护法第十三条第一项）；健康信息属于敏感个人信息，须单独同意（第二十九条）。",
    "en": "Your consent (PIPL 13(1)); health information is sensitive and needs consent of its own (PIPL 29).",
}
NO_BASIS = {
    "zh": "这是一份拒绝：不以您的同意为依据查看您的记录。",
    "en": "This is a refusal: nothing is seen on the strength of your consent.",
}
METHOD = {
    "zh": "每次有人请求时，逐次核对这份同意和现行规则；允许的内容加密交给接收方，放行前先记入账本。",
    "en": "Each request is checked against this consent and the rules in force; what is allowed is sealed to whoever"
    " asked, and written in the ledger before it is released.",
}
WITHDRAWAL = {
    "zh": "随时可以向上述机构提出收回，与同意时一样方便，不说明原因也可以。自登记之刻起不再据此放行；"
    "此前已被看过的无法收回。收回不影响您看病（个人信息保护法第十五条、第十六条）。",
    "en": "Take it back at any time with the organisation named above, as easily as you gave it and without saying"
    " why. Nothing is released on it from the moment that is on record; what was seen before cannot be called back."
    " Care is not refused for it (PIPL 15, 16).",
}
RIGHTS: tuple[tuple[str, str, str], ...] = (
    ("15", "收回同意", "take your consent back"),
    ("44", "知情、决定，限制或者拒绝", "know and decide; limit or refuse"),
    ("45", "查阅、复制", "see your information and have a copy"),
    ("46", "更正、补充", "have it corrected or completed"),
    ("47", "删除", "have it deleted"),
    ("48", "要求说明处理规则", "have the rules explained"),
    ("50", "请求被拒绝时得知理由，并可向法院起诉", "be told why a request is refused, and go to court"),
)
HOW = {
    "zh": "向上述机构提出；在本平台上，机构工作人员可以当场为您查看谁看过、修改或收回同意。",
    "en": "Ask the organisation named above; its staff can show you who looked, and change or take back a consent,"
    " while you wait.",
}


def rights() -> list[Json]:
    """The patient's rights, with the article each rests on."""
    return [{"article": f"PIPL {article}", "zh": zh, "en": en} for article, zh, en in RIGHTS]


def notice(told: Json, controllers: Sequence[Json], recipients: Sequence[Json]) -> list[Json]:
    """Each thing to be told, its article and the answer; `answer` is None where nobody here knows."""
    items = [*_general(told, controllers), *_of_recipients(told, recipients), *_of_sensitive_data()]
    if any(one["code"] == "cross-border" for one in told["confirmed_separately"]):
        items.append(_item("39", "在境外如何行使权利", "how to exercise your rights abroad", None))
    return items


def _general(told: Json, controllers: Sequence[Json]) -> Iterator[Json]:
    yield _item("17", "个人信息处理者的名称", "who is responsible", _listed(controllers))
    yield _item("17", "联系方式", "how to reach them", contacts(controllers))
    yield _item("17", "处理目的", "what for", _listed(told.get("purposes", ())))
    yield _item("17", "处理方式", "how", METHOD)
    yield _item("17", "个人信息的种类", "which information", _listed(told.get("pii_types", ())))
    yield _item("17", "保存期限", "how long it is kept", _kept(told["retention_days"]))
    yield _item("17", "行使权利的方式", "how to exercise your rights", HOW)


def _of_recipients(told: Json, recipients: Sequence[Json]) -> Iterator[Json]:
    yield _item("23", "接收方的名称", "who receives it", _listed(told.get("recipients", ())))
    yield _item("23", "接收方的联系方式", "how to reach them", contacts(recipients))


def _of_sensitive_data() -> Iterator[Json]:
    yield _item("30", "处理敏感个人信息的必要性", "why sensitive information is needed", None)
    yield _item("30", "对您权益的影响", "what it means for you", None)


def contacts(parties: Sequence[Json]) -> Json | None:
    """Whom to call, where the registry says; None where it says nothing of anybody."""
    known = [one for one in parties if one["party_contact"] or one["party_phone"]]
    if not known:
        return None
    return {
        lang: "; ".join(
            " ".join(filter(None, (one[lang], one["party_contact"], one["party_phone"]))) for one in known
        )
        for lang in ("zh", "en")
    }


def _item(article: str, zh: str, en: str, answer: Json | None) -> Json:
    return {"article": f"PIPL {article}", "zh": zh, "en": en, "answer": answer}


def _listed(some: Sequence[Json]) -> Json | None:
    return (
        {"zh": "、".join(one["zh"] for one in some), "en": ", ".join(one["en"] for one in some)}
        if some
        else None
    )


def _kept(days: str) -> Json | None:
    return {"zh": f"最多 {days} 天", "en": f"{days} days at most"} if days else None
