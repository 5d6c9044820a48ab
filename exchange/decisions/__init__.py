"""Past decisions: made again from what was kept, and explained to somebody who was not there."""

from exchange.decisions.explaining import Explained, explain
from exchange.decisions.replaying import NotADecision, Replayed, decisions, replay

__all__ = ["Explained", "NotADecision", "Replayed", "decisions", "explain", "replay"]
