"""Make the extracts that wait, one after the other. What is refused leaves the list; what only failed stays on it."""

from collections.abc import Iterator
from dataclasses import dataclass

from exchange.errors import ExchangeError
from exchange.node.node import Node
from exchange.research.extract import Extracted, Progress, extract
from exchange.research.queue import Job, end, jobs

REFUSED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What came of one waiting extract: it, or why there is none."""

    job: Job
    extracted: Extracted | None
    problem: ExchangeError | None


def run(node: Node, progress: Progress | None = None) -> Iterator[Ran]:
    """Make every waiting extract, oldest first, deciding anew who belongs to it. Raises NotSound, LedgerError."""
    for job in jobs(node):
        try:
            extracted = extract(node, job.project, job.out, progress, job=job.entry)
        except ExchangeError as problem:
            if problem.exit_code == REFUSED:
                end(node, job.entry, "refused", {"why": type(problem).__name__})
            yield Ran(job=job, extracted=None, problem=problem)
        else:
            yield Ran(job=job, extracted=extracted, problem=None)
