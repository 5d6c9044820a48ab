"""The cleaners of a node: which rules, which key, and whether free text goes through the engine.

Compiling the rules takes as long as cleaning a record, so the cleaners of the exchange are kept from one request
to the next, in each thread its own; a new day makes new ones, as ages are counted on it.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import date

from deid import Cleaner, TextEngine, load_rules
from exchange.node.secrets import MasterSecret


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
        key = self._master.for_use(f"deid {use}")
        return Cleaner(load_rules(profile), key=key, today=today, text=text, only=only)

    def of_exchange(self, profile: str, today: date) -> Cleaner:
        """This thread's cleaner of `profile`, its report at zero: whoever had it before is done with it."""
        kept: dict[str, tuple[date, Cleaner]] = self._own.__dict__.setdefault("kept", {})
        if profile not in kept or kept[profile][0] != today:
            kept[profile] = (today, self.make(profile, use=f"exchange {profile}", today=today))
        _, cleaner = kept[profile]
        cleaner.report.start_over()
        return cleaner
