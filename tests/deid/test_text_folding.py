"""Characters that look alike are the same to the finders, one for one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deid import TextEngine
from deid.text.folding import fold, has_han

ENGINE = TextEngine()

FOLDED = [
    ("２０２４－０３－０５", "2024-03-05"),
    ("ＡＢｃ：（）", "ABc:()"),
    ("二○二四", "二〇二四"),
    ("01049112310O2Х", "01049112310O2X"),  # the last is Cyrillic
    ("٠١٢", "012"),
    ("𝟏𝟑𝟖", "138"),
    ("阿依古丽•买买提", "阿依古丽·买买提"),
    ("臺北縣鍾醫師於", "台北县钟医师于"),
    ("雲林縣斗六鎮鎮東里", "云林县斗六镇镇东里"),
    ("乾县", "乾县"),  # 乾 is in use in Simplified too
    ("\uf9f7\uf93d", "立绿"),  # compatibility ideographs, the second Traditional as well
    ("⼭⽔", "山水"),  # radicals, as text taken out of PDF files has them
    ("①③⑧", "138"),
    ("①高血压②糖尿病", "①高血压②糖尿病"),  # counts items
    ("10⁹/L 5㎎ ℃ Ⅳ", "10⁹/L 5㎎ ℃ Ⅳ"),
]


@pytest.mark.parametrize(("written", "folded"), FOLDED)
def test_it_is_folded(written: str, folded: str) -> None:
    assert fold(written) == folded


@given(st.text(max_size=200))
def test_folding_twice_changes_nothing_more_and_keeps_every_offset(text: str) -> None:
    once = fold(text)
    assert fold(once) == once
    assert len(once) == len(text)


def test_every_character_there_is_keeps_its_place() -> None:
    everything = "".join(map(chr, (*range(0xD800), *range(0xE000, 0x110000))))
    once = fold(everything)
    assert len(once) == len(everything)
    assert fold(once) == once


def test_what_is_handed_out_is_the_text_as_it_was_written() -> None:
    text = "診斷書:臺北市立聯合醫院"
    assert ENGINE.redact(text).text == "診斷書:[医疗机构]"


@pytest.mark.parametrize(
    ("text", "answer"), [("abc ♂", False), ("a 张", True), ("\U0002a6a5", True), ("", False)]
)
def test_a_han_character_is_seen(text: str, answer: bool) -> None:
    assert has_han(text) is answer
