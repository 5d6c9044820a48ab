"""The people the demonstration and the pages talk about: the same in every sample, whatever the seed.

In each region a woman in middle age, her daughter who has just had a child, the child, a man who lives
with HIV, and the woman's husband. Their births are fixed (the child's lies 20 days before the day of the
sample); what their records hold varies with the seed, except what `Story` settles.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from exchange.sample.dice import Dice
from exchange.sample.identity import Numbers
from exchange.sample.names import Name
from exchange.sample.people import Person, Story, settle
from exchange.sample.places import Region, new_address


@dataclass(frozen=True, slots=True)
class _Part:
    """Somebody of the cast: surname, given name, sex, birth and story."""

    family: str
    given: str
    sex: str
    born: date
    story: Story


@dataclass(frozen=True, slots=True)
class _Cast:
    woman: _Part
    daughter: _Part
    child_sex: str
    positive: _Part
    husband: _Part


_HIV = Story(diagnoses=("B24",))
_HEART = Story(diagnoses=("I10", "I25.1"), events=("chest-pain",))
_SUGAR_AND_MOOD = Story(diagnoses=("E11.9", "I10", "F32.1"), away="tj")
_CASTS = {
    "ks": _Cast(
        _Part("沈", "若岚", "female", date(1975, 3, 12), _SUGAR_AND_MOOD),
        _Part("顾", "念禾", "female", date(1999, 8, 21), Story(events=("delivery",))),
        "female",
        _Part("陆", "文舟", "male", date(1988, 11, 2), _HIV),
        _Part("顾", "承远", "male", date(1973, 6, 30), _HEART),
    ),
    "zh": _Cast(
        _Part("冼", "清榆", "female", date(1971, 10, 5), Story(diagnoses=("E11.9", "E78.5", "F41.1"))),
        _Part("区", "以桐", "female", date(1997, 2, 14), Story(events=("critical-delivery",))),
        "male",
        _Part("岑", "怀川", "male", date(1992, 4, 19), _HIV),
        _Part("区", "立衡", "male", date(1970, 1, 23), Story(diagnoses=("J44.9",), events=("trauma",))),
    ),
    "tj": _Cast(
        _Part("孟", "春蔚", "female", date(1963, 7, 8), Story(diagnoses=("E11.9", "I10", "I69.3", "F20.0"))),
        _Part("常", "思棠", "female", date(1996, 12, 3), Story(events=("delivery",))),
        "male",
        _Part("毕", "景珩", "male", date(1985, 9, 27), _HIV),
        _Part("常", "志岳", "male", date(1961, 5, 16), Story(diagnoses=("I10", "I48.9"), events=("stroke",))),
    ),
}  # fmt: skip
CAST = 4  # the smallest number of people a region can have: without the husband


def showcase(region: Region, numbers: Numbers, today: date) -> list[Person]:
    """The five people of the region, the husband last."""
    cast = _CASTS[region.prefix]
    dice = Dice(f"showcase/{region.prefix}")
    address, other = new_address(dice, region), new_address(dice, region)

    def settled(number: int, part: _Part, **known: "Person | None") -> Person:
        return settle(
            dice.of(str(number)), numbers, region, id=f"{region.prefix}-pt-{number:04d}",
            name=Name(part.family, part.given, "汉族"), sex=part.sex, born=part.born, today=today,
            address=other if part is cast.positive else address, married=part is not cast.positive,
            story=part.story, **known,
        )  # fmt: skip

    husband = settled(5, cast.husband)
    woman = settled(1, cast.woman, contact=husband)
    born = today - timedelta(days=20)
    giving_birth = replace(cast.daughter, story=replace(cast.daughter.story, delivered=born))
    daughter = settled(2, giving_birth, contact=woman)
    event = "critical-newborn" if "critical-delivery" in daughter.story.events else "newborn"
    # Before it has a name of its own, a child is called after its mother: "X's daughter".
    called = f"{cast.daughter.given}之{'女' if cast.child_sex == 'female' else '子'}"
    child = _Part(cast.daughter.family, called, cast.child_sex, born, Story(events=(event,)))
    return [woman, daughter, settled(3, child, mother=daughter), settled(4, cast.positive), husband]
