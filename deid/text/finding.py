"""All finders on one text, and one cover out of what they found."""

from collections.abc import Callable, Iterable

from deid.text.calendar import find_dates
from deid.text.english import find_english
from deid.text.folding import fold
from deid.text.labels import find_labelled
from deid.text.leftovers import find_leftovers
from deid.text.memory import find_again
from deid.text.numbers import find_numbers
from deid.text.people import find_people
from deid.text.places import find_places
from deid.text.spans import Span, cover
from deid.text.traits import find_traits

Finder = Callable[[str], Iterable[Span]]

TYPES = (
    "NAME DATE HOSPITAL ORG ADDRESS POSTCODE PHONE EMAIL URL IP ID_CARD PASSPORT PERMIT BIRTH_CERT MRN"
    " HEALTH_CARD INSURANCE BANK_CARD PLATE DEVICE_ID WECHAT_QQ ETHNICITY RELIGION AGE"
).split()
_BOTH: tuple[Finder, ...] = (
    find_numbers,
    find_labelled,
    find_dates,
    find_traits,
    find_english,
    find_leftovers,
)
# A note in English has no use for the Chinese finders; a Chinese one often has English in it.
FINDERS: dict[str, tuple[Finder, ...]] = {"zh": (*_BOTH, find_people, find_places), "en": _BOTH}


def find_all(text: str, lang: str) -> list[Span]:
    """What identifies in `text`, in order, no two spans overlapping; offsets in code points of `text`."""
    folded = fold(text)
    found = [span for finder in FINDERS[lang] for span in finder(folded)]
    found += find_again(folded, found)
    return cover(found)
