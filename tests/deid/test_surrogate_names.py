"""Who is named in a text goes by another name there: one person one name in every form, and nobody's of the text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deid.text.known import name
from deid.text.operators.cast import Cast
from deid.text.operators.keyed import Keyed
from deid.text.operators.mentions import NAMES, read_mention
from deid.text.operators.written import pinyin, simplified, traditional
from deid.text.words import WORDS

KEYED = Keyed(bytes(range(32)))
SURNAMES = st.sampled_from(sorted(WORDS.surnames))
GIVEN = st.text(st.sampled_from("秀英建国伟梓涵美玲志强子轩雨桐婷婷"), min_size=1, max_size=2)
whole_names = st.builds(lambda surname, given: surname + given, SURNAMES, GIVEN)


def _cast(*names: str, text: str = "", patient: str = "p-1") -> Cast:
    return Cast.of(KEYED, patient, text, names, ())


def _told(*names: str, **more: str) -> list[str]:
    cast = _cast(*names, **more)
    return [cast.in_place_of(one) for one in names]


KNOWN = ["汤桂艳", "皇甫佳雨", "热依拉·艾力", "Maddox, Victor"]


# A change here changes every release ever made with this key: see docs/adr.
def test_known_answers() -> None:
    assert _told("王秀英", "欧阳测试", "阿依古丽·买买提", "Smith, John") == KNOWN


@pytest.mark.parametrize(
    ("form", "of"),
    [
        ("王 秀英", "{s} {g}"),
        ("王\n秀英", "{s}\n{g}"),
        ("王", "{s}"),
        ("老王", "老{s}"),
        ("王**", "{s}**"),
        ("王某某", "{s}某某"),
        ("王某", "{s}某"),
        ("王某可", "{s}某可"),
        ("秀英", "{g}"),
        ("王＊英", "{s}＊{l}"),
    ],
)
def test_every_form_of_a_chinese_name_follows_the_one_person(form: str, of: str) -> None:
    whole, told = _told("王秀英", form)
    assert told == of.format(s=whole[0], g=whole[1:], l=whole[-1])


@pytest.mark.parametrize(
    ("form", "of"),
    [
        ("Wang Xiuying", "{S} {G}"),
        ("WANG XIUYING", "{SS} {GG}"),
        ("Xiuying Wang", "{G} {S}"),
        ("Wang Xiu-ying", "{S} {H}"),
        ("wangxiuying", "{s}{g}"),
        ("Xiuying", "{G}"),
    ],
)
def test_and_so_does_its_pinyin(form: str, of: str) -> None:
    whole, told = _told("王秀英", form)
    surname, *given = pinyin(whole) or ()
    joined = "".join(given)
    assert told == of.format(
        S=surname.title(), G=joined.title(), SS=surname.upper(), GG=joined.upper(), s=surname, g=joined,
        H="-".join(given).capitalize(),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("form", "of"),
    [
        ("Smith, John", "{l}, {f}"),
        ("Smith", "{l}"),
        ("John", "{f}"),
        ("J. Smith", "{i}. {l}"),
        ("JOHN SMITH", "{F} {L}"),
        ("Ｊｏｈｎ", "wide"),
    ],
)
def test_every_form_of_an_english_name_follows_the_one_person(form: str, of: str) -> None:
    whole, told = _told("John Smith", form)
    first, last = whole.split()
    if of == "wide":
        assert told == "".join(chr(ord(char) + 0xFEE0) for char in first)
    else:
        assert told == of.format(f=first, l=last, i=first[0], F=first.upper(), L=last.upper())


def test_a_surname_alone_before_a_title_goes_to_whom_the_title_fits() -> None:
    cast = _cast("王建国", "王秀英", "王", "王")
    man, woman = cast.in_place_of("王建国"), cast.in_place_of("王秀英")
    assert man[0] != woman[0]
    assert cast.in_place_of("王", behind="女士") == woman[0]
    assert cast.in_place_of("王", behind="先生") == man[0]


def test_whom_the_text_names_goes_before_whom_only_the_record_knows() -> None:
    known = (*name("王秀英", "female").people, *name("王建国", "male").people)
    cast = Cast.of(KEYED, "p-1", "", ["王", "王志强"], known)
    assert cast.in_place_of("王", behind="主任") == _told("王志强")[0][0]
    assert Cast.of(KEYED, "p-1", "", ["王"], known).in_place_of("王", behind="主任") == _told("王秀英")[0][0]


def test_what_was_taken_for_more_than_the_name_is_the_name_and_a_word() -> None:
    cast = _cast("顾承远", "顾承远可", "由顾承远", "顾女士", "顾承远沈默然")
    name = cast.in_place_of("顾承远")
    assert cast.in_place_of("顾承远可") == f"{name}可"
    assert cast.in_place_of("由顾承远") == f"由{name}"
    assert cast.in_place_of("顾女士") == f"{name[0]}女士"
    both = cast.in_place_of("顾承远沈默然")
    assert both.startswith(name)
    assert not set(both) & set("沈默")


def test_a_surname_alone_goes_to_whom_the_record_knows() -> None:
    cast = Cast.of(KEYED, "p-1", "王女士", ["王"], name("王秀英").people)
    assert cast.in_place_of("王", behind="女士") == _told("王秀英")[0][0]


@pytest.mark.parametrize("given", ["秀英", "桂兰", "美玲"])
def test_a_woman_is_given_a_womans_name(given: str) -> None:
    assert _told("李" + given)[0][-1] in NAMES["han"]["female-second"]


@pytest.mark.parametrize("given", ["建国", "志强", "海军"])
def test_a_man_a_mans(given: str) -> None:
    assert _told("李" + given)[0][-1] in NAMES["han"]["male-second"]


def test_the_form_stays_compound_traditional_and_with_a_dot() -> None:
    compound, minority, other_dot = _told("欧阳测试", "阿依古丽·买买提", "阿依古丽•买买提")
    assert compound[:2] in WORDS.names["compounds"]
    assert "·" in minority
    assert other_dot == minority.replace("·", "•")
    plain, written = _told("陈伟明", "陳偉明")
    assert simplified(written) == plain
    assert written == traditional(plain)


@pytest.mark.parametrize("name", ["Nguyễn Thị Lan", "Łukasz Żółć", "José Peña", "Анна Иванова"])
def test_a_name_of_any_alphabet_is_replaced_letter_for_letter(name: str) -> None:
    assert not [word for word in name.split() if word[-2:] in _told(name)[0]]


def test_two_doctors_of_whom_only_the_surname_is_told_stay_two() -> None:
    names = ["张", "李", "赵", "刘", "陈", "周", "吴", "郑", "孙", "马"]
    assert len(set(_told(*names))) == len(names)


def test_a_surname_alone_is_another_in_another_patients_text() -> None:
    told = {_told("王", patient=f"p-{n}")[0] for n in range(20)}
    assert len(told) > 5


def test_a_whole_name_is_the_same_in_every_text_of_a_project_and_another_in_the_next() -> None:
    assert _told("王秀英", patient="p-1") == _told("李伟", "王秀英", patient="p-2")[1:]
    assert Cast.of(Keyed(b"k" * 32), "p-1", "", ["王秀英"], ()).in_place_of("王秀英") != _told("王秀英")[0]


@given(st.lists(whole_names, min_size=1, max_size=12, unique=True))
def test_nobody_goes_by_a_name_of_the_text_and_no_two_by_one(names: list[str]) -> None:
    people = {read_mention(one) for one in names}
    whole = [one for one in names if read_mention(one).is_whole]
    told = dict(zip(names, _told(*names), strict=True))
    assert not set(told.values()) & set(names)
    assert len({told[one] for one in whole}) == len(whole)
    assert len(people) == len(names)


@given(whole_names)
def test_no_character_of_a_name_is_in_what_stands_for_it_and_it_is_as_long(one: str) -> None:
    told = _told(one)[0]
    assert len(told) == len(one)
    assert not set(told) & set(one)


@given(st.text(st.sampled_from("王李秀英 ·•.,*某xXＸ张Ab9'-\n欧阳J"), min_size=1, max_size=8))
def test_whatever_stands_in_a_name_is_read_somehow_and_its_letters_do_not_stay_as_they_were(raw: str) -> None:
    told = _told(raw)[0]
    assert told != raw or not any(
        char.isalnum() for char in raw.replace("某", "").replace("x", "").replace("X", "")
    )
