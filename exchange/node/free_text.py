"""The engine free text of this node goes through: by its settings, with what the hospital adds of its own."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

from deid import TextEngine
from deid.text.recognizers import read_recognizers
from exchange.node.settings import Settings


def text_engine(settings: Settings, root: Path) -> Callable[[], TextEngine]:
    """Makes the engine when it is first needed, which takes a second, and once. `root` is the node's folder.

    What the hospital adds is read at once, so that a mistake in it is met when the node is opened. Raises
    BadRecognizers.
    """
    file = settings["deid.recognizers"]
    recognizers = read_recognizers(root / file) if file else None
    return cache(lambda: TextEngine(settings["deid.profile"], recognizers))
