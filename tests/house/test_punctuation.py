"""What stands on a Chinese screen has Chinese punctuation. `python -m tests.house.punctuation FILE` puts it right."""

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.house.punctuation import misfits, put_right, widened
from tests.house.tree import ROOT

# Every room whose words a person reads.
ROOMS = ("cli", "consent", "deid", "exchange", "ledger", "policies")
# What is written here in Chinese is no word of ours to a reader: invented records, and patterns that find names.
DATA = ("exchange/sample", "deid/text")
KINDS = ("py", "toml", "rego", "json", "yaml")
FILES = sorted(
    file
    for room in ROOMS
    for kind in KINDS
    for file in (ROOT / room).rglob(f"*.{kind}")
    if not str(file.relative_to(ROOT)).startswith(DATA)
)


def test_no_text_of_ours_has_half_width_punctuation_between_chinese_characters() -> None:
    assert len(FILES) > 300
    assert [f"{file.relative_to(ROOT)}:{line}" for file in FILES for line, _ in misfits(file)] == []


@pytest.mark.parametrize(
    ("written", "right"),
    [
        ("未放行,原因如下", "未放行\uff0c原因如下"),
        ("请看:hutong audit", "请看\uff1ahutong audit"),
        ("{count} 条,仅显示最新", "{count} 条\uff0c仅显示最新"),
        ("“您”;患者", "“您”\uff1b患者"),
        ("是不是? 请核对", "是不是\uff1f请核对"),
        ("14:54 见 a,b;c", "14:54 见 a,b;c"),
        ("see https://example.cn, then", "see https://example.cn, then"),
    ],
)
def test_known_answers(written: str, right: str) -> None:
    assert widened(written) == right


@example("同:  ")
@given(st.text(st.sampled_from("患者同意,;:?! ab19/{}()"), max_size=30))
def test_put_right_once_is_right_for_good(text: str) -> None:
    once = widened(text)
    assert widened(once) == once


@given(st.text(st.characters(max_codepoint=0x7F), max_size=40))
def test_english_stays_as_it_is(text: str) -> None:
    assert widened(text) == text


def test_a_program_keeps_its_code_and_only_its_strings_change(tmp_path: Path) -> None:
    file = tmp_path / "one.py"
    file.write_text('名 = {"患者":1}  # 患者,注释\nzh = f"未放行,{名}:原因"\n', "utf-8")
    assert list(misfits(file)) == []
    assert put_right(file)
    assert file.read_text("utf-8") == ('名 = {"患者":1}  # 患者,注释\nzh = f"未放行\uff0c{名}\uff1a原因"\n')
    assert not put_right(file)
