"""How many questions were answered and how: numbers for the operator, of nobody in particular."""

from collections import Counter

from exchange.federation.errors import REJECTIONS

OUTCOMES = ("permit", "deny", "notice", *REJECTIONS)


class Tally:
    """Counts since the node began to serve. Belongs to one thread."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def add(self, outcome: str) -> None:
        """Count one question; `outcome` is one of OUTCOMES."""
        self._counts[outcome] += 1

    def as_text(self, **gauges: int) -> str:
        """All counts, zeros too, in the Prometheus text format 0.0.4; `gauges` are further numbers."""
        lines = [
            "# HELP hutong_questions_total Questions from other nodes, by outcome.",
            "# TYPE hutong_questions_total counter",
            *(f'hutong_questions_total{{outcome="{name}"}} {self._counts[name]}' for name in OUTCOMES),
        ]
        for name, value in gauges.items():
            lines += [f"# TYPE hutong_{name} gauge", f"hutong_{name} {value}"]
        return "\n".join(lines) + "\n"
