"""Invented notes in which every name is marked: the same seed writes the same notes."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from deid.training.chance import Chance
from deid.training.grammar import Grammar, compile_text, read_lists, read_notes, read_rules
from deid.training.naming import People, Person
from deid.training.words import any_words, stays_whole, surname_words, verbs

_SLOT = re.compile(r"(?P<who>[PKDNX]\d?)(?:\.(?P<form>[sgmn]))?")
_CALLED = ("小", "老", "阿", "大")
_FIRST_HAN = "\u4e00"
_SYLLABLES = (
    "wei min jie lei fang jing li hong yan xia jun yong qiang gang ping hua xin yu ming xiao mei ling hui dan"
    " ting na hao bo chen yang guo jian zhi yi shu lan feng peng fei rui xuan zi han tao bin kun chun yun qing"
).split()
_SURNAMES = (
    "Wang Li Zhang Liu Chen Yang Huang Zhao Wu Zhou Xu Sun Ma Zhu Hu Guo He Lin Gao Luo Zheng Liang Xie Song"
    " Tang Deng Han Feng Cao Peng Zeng Xiao Tian Dong Pan Yuan Cai Jiang Yu Du Ye Cheng Wei Su Lu Ding Ren"
    " Shen Yao Cui Fan Shi Qian Ouyang Qiu Xia Jia Hou Zou Xiong Meng Qin Bai Yan Xue Lei Long Duan Shao Mao"
).split()  # fmt: skip


@dataclass(frozen=True, slots=True)
class Marked:
    """A note, its kind, and where its names stand: (start, end), code points, end exclusive."""

    kind: str
    text: str
    names: tuple[tuple[int, int], ...]


class Writer:
    """Writes notes of the given kinds (all, where none is given) about the given people."""

    def __init__(self, people: People, kinds: Sequence[str] = ()) -> None:
        self._people = people
        self._grammar = Grammar(read_rules() | read_lists())
        notes = {kind: ways for kind, ways in read_notes().items() if not kinds or kind in kinds}
        self._notes = [(kind, compile_text(way)) for kind, ways in notes.items() for way in ways]

    def write(self, chance: Chance, count: int) -> Iterator[Marked]:
        """`count` notes."""
        for _ in range(count):
            kind, body = chance.pick(self._notes)
            sheet = _Sheet(self._people, chance)
            self._grammar.say(body, sheet, chance)
            yield sheet.done(kind)


def kinds() -> tuple[str, ...]:
    """The kinds of note there are."""
    return tuple(read_notes())


@dataclass(slots=True)
class _Sheet:
    """One note while it is being written."""

    people: People
    chance: Chance
    pieces: list[str] = field(default_factory=list)
    length: int = 0
    names: list[tuple[int, int]] = field(default_factory=list)
    known: dict[str, Person] = field(default_factory=dict)

    def text(self, piece: str) -> None:
        """Write what names nobody."""
        self.pieces.append(piece)
        self.length += len(piece)

    def slot(self, name: str) -> bool:
        """Write somebody's name, or a word of the dictionary."""
        if name in ("W", "V"):
            self.text(self._word(doing=name == "V"))
            return True
        match = _SLOT.fullmatch(name)
        if match is None:
            return False
        written = self._written(match["who"], match["form"] or "")
        start = self.length
        # 小李 and 老王 are what somebody is called.
        if match["form"] == "s" and self.pieces and self.pieces[-1][-1:] in _CALLED:
            start -= 1
        self.text(written)
        self.names.append((start, self.length))
        return True

    def done(self, kind: str) -> Marked:
        """The note, in the manner of one hospital or another."""
        text = "".join(self.pieces)
        if self.chance.maybe(0.3):
            text = text.translate(
                {ord("，"): ",", ord("："): ":", ord("；"): ";", ord("（"): "(", ord("）"): ")"}
            )
        if self.chance.maybe(0.1):
            text = text.replace("。", ".")
        if self.chance.maybe(0.12):
            text = text.replace("\n", " ")
        if self.chance.maybe(0.25):
            return laid_out(Marked(kind, text, tuple(self.names)), self.chance)
        return Marked(kind, text, tuple(self.names))

    def _written(self, who: str, form: str) -> str:
        person = self.known.get(who)
        if person is None:
            person = self.known[who] = self._somebody(han=form in ("s", "m"))
        if form == "s":
            return person.surname or person.full
        if form == "n":
            return self.people.nickname(self.chance)
        if form == "g":
            return person.given if len(person.given) > 1 else person.full
        if form == "m" and person.surname:
            return person.surname + self.chance.pick(("某", "某某", "*", "**", "XX", "××", "x", "某某某"))
        return self._as_written(person)

    def _word(self, *, doing: bool) -> str:
        """A word that does not run together with what stands before it; where `doing`, a verb or the like."""
        words = verbs() if doing else surname_words() if self.chance.maybe(0.4) else any_words()
        before = self.pieces[-1][-4:] if self.pieces else ""
        for _ in range(6):
            word = self.chance.pick(words)
            if stays_whole(before, word):
                break
        return word

    def _somebody(self, *, han: bool) -> Person:
        """Now and then somebody whose name is a word."""
        if self.chance.maybe(0.04):
            word = self.chance.pick(surname_words())
            return Person(word, word[0], word[1:])
        if self.chance.maybe(0.01):
            return self.people.by_husband(self.chance)
        return self.people.draw(self.chance, han=han)

    def _as_written(self, person: Person) -> str:
        """The full name, now and then spaced, broken, half masked or in Latin letters."""
        if not person.surname or not self.chance.maybe(0.1):
            return person.full
        return self.chance.pick(
            (
                *(
                    _spaced,
                    _spaced,
                    _spaced,
                    _apart,
                    _broken,
                    _broken,
                    _spaced_and_broken,
                    _spaced_and_broken,
                ),
                *(_masked, _masked, _starred, self._latin),
            )
        )(person)

    def _latin(self, _: Person) -> str:
        surname = self.chance.pick(_SURNAMES)
        given = self.chance.pick(_SYLLABLES) + (
            "" if self.chance.maybe(0.4) else self.chance.pick(_SYLLABLES)
        )
        return self.chance.pick(
            (
                f"{surname} {given.title()}",
                f"{given.title()} {surname}",
                f"{surname.upper()} {given.title()}",
                f"{surname.upper()} {given.upper()}",
                f"{given.title()} {surname.upper()}",
                f"{surname.lower()}{given}",
                f"{surname}{given.title()}",
                f"{surname.upper()}, {given.title()}",
            )
        )


def laid_out(note: Marked, chance: Chance) -> Marked:
    """The note as an old printer sets it: broken at a width, or with a blank behind each character."""
    spaced, width = chance.maybe(0.3), 12 + chance.below(40) if chance.maybe(0.6) else 10_000
    every = chance.maybe(0.5)
    pieces: list[str] = []
    moved, length, column, apart = [], 0, 0, spaced
    for at, char in enumerate(note.text):
        moved.append(length)
        column = 0 if char == "\n" else column + 1
        if char == "\n" and not every:
            apart = spaced and chance.maybe(0.4)
        blank = " " if apart and char >= _FIRST_HAN and note.text[at + 1 : at + 2] >= _FIRST_HAN else ""
        if column >= width and char >= _FIRST_HAN:
            blank, column = chance.pick(("\n", " \n") if apart else ("\n",)), 0
        pieces.append(char + blank)
        length += len(pieces[-1])
    ends = [*moved, length]
    text = "".join(pieces)
    names = [(moved[start], ends[end - 1] + 1) for start, end in note.names]
    return Marked(note.kind, text, tuple(names))


def _spaced(person: Person) -> str:
    return f"{person.surname} {person.given}" if len(person.full) == 2 else " ".join(person.full)


def _apart(person: Person) -> str:
    return f"{person.surname}\u3000{person.given}"


def _broken(person: Person) -> str:
    return f"{person.full[:-1]}\n{person.full[-1]}"


def _spaced_and_broken(person: Person) -> str:
    head, tail = person.full[:-1], person.full[-1]
    return f"{' '.join(head)} \n{tail}"


def _masked(person: Person) -> str:
    return f"{person.surname}{'*' * len(person.given)}"


def _starred(person: Person) -> str:
    return person.full[0] + "*" + person.full[2:]
