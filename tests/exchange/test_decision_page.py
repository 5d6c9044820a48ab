"""The page about a decision: what a lawyer reads, what was done, what is not known, and nothing that runs."""

import json
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from html.parser import HTMLParser
from pathlib import Path

import pytest

from exchange import notices, reviews
from exchange.decisions import Explained, decisions, explain
from exchange.erasing import erase
from exchange.node.node import Node
from exchange.policy.keeping import kept
from exchange.reviews import Finding
from tests.cli.typing_in import typed
from tests.exchange.engines import asking, refusing
from tests.exchange.nodes import EMERGENCY_DOCTOR, OFFICER, Site, allow, deaf, emergency, put, question
from tests.exchange.people import AN


def page_of(node: Node, *, permit: bool = True) -> Explained:
    """The page about the newest permit, or the newest refusal."""
    verdict = "permit" if permit else "deny"
    newest = [one for one in decisions(node.log) if one.entry.decision == verdict][-1]
    return explain(node.office, newest.id, partial(kept, node.layout.policies))


def rows(explained: Explained, heading: str) -> dict[str, str]:
    """The English rows below a heading."""
    (section,) = (one for one in explained.page.sections if one.title.en == heading)
    return {row.name.en: row.text.en for row in section.rows}


DUTIES, LEDGER = "Duties that came with it", "Where it stands in the ledger"


def test_a_partial_permit_tells_sentence_provision_and_what_was_held_back_in_groups(node: Node) -> None:
    granted = allow(node, except_sensitivities=("PSY",))
    put(question(node), node.office)
    page = page_of(node)
    agreed = rows(page, "What the patient agreed to")
    assert "except psychiatric information" in agreed[f"consent {granted.consent_id}/1"]
    assert granted.entry.id in agreed["known here since"]
    assert agreed["provision that decided"].startswith(f"{granted.consent_id}/1")
    told = page.as_dict()
    groups = {(one.code, one.count, one.classes) for one in page.story.withheld()}
    assert ("CONSENT_DENY", 3, ("Condition", "Observation")) in groups
    assert told["consents"] == [f"{granted.consent_id}/1"]
    assert "Condition/an-f32" not in "\n".join(page.lines("en")), "which items there are is not for the page"


def test_a_later_version_of_the_consent_does_not_change_the_sentence(node: Node) -> None:
    allow(node, except_sensitivities=("PSY",))
    put(question(node), node.office)
    before = rows(page_of(node), "What the patient agreed to")
    allow(node)
    assert rows(page_of(node), "What the patient agreed to") == before


def test_after_an_emergency_the_page_follows_the_review_and_the_notice(node: Node, site: Site) -> None:
    put(emergency(node), node.office)
    page = page_of(node)
    states = {one.code: one.state for one in page.story.duties}
    assert states == {
        "deidentify": "done",
        "notify-patient": "open",
        "review": "open",
        "seal": "done",
        "time-limit": "done",
    }
    assert rows(page, "Who asked, and for what")["an emergency was declared, because"]
    entry = page.found.id
    site.clock.pass_by(timedelta(hours=25))
    assert {one.code: one.state for one in page_of(node).story.duties}["review"] == "overdue"
    _close(node, entry)
    _deliver(node, entry)
    after = page_of(node)
    assert {one.state for one in after.story.duties} == {"done"}
    review = next(one.says.en for one in after.story.duties if one.code == "review")
    assert "by a security officer, found justified (later than it was due)" in review
    assert any(review in line for line in after.lines("en"))


def _close(node: Node, entry: str) -> None:
    office = node.office
    reviews.close(
        office.desk,
        node.log,
        entry,
        finding=Finding.JUSTIFIED,
        officer=OFFICER,
        note="核对无误",
        now=office.clock(),
        house_key=office.house_key,
    )


def _deliver(node: Node, entry: str) -> None:
    office = node.office
    notices.delivered(
        office.desk,
        node.log,
        entry,
        by=OFFICER,
        channel="app",
        now=office.clock(),
        house_key=office.house_key,
    )


def test_a_refusal_names_the_rule_that_refused_its_law_and_where_it_is_written(node: Node) -> None:
    allow(node, purposes=("HQUALIMP",))
    put(question(node, purpose="HMARKT"), node.office)
    put(question(node, purpose="HQUALIMP", classes=("Condition",)), node.office)
    allow(node)
    put(question(node), asking(node.office, refusing("PURPOSE_CLOSED")))
    page = page_of(node, permit=False)
    ruled = rows(page, "Rule and law")
    assert "(PURPOSE_CLOSED)" in ruled["why"]
    assert ruled["law"] == "a law"
    assert ruled["where the rule is written"].startswith("hutong.release, purpose.rego: ")
    assert rows(page, "What was withheld") == {"everything": "nothing was released"}
    assert rows(page, DUTIES) == {"none": "nothing was demanded"}


def test_the_words_of_rules_that_are_not_kept_are_said_to_be_others(node: Node) -> None:
    put(question(node), asking(node.office, refusing("PURPOSE_CLOSED")))
    gaps = rows(page_of(node, permit=False), "What is not known").values()
    assert any("the bundle that decided is not kept here" in one for one in gaps)


def test_it_says_where_it_stands_in_the_ledger_and_that_this_was_checked(node: Node) -> None:
    allow(node)
    put(question(node), node.office)
    page = page_of(node)
    ledger = rows(page, LEDGER)
    assert ledger["entry"] == f"index {page.found.index} (from 0), {page.found.id}"
    assert ledger["signed checkpoint"].startswith(f"{node.log.size} entries of the log hutong.320583/ks;")
    assert ledger["verifier key"] == node.vkey
    assert rows(page, "Decided again") == {"made again from what was kept": "the same, byte for byte"}
    assert page.as_dict()["ledger"] == {
        "origin": "hutong.320583/ks",
        "index": page.found.index,
        "size": node.log.size,
    }


def test_a_hand_over_that_failed_leaves_the_duties_undone_and_says_so(node: Node) -> None:
    allow(node)

    def broken(_: bytes) -> None:
        raise OSError("the line is down")

    with pytest.raises(OSError, match="the line is down"):
        _release(node, broken)
    page = page_of(node)
    assert "it failed" in rows(page, "What was handed over")["handed over"]
    assert {one.state for one in page.story.duties} == {"not-done"}


def _release(node: Node, deliver: Callable[[bytes], None]) -> None:
    from exchange.path.release import release

    release(question(node), node.office, deliver)


def test_after_erasure_the_page_says_what_is_gone_and_claims_nothing(node: Node) -> None:
    allow(node, except_sensitivities=("PSY",))
    put(question(node), node.office)
    erase(node.office, AN, by=OFFICER, reason="-")
    page = page_of(node)
    assert "the key was destroyed" in rows(page, "What the patient agreed to")["consent it rests on"]
    assert "the key was destroyed" in rows(page, "What was withheld")["withheld"]
    assert "nothing" not in rows(page, "What was withheld")
    assert page.story.withheld() == []
    assert any("cannot be opened" in one for one in rows(page, "What is not known").values())
    assert {one.code: one.state for one in page.story.duties}["deidentify"] == "unknown"


def test_an_emergency_that_waited_in_the_spool_says_whose_clock_it_was(node: Node, site: Site) -> None:
    with site.reader(node) as reader:
        put(emergency(node), deaf(node.office, reader))
    node.spool.drain(node.log, lambda entry: None)
    page = page_of(node)
    assert any("waited in the spool" in one for one in rows(page, "What is not known").values())


class Reading(HTMLParser):
    """The tags, their attributes and the text of a page."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(page.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text += data


MARKUP = """</td><script src=//x.invalid>alert(1)</script><img src=x onerror="a()">&amp;'<!--"""


@pytest.mark.attack
def test_markup_in_a_name_or_a_reason_is_text_on_the_page(site: Site) -> None:
    registry = site.folder / "registry.toml"
    lines = registry.read_text("utf-8").splitlines()
    at = next(n for n, line in enumerate(lines) if f'"{EMERGENCY_DOCTOR}"' in line)
    named = next(n for n in range(at, at + 4) if lines[n].startswith("name_en") or "name_en" in lines[n])
    lines[named] = _renamed(lines[named])
    registry.write_text("\n".join(lines) + "\n", "utf-8")
    with site.open() as node:
        put(emergency(node, emergency_reason=MARKUP), node.office)
        page = page_of(node)
        html = Reading(page.as_html())
    assert html.tags <= set("html head meta title style body h1 h2 p table tr th td span".split())
    assert MARKUP in html.text
    assert not any(name.startswith("on") or name in ("src", "href", "style") for name, _ in html.attributes)
    assert "\n".join(page.lines("en")).count(MARKUP) >= 1


def _renamed(line: str) -> str:
    """The same line of the registry, with markup for every name in it."""
    import re

    return re.sub(r'(name_(?:en|zh) = )"[^"]*"', lambda found: f"{found[1]}'''{MARKUP}'''", line)


def test_the_page_to_print_is_one_file_in_both_languages_that_loads_nothing(node: Node) -> None:
    allow(node, except_sensitivities=("PSY",))
    put(question(node), node.office)
    page = page_of(node)
    html = page.as_html()
    read = Reading(html)
    assert b"default-src 'none'" in html
    assert b"size: A4" in html
    assert not any(word in html for word in (b"http://", b"https://", b"url(", b"@import", b"<script"))
    for section in page.page.sections:
        assert section.title.zh in read.text
        assert section.title.en in read.text
        for row in section.rows:
            assert row.text.zh in read.text
            assert row.text.en in read.text


def test_it_is_typed_printed_to_a_file_and_read_by_a_program(site: Site, tmp_path: Path) -> None:
    with site.open() as node:
        put(emergency(node), node.office)
        entry = page_of(node).found.id
    command = ("--node", str(site.folder), "decision", "explain", entry)
    told = typed(*command)
    assert told.exit_code == 0
    title = told.stdout.splitlines()[0]
    assert title.startswith("decision: released. Tao Huaiqin, emergency physician, ")
    assert title.endswith(", for emergency care, 2026-11-25 09:00:00 (UTC+8)")
    assert entry not in title
    assert typed(*command, env={"HUTONG_LANG": "zh"}).stdout.startswith("判定：放行。陶怀琴，急诊医生，")
    document = json.loads(typed(*command, "--json").stdout)
    assert document["entry"] == entry
    assert {one["code"]: one["state"] for one in document["duties"]}["review"] in ("open", "overdue")
    assert document["replay"] == {"possible": True, "same": True}
    file = tmp_path / "decision.html"
    printed = typed(*command, "--html", str(file))
    assert (printed.exit_code, printed.stdout) == (0, "")
    assert Reading(file.read_bytes()).text.count(entry) >= 2
    assert typed(*command, "--html", str(file), "--json").exit_code == 2
    assert typed(*command, "--html", str(site.folder / "node.toml")).exit_code == 5
