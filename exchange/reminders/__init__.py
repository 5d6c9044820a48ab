"""What about consents needs a person soon or now, and telling the people concerned once (docs/adr/0020)."""

from exchange.reminders.due import Due, due
from exchange.reminders.kinds import KINDS, Kind
from exchange.reminders.reminding import remind

__all__ = ["KINDS", "Due", "Kind", "due", "remind"]
