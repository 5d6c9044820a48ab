"""Who looked, and why it was allowed: for officers and for patients."""

from cli.commands.audit import exporting, looking, reporting, suspecting, watching, watchlist
from cli.commands.audit.noun import audit
from cli.counting import count_accesses

audit.add_command(count_accesses)

__all__ = ["audit", "exporting", "looking", "reporting", "suspecting", "watching", "watchlist"]
