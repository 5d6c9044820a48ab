"""The policy on its own: ask it, see it, and see where it comes from."""

from cli.commands.policy import build, codes, explain, kinds, show, status, test
from cli.commands.policy import eval as asking
from cli.commands.policy.noun import policy

__all__ = ["asking", "build", "codes", "explain", "kinds", "policy", "show", "status", "test"]
