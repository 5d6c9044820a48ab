"""A believable Chinese regional population to try Hutong on: invented people, real forms."""

from exchange.sample.errors import FolderInUse, TooFewPatients
from exchange.sample.writing import LEAST, SampleReport, write_sample

__all__ = ["LEAST", "FolderInUse", "SampleReport", "TooFewPatients", "write_sample"]
