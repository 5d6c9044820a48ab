"""Who is still to be told: patients of an access, recipients of a withdrawal, other nodes of what we did."""

from cli.commands.notice import incoming, outgoing, patients
from cli.commands.notice.noun import notice

__all__ = ["incoming", "notice", "outgoing", "patients"]
