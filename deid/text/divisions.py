"""The names of China's provinces, prefectures and counties, in full and short, from data/divisions.txt.

A short name (绵阳 for 绵阳市) is sure, or doubtful where it is also a word, or part of two (每周口服 holds 周口).
"""

import re
from dataclasses import dataclass
from importlib.resources import files

from deid.text.patterns import any_of
from deid.text.words import WORDS

_ETHNIC = any_of(WORDS.names["ethnic"])
_SUFFIX = re.compile(
    rf"(?:{_ETHNIC}族?)*(?:自治[区州县旗]|特别行政区)$|(?<=..)(?:新区|林区|地区|[省市州盟县区旗])$"
)


@dataclass(frozen=True, slots=True)
class Divisions:
    """`full` as written in law; `provinces` and `prefectures` short; `counties` and parts of cities short.

    `doubtful` are those of the prefectures that are everyday words too.
    """

    full: frozenset[str]
    provinces: frozenset[str]
    prefectures: frozenset[str]
    counties: frozenset[str]
    doubtful: frozenset[str]

    def knows(self, name: str) -> bool:
        """Whether `name` is a division, in full or short."""
        return (
            name in self.full
            or name in self.provinces
            or name in self.prefectures
            or name in self.counties
            or name in self.doubtful
        )


def short(name: str) -> str:
    """绵阳 for 绵阳市, 凉山 for 凉山彝族自治州; nothing where one character would be left."""
    plain = _SUFFIX.sub("", name)
    return plain if 1 < len(plain) < len(name) else ""


def _read() -> Divisions:
    source = files("deid.text").joinpath("data/divisions.txt").read_text("utf-8")
    kept = "\n".join(line for line in source.splitlines() if not line.startswith("#"))
    provinces, prefectures, counties = (part.split() for part in kept.strip().split("\n\n"))
    doubtful = frozenset(WORDS.places["doubtful"])
    cores = frozenset(map(short, (*prefectures, *counties))) - {""}
    return Divisions(
        # A county becomes a city or a district, and papers go on saying what it was.
        full=frozenset((*provinces, *prefectures, *counties))
        | {core + end for core in cores for end in "市县区"}
        | {short(name) + "州" for name in prefectures if name.endswith("自治州")},
        provinces=frozenset(WORDS.places["provinces"]),
        prefectures=frozenset(map(short, prefectures))
        - doubtful
        - frozenset(WORDS.places["provinces"])
        - {""},
        counties=frozenset((*map(short, counties), *WORDS.places["parts"])) - {""},
        doubtful=doubtful,
    )


DIVISIONS = _read()
