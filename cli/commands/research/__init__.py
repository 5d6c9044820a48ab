"""Research projects: registered, approved, given data, and told who has taken the consent back."""

from cli.commands.research import extracting, projects, queueing, withdrawals
from cli.commands.research.noun import research

__all__ = ["extracting", "projects", "queueing", "research", "withdrawals"]
