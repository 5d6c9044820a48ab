"""A person of the sample: who they are, where they live, and what is already settled about their life."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from exchange.sample.dice import Dice
from exchange.sample.identity import Numbers
from exchange.sample.names import Name
from exchange.sample.places import Address, Region

# Six in ten live where they were born; the rest of the identity numbers begin with these provinces.
_ELSEWHERE = (
    "340100",
    "410300",
    "320900",
    "430400",
    "510100",
    "370800",
    "420500",
    "360700",
    "450200",
    "620100",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What is settled before chance has its say: diagnoses (ICD-10) and events.

    `events` are of: delivery, critical-delivery, newborn, critical-newborn, chest-pain, stroke, trauma; a
    delivery took place on the day `delivered`. `away` is the prefix of another region the person was once
    treated in.
    """

    diagnoses: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    delivered: date | None = None
    away: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One patient. `identity` is empty for a newborn: it comes with the household register.

    `mother` is set for children, `contact` is whom the hospital calls, `records` organisation id -> number.
    """

    id: str
    region: Region
    name: Name
    sex: str
    born: date
    identity: str
    card: str
    archive: str
    phone: str
    address: Address
    home: str
    records: Mapping[str, str]
    married: bool = False
    mother: "Person | None" = None
    contact: "Person | None" = None
    story: Story = field(default_factory=Story)

    @property
    def reference(self) -> str:
        return f"Patient/{self.id}"

    def age(self, on: date) -> int:
        """Whole years on that day."""
        return on.year - self.born.year - ((on.month, on.day) < (self.born.month, self.born.day))


def settle(
    dice: Dice,
    numbers: Numbers,
    region: Region,
    *,
    id: str,
    name: Name,
    sex: str,
    born: date,
    address: Address,
    today: date,
    married: bool = False,
    mother: Person | None = None,
    contact: Person | None = None,
    story: Story | None = None,
) -> Person:
    """A person with numbers, a phone (a child's is a parent's) and a hospital to go to."""
    child = (today - born).days < 14 * 366
    newborn = (today - born).days < 30
    origin = address.region if child or dice.chance(60) else dice.one(_ELSEWHERE)
    home = _home(dice, region, child=child)
    return Person(
        id=id,
        region=region,
        name=name,
        sex=sex,
        born=born,
        identity="" if newborn else numbers.identity(dice, origin, born, sex),
        card="" if newborn else numbers.health_card(dice, region.code),
        archive=numbers.archive(dice, address.region),
        phone=mother.phone if mother and child else numbers.phone(dice),
        address=address,
        home=home,
        records={one: numbers.record(dice) for one in dict.fromkeys((home, region.hospital))},
        married=married,
        mother=mother,
        contact=contact,
        story=story or Story(),
    )


def _home(dice: Dice, region: Region, *, child: bool) -> str:
    """The organisation that keeps the person's record."""
    if child:
        return region.organisation("maternal-hospital")
    kinds = ("", "tcm-hospital", "community-centre", "township-centre", "village-clinic")
    kind = dice.weighted(kinds, (50, 12, 20, 12, 6))
    return region.organisation(kind) if kind else region.hospital
