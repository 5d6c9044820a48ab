"""Rules are compiled once and kept; what is counted is not carried from one request to the next."""

import threading
from datetime import date, timedelta

from exchange.audit.details import details_of
from exchange.node.node import Node
from tests.exchange.nodes import allow, entries, put, question

TODAY = date(2026, 11, 25)


def test_every_access_reports_its_own_counts_only(node: Node) -> None:
    allow(node)
    for _ in range(3):
        put(question(node), node.office)
    told = [details_of(node.office, one).told for one in entries(node) if one.entry.phase == "outcome"]
    assert len(told) == 3
    assert told[0]["report"] == told[1]["report"] == told[2]["report"]
    assert told[0]["report"]["totals"]["kept"] > 0


def test_each_thread_and_each_day_has_its_own_cleaner(node: Node) -> None:
    cleaners = node.office.cleaners
    first = cleaners.of_exchange("care", TODAY)
    assert cleaners.of_exchange("care", TODAY) is first
    assert cleaners.of_exchange("statistics", TODAY) is not first
    others = []
    thread = threading.Thread(target=lambda: others.append(cleaners.of_exchange("care", TODAY)))
    thread.start()
    thread.join()
    assert others[0] is not first
    assert cleaners.of_exchange("care", TODAY + timedelta(days=1)) is not first
