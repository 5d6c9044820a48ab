"""Say who may see what, and take it back; ask what consents would permit."""

from cli.commands.consent import deciding, giving, linting, looking
from cli.commands.consent.noun import consent

__all__ = ["consent", "deciding", "giving", "linting", "looking"]
