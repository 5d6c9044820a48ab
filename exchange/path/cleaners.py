"""The cleaners of a node: which rules, which key, and whether free text goes through the engine.

Compiling the rules takes as long as cleaning a record, so the cleaners of the exchange are kept from one request
to the next, in each thread its own; a new day makes new ones, as ages are counted on it.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import date

from deid import Cleaner, TextEngine, load_rules
from deid.pseudonyms import Pseudonyms, derive
from exchange.node.secrets import MasterSecret

Kept = tuple[str, frozenset[str] | None]


class Cleaners:
    """Makes cleaners under keys of the node. `text` is a callable because loading the engine takes a second."""

    def __init__(self, master: MasterSecret, text: Callable[[], TextEngine]) -> None:
        self._master = master
        self._text = text
        self._own = threading.local()

    def make(
        self, profile: str, *, use: str, today: date, only: Mapping[str, Sequence[str]] | None = None
    ) -> Cleaner:
        """A new cleaner of one profile. `use` names what the pseudonyms are for: each use has its own key.

        `only` are the elements a protocol asked for. Raises deid's UnknownElement for one the profile never lets
        out.
        """
        text = self._text() if profile == "research" else None
        key = self.secret_of(use)
        return Cleaner(load_rules(profile), key=key, today=today, text=text, only=only)

    def secret_of(self, use: str) -> bytes:
        """The secret pseudonyms, surrogates and shifts of `use` are made with: never shown, never written."""
        return self._master.for_use(f"deid {use}")

    def name_in(self, use: str, patient: str) -> str:
        """The pseudonym by which the patient with this id goes in `use`: what a cleaner makes of Patient.id."""
        key = self.secret_of(use)
        return Pseudonyms(derive(key, "pseudonym")).of_id(patient)

    def of_exchange(self, profile: str, today: date, only: frozenset[str] | None = None) -> Cleaner:
        """This thread's cleaner of `profile`, its report at zero: whoever had it before is done with it.

        `only` are the elements a permit is for, "Type.element"; None for all the profile lets out.
        """
        kept: dict[Kept, tuple[date, Cleaner]] = self._own.__dict__.setdefault("kept", {})
        key = (profile, only)
        if key not in kept or kept[key][0] != today:
            made = self.make(profile, use=f"exchange {profile}", today=today, only=_by_type(only))
            kept[key] = (today, made)
        _, cleaner = kept[key]
        cleaner.report.start_over()
        return cleaner


def _by_type(elements: frozenset[str] | None) -> dict[str, list[str]] | None:
    if elements is None:
        return None
    types: dict[str, list[str]] = {}
    for one in sorted(elements):
        name, _, element = one.partition(".")
        types.setdefault(name, []).append(element)
    return types
