"""Chinese names where something points at them: a label, a title, a sex and age behind, a dot inside.

What nothing points at, the name finder sees (namefinder/), and it is asked about everything here that is more
than a label away from certain. What is found once is found everywhere in the text (memory.py).
"""

import re
from collections.abc import Callable, Iterator, Mapping

from ahocorasick_rs import AhoCorasick, MatchKind

from deid.text.announced import find_announced
from deid.text.namefinder import glance, look
from deid.text.namefinder.second import second_opinion
from deid.text.patterns import any_of
from deid.text.peoples import find_of_peoples
from deid.text.romanised import find_beside, find_romanised
from deid.text.spans import LABELLED, LIKELY, SHAPED, Span
from deid.text.titled import find_titled
from deid.text.words import WORDS

_HAN = "[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0002fa1f]"
# Single surnames as a class: an alternation of five hundred would be tried one by one.
_SINGLE = "".join(sorted(name for name in WORDS.surnames if len(name) == 1))
_SURNAME = f"(?:{any_of(WORDS.names['compounds'])}|[{_SINGLE}])"
_GIVEN = rf"(?:[ \t]{{1,2}}{_HAN}[ \t]{_HAN}|[ \t]{{0,2}}{_HAN}{{1,2}})"
_DOTTED = rf"{_HAN}{{1,8}}(?:[·.]{_HAN}{{1,10}}){{1,4}}"
_LATIN = r"[A-Z][A-Za-z'-]{1,30}(?:[ ,.]{1,2}[A-Z][A-Za-z'.-]{0,30}){0,3}"
# A name ends where no Han character follows, or a word that often follows one.
_ENDS = rf"(?=$|[^\u3400-\u9fff]|{any_of(WORDS.names['followers'])})"
_FULL = re.compile(rf"{_DOTTED}|{_SURNAME}{_GIVEN}{_ENDS}|{_SURNAME}[ \t]{{0,2}}{_HAN}{_ENDS}|{_LATIN}")
_ANYTHING = re.compile(rf"{_HAN}(?:[ \t]?{_HAN}){{1,3}}(?!{_HAN})")

_LABEL = any_of(WORDS.names["labels"])
_PATIENT = rf"(?:{any_of(WORDS.names['patients'])}|(?<!\d)\d{{1,3}}床)"
_KIN = any_of(WORDS.names["kin"])
# Surnames that are also words of every sentence, behind each kind of weak label.
_RARE_FOR_PATIENTS = frozenset(WORDS.names["patient-rare"][0])
_RARE_FOR_KIN = frozenset(WORDS.names["kin-rare"][0])
_NO_NAMES = frozenset(WORDS.names["no-names"])

# 姓名: and what is written there; 医师:张三、李四
_COLON = r"(?:\([^()\n]{0,12}\))?[ \t]{0,4}(?::[ \t]{0,6}\n?[ \t]{0,6}|[ \t]{1,6})"
_AFTER_LABEL = re.compile(_LABEL + _COLON)
_SURE = any_of(label for label in WORDS.names["labels"] if "姓名" in label or "签" in label)
_AFTER_SURE_LABEL = re.compile(_SURE + _COLON)
_TITLE = re.compile(any_of(WORDS.names["titles"]))
_POLITE = re.compile(any_of((*WORDS.names["polite"], "医生", "主任", "护士", "医师")))
_COMMON = frozenset(WORDS.names["common-surnames"][0])
_PLAIN = frozenset(_SINGLE) - _RARE_FOR_PATIENTS - _RARE_FOR_KIN - frozenset(WORDS.names["not-before-titles"])
# What is done with a person: 报俞医生, 转告骆大夫; and who that is: 村医纪大夫.
_TOLD = re.compile("[请报找叫遵嘱]$|告知|通知|转告|汇报|联系|[村校牙]医$|护士$")
_HAN_BEFORE = re.compile(_HAN)
_LISTED = re.compile(r"[ \t]{0,2}[、/,;和及][ \t]{0,2}")
# 手术者何伟民: a label for a person needs no colon, if a name follows and ends like one
_AFTER_PERSON = re.compile(rf"{_LABEL}(?<=[者人师生士员])(?=(?P<v>{_SURNAME}{_HAN}{{1,2}}){_ENDS})")
_AFTER_WEAK = (
    (re.compile(rf"{_PATIENT}(?::[ \t]{{0,4}}|[ \t]{{0,2}})"), _RARE_FOR_PATIENTS),
    (re.compile(rf"{_KIN}(?::[ \t]{{0,4}}|[ \t]{{0,2}})"), _RARE_FOR_KIN),
)

_AGE = r"\d{1,3} ?(?:周?岁|个?月|天)"
_WHO = rf"(?:本人|患[儿者]|{_KIN}|[夫妻子女儿姐])"
# What stands behind a name: the sex, the age, or in brackets who that is.
_BEHIND = re.compile(rf"[ \t]{{0,2}}[ \t,(、](?:[男女](?!{_HAN})|{_AGE}|(?<=\(){_WHO}\))")
_IN_FRONT = re.compile(rf"(?:(?<!{_HAN})|{_PATIENT}[ \t]{{0,2}})(?P<v>{_SURNAME}{_GIVEN})$")
_AS_FAR_AS = 12
_DOTTED_NAME = re.compile(rf"(?<!{_HAN}){_DOTTED}")
# 吉兰·巴雷综合征 is a disease
_EPONYM = re.compile(rf"{_HAN}{{1,5}}[·.]{_HAN}{{1,3}}(?:综合征|氏|病(?![情史人例房区重危]))")
_LEADS_TO_NAME = re.compile(f"(?:{_PATIENT}|{_KIN}|{_LABEL}|[与和及由请])")
# 王某, 李**, 张XX: somebody's half-way masking still tells the surname.
_MASKED = re.compile(rf"(?<=[{_SINGLE}])(?:[*×xX]{{1,2}}{_HAN}?|〇{{1,2}})(?![A-Za-z0-9])")
_SOMEBODY = re.compile(rf"(?<=[{_SINGLE}])某某?")


def find_people(text: str, *, thorough: bool = True) -> Iterator[Span]:
    """Spans in a folded text: what the rules find and the network does not rule out, and what it sees itself.

    Unless `thorough`, the network looks only around surnames, behind who somebody is, and around what the
    rules found.
    """
    ruled = [(span, least) for rule, least in _RULES for span in rule(text)]
    opinion = look(text) if thorough else glance(text, (*(span for span, _ in ruled), *_spoken_of(text)))
    seen = list(opinion.names())
    ends = {span.end: span for span in seen}
    found = seen + [
        span
        for span, least in ruled
        if (opinion.odds(span.start, span.end) >= least or _is_mr_li(text, span))
        and not _is_seen_better(text, span, ends)
    ]
    found += [*find_announced(text, opinion), *find_of_peoples(text)]
    yield from found
    yield from find_beside(text, found)
    if thorough:
        yield from second_opinion(opinion, found)
    yield from find_romanised(text)


def _spoken_of(text: str) -> Iterator[Span]:
    """Behind 患者 or 护士, the few characters that could be a name without a surname."""
    for _, _, at in _PERSONS.find_matches_as_indexes(text):
        if few := _FEW.match(text, at):
            yield Span(at, few.end(), "NAME", LIKELY)


def _is_mr_li(text: str, span: Span) -> bool:
    """Whether one surname begins a clause, or stands behind 请 or 护士, and a polite title follows."""
    if span.end - span.start > 1 or not _POLITE.match(text, span.end):
        return False
    begins = span.start == 0 or not _HAN_BEFORE.match(text, span.start - 1)
    if text[span.start] in _COMMON:
        return begins or _TOLD.search(text, max(0, span.start - 2), span.start) is not None
    return text[span.start] in _PLAIN and _TOLD.search(text, max(0, span.start - 2), span.start) is not None


def _is_seen_better(text: str, span: Span, ends: Mapping[int, Span]) -> bool:
    """Whether the network sees a name that begins later but ends there, or ends where the rule saw a blank."""
    if span.end in ends and "·" not in text[span.start : span.end]:
        return ends[span.end].start > span.start
    blank = text.find(" ", span.start, span.end)
    return blank in ends and ends[blank].start == span.start


def _after_sure_labels(text: str) -> Iterator[Span]:
    for match in _AFTER_SURE_LABEL.finditer(text):
        yield from _listed(text, match.end(), sure=":" in match[0])


def _after_labels(text: str) -> Iterator[Span]:
    for match in _AFTER_LABEL.finditer(text):
        yield from _listed(text, match.end(), sure=False)
    for match in _AFTER_PERSON.finditer(text):
        if _is_plain_name(match["v"], _RARE_FOR_PATIENTS):
            yield from _listed(text, match.end(), sure=False)


def _after_weak_labels(text: str) -> Iterator[Span]:
    """Behind 患者 or 家属 stands a name, or the next word of the sentence."""
    for regex, rare in _AFTER_WEAK:
        for match in regex.finditer(text):
            if ":" in match[0]:
                yield from _listed(text, match.end(), sure=False)
            elif (name := _FULL.match(text, match.end())) and _is_plain_name(name[0], rare):
                yield Span(name.start(), _before_title(text, name.start(), name.end()), "NAME", LIKELY)


def _anchored(text: str) -> Iterator[Span]:
    for behind in _BEHIND.finditer(text):
        name = _IN_FRONT.search(text, max(0, behind.start() - _AS_FAR_AS), behind.start())
        if name and _is_plain_name(name["v"], _RARE_FOR_PATIENTS):
            yield Span(name.start("v"), name.end("v"), "NAME", SHAPED)


def _dotted(text: str) -> Iterator[Span]:
    for match in _DOTTED_NAME.finditer(text):
        if not _EPONYM.match(match[0]):
            yield Span(match.start() + _lead(match[0]), match.end(), "NAME", LIKELY)


def _masked(text: str) -> Iterator[Span]:
    for match in _MASKED.finditer(text):
        yield Span(match.start() - 1, match.end(), "NAME", LIKELY)


def _somebody(text: str) -> Iterator[Span]:
    for match in _SOMEBODY.finditer(text):
        yield Span(match.start() - 1, match.end(), "NAME", LIKELY)


_PERSONS = AhoCorasick(
    {*WORDS.names["labels"], *WORDS.names["kin"], *WORDS.names["patients"], *WORDS.names["announcing"]},
    matchkind=MatchKind.LeftmostLongest,
)
_FEW = re.compile(rf":?[ \t]{{0,4}}{_HAN}{{2,4}}(?!{_HAN})")
# Each with the least odds the network must give what it finds: the more points at a name, the less.
_RULES: tuple[tuple[Callable[[str], Iterator[Span]], float], ...] = (
    (_after_sure_labels, 0.0),
    (_after_labels, 0.04),
    (_after_weak_labels, 0.1),
    (_anchored, 0.02),
    (_dotted, 0.3),
    (_masked, 0.8),
    (_somebody, 0.1),
    (find_titled, 0.1),
)


def _listed(text: str, at: int, *, sure: bool) -> Iterator[Span]:
    """One name, or several in a row, beginning at `at`; where `sure`, the first is whatever could be one."""
    for number in range(12):
        match = _FULL.match(text, at) or (_ANYTHING.match(text, at) if sure and not number else None)
        if match is None or match[0] in WORDS.names["labels"]:
            return
        end = _before_title(text, match.start(), match.end())
        yield Span(match.start(), end, "NAME", LABELLED)
        between = _LISTED.match(text, match.end())
        if between is None:
            return
        at = between.end()


def _before_title(text: str, start: int, end: int) -> int:
    """Where the name ends if a title begins inside it: 审核:郗主任."""
    title = _TITLE.search(text, start + 1, end + 3)
    return title.start() if title and start < title.start() < end else end


def _is_plain_name(name: str, rare: frozenset[str]) -> bool:
    """Whether what follows a weak label is more likely a name than the next words of the sentence."""
    word = name.replace(" ", "").replace("\t", "")
    known = word in _NO_NAMES or word[:2] in WORDS.names["everyday"]
    return not (word.isascii() or known or word[0] in rare)


def _lead(name: str) -> int:
    """How many characters of a name with a dot only lead up to it: 患者 and the like."""
    first = re.split("[·.]", name)[0]
    return max((m.end() for m in _LEADS_TO_NAME.finditer(first) if m.end() < len(first)), default=0)
