"""The people of a region, household by household: old couples, young families, three generations."""

from collections.abc import Iterator
from datetime import date, timedelta

from exchange.sample.dice import Dice
from exchange.sample.identity import Numbers
from exchange.sample.names import Name, new_name
from exchange.sample.people import Person, Story, settle
from exchange.sample.places import Address, Region, new_address
from exchange.sample.showcase import showcase

_YEAR = timedelta(days=365)
# Kind of household and how many of a hundred. More of the old than live in a city: they have records.
_HOUSEHOLDS = {
    "old-alone": 14,
    "old-couple": 18,
    "couple": 22,
    "family": 18,
    "three-generations": 11,
    "young-alone": 9,
    "newborn": 8,
}


def people_of(region: Region, count: int, numbers: Numbers, dice: Dice, today: date) -> list[Person]:
    """`count` people of `region`: the showcase family, then household after household."""
    people = showcase(region, numbers, today)[:count]
    household = 0
    while len(people) < count:
        household += 1
        family = _Household(region, numbers, dice.of(f"household/{household}"), today, len(people) + 1)
        people.extend(family.members())
    return people[:count]


class _Household:
    """One roof: an address, a phone number to call, and a running number for the ids."""

    def __init__(self, region: Region, numbers: Numbers, dice: Dice, today: date, first: int) -> None:
        self.region, self.numbers, self.dice, self.today = region, numbers, dice, today
        self.next = first
        self.address: Address = new_address(dice, region)

    def members(self) -> Iterator[Person]:
        kind = self.dice.weighted(tuple(_HOUSEHOLDS), tuple(_HOUSEHOLDS.values()))
        match kind:
            case "old-alone":
                yield self.adult(self.born(66, 91), sex=self.dice.one(("female", "female", "male")))
            case "young-alone":
                yield self.adult(self.born(18, 38), sex=self.dice.one(("female", "male")))
            case "old-couple":
                yield from self.couple(60, 84)
            case "couple":
                yield from self.couple(42, 64)
            case "family":
                yield from self.family(29, 46)
            case "three-generations":
                father, mother = self.couple(54, 68)
                yield from (father, mother)
                yield from self.family(29, 40, after=father.name)
            case _:
                yield from self.with_newborn()

    def couple(self, youngest: int, oldest: int, *, after: Name | None = None) -> tuple[Person, Person]:
        """Husband and wife, at most six years apart."""
        born = self.born(youngest, oldest)
        husband = self.adult(born, sex="male", married=True, after=after)
        wife = self.adult(
            born + timedelta(days=self.dice.number(-700, 2100)), sex="female", married=True, contact=husband
        )
        return husband, wife

    def family(self, youngest: int, oldest: int, *, after: Name | None = None) -> Iterator[Person]:
        """A couple with one or two children."""
        father, mother = self.couple(youngest, oldest, after=after)
        yield from (father, mother)
        born = self.dice.day(max(mother.born + 22 * _YEAR, self.today - 17 * _YEAR), self.today - 2 * _YEAR)
        yield self.child(born, father, mother)
        second = born + timedelta(days=self.dice.number(500, 2200))
        if self.dice.chance(50) and second < self.today - _YEAR:
            yield self.child(second, father, mother)

    def with_newborn(self) -> Iterator[Person]:
        """A couple whose child was born within the last year; one birth in eight was an emergency."""
        born = self.today - timedelta(days=self.dice.number(4, 330))
        critical = self.dice.chance(12)
        husband = self.adult(self.born(25, 38), sex="male", married=True)
        story = Story(events=("critical-delivery" if critical else "delivery",), delivered=born)
        mother = self.adult(self.born(23, 38), sex="female", married=True, contact=husband, story=story)
        yield from (husband, mother)
        event = Story(events=("critical-newborn" if critical else "newborn",))
        yield self.child(born, husband, mother, story=event)

    def adult(
        self,
        born: date,
        *,
        sex: str,
        married: bool = False,
        after: Name | None = None,
        contact: Person | None = None,
        story: Story | None = None,
    ) -> Person:
        name = new_name(self.dice, sex, born, after)
        return self.settled(name, sex, born, married=married, contact=contact, story=story)

    def child(self, born: date, father: Person, mother: Person, *, story: Story | None = None) -> Person:
        sex = self.dice.one(("female", "male"))
        name = new_name(self.dice, sex, born, father.name)
        return self.settled(name, sex, born, mother=mother, story=story)

    def settled(
        self,
        name: Name,
        sex: str,
        born: date,
        *,
        married: bool = False,
        mother: Person | None = None,
        contact: Person | None = None,
        story: Story | None = None,
    ) -> Person:
        number, self.next = self.next, self.next + 1
        return settle(
            self.dice, self.numbers, self.region, id=f"{self.region.prefix}-pt-{number:04d}", name=name,
            sex=sex, born=born, address=self.address, today=self.today, married=married, mother=mother,
            contact=contact, story=story,
        )  # fmt: skip

    def born(self, youngest: int, oldest: int) -> date:
        """A birthday of somebody between these ages today."""
        return self.dice.day(self.today - (oldest + 1) * _YEAR, self.today - youngest * _YEAR)
