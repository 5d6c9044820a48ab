"""The page of a month: nothing on it runs or comes from elsewhere, and whoever doubts a figure can count it again."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from datetime import date, timedelta
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.audit.report import charts, for_officer, officers_sheet, page
from exchange.audit.report.counted import Split
from exchange.audit.report.follow_up import MOST_LISTED
from exchange.audit.report.sheet import Bars, Sheet, ToCopy
from exchange.audit.report.voice import Voice
from exchange.node.node import Node
from exchange.node.tables import TABLES
from exchange.rotating import rotate
from exchange.wiring import open_node
from ledger import Draft, Log
from tests.audit.reported import IN_DECEMBER, OCTOBER, OFFICER, look, node_in, other, refusal, write
from tests.cli.typing_in import typed
from tests.exchange.nodes import entropy, signer
from tests.federation.nodes import Clock
from tests.witness.test_regions import Regions, sites

__all__ = ["sites"]

EVIL = "<script>alert(1)</script>\"'><img src=https://evil.example/x onerror=alert(2)>"


@pytest.fixture
def running(tmp_path: Path) -> Iterator[tuple[Node, Clock]]:
    with node_in(tmp_path / "node") as both:
        yield both


def october(node: Node, clock: Clock) -> None:
    """Thirty looks, four of them emergencies, ten refusals; what came of three looks stands in entries of its own."""
    looks = [look(node, OCTOBER + timedelta(hours=7 * n), patient=f"{n}") for n in range(26)]
    looks += [
        look(node, OCTOBER + timedelta(hours=100 + n), patient="e", break_glass=True, purpose="ETREAT")
        for n in range(4)
    ]
    outcomes = [look(node, OCTOBER + timedelta(hours=200 + n), phase="outcome") for n in range(3)]
    refusals = [refusal(node, OCTOBER + timedelta(hours=300 + n)) for n in range(10)]
    write(node, clock, [*looks, *outcomes, *refusals])
    clock.now = IN_DECEMBER


def sheet_of(node: Node, lang: str = "en") -> Sheet:
    return officers_sheet(node, for_officer(node, "2026-10"), lang)


def page_of(node: Node, lang: str = "en") -> str:
    return page(sheet_of(node, lang)).decode()


def to_copy(node: Node) -> list[str]:
    """Everything on the page that is there to be copied, in order."""
    return [
        block.text
        for section in sheet_of(node).sections
        for block in section.blocks
        if isinstance(block, ToCopy)
    ]


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))


def tags(text: str) -> list[tuple[str, dict[str, str | None]]]:
    parser = _Tags()
    parser.feed(text)
    return parser.seen


# ---- nothing runs, nothing is loaded


@pytest.mark.attack
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_names_from_the_registry_are_text_and_never_markup(tmp_path: Path, lang: str) -> None:
    folder = tmp_path / "node"
    with node_in(folder) as (node, clock):
        october(node, clock)
        write(
            node,
            clock,
            [refusal(node, IN_DECEMBER, why=EVIL, purpose=EVIL), look(node, IN_DECEMBER, purpose=EVIL)],
        )
    registry = folder / "registry.toml"
    text = registry.read_text("utf-8")
    evil = json.dumps(EVIL)
    for name in ("昆山市第一人民医院", "Kunshan First People's Hospital", "昆山市健康信息平台"):
        assert f'"{name}"' in text
        text = text.replace(f'"{name}"', evil)
    registry.write_text(text, "utf-8")
    with open_node(folder, {}, clock=clock) as node:
        told = page(officers_sheet(node, for_officer(node, "2026-12"), lang)).decode()
        told += page_of(node, lang)
    assert told.count("&lt;script&gt;") >= 4
    assert not {"script", "img", "a", "link", "iframe", "object", "form"} & {tag for tag, _ in tags(told)}


def test_it_loads_nothing_and_forbids_it(running: tuple[Node, Clock]) -> None:
    node, clock = running
    october(node, clock)
    for lang in ("zh", "en"):
        text = page_of(node, lang)
        seen = tags(text)
        policy = next(said["content"] for tag, said in seen if tag == "meta" and "http-equiv" in said)
        assert policy == "default-src 'none'; style-src 'unsafe-inline'"
        assert not any({"src", "href", "style", "onclick", "srcset"} & said.keys() for _, said in seen)
        assert "http:" not in text
        assert "https:" not in text
        assert "@import" not in text
        assert set(text.split("url(")[1:][0].split(")")[:1]) == {"#hatched"}


def test_no_patient_stands_on_it(running: tuple[Node, Clock]) -> None:
    node, clock = running
    october(node, clock)
    told = for_officer(node, "2026-10")
    text = page_of(node) + page_of(node, "zh") + json.dumps(told.as_dict(), default=str)
    patients = {one.entry.patient for one in node.log.scan()} - {""}
    assert len(patients) == 28
    assert not any(patient in text for patient in patients)


# ---- charts


def test_each_chart_has_a_title_and_its_figures_stand_beside_it(running: tuple[Node, Clock]) -> None:
    node, clock = running
    october(node, clock)
    text = page_of(node)
    drawn = [said for tag, said in tags(text) if tag == "svg" and said.get("role") == "img"]
    assert len(drawn) >= 5
    assert text.count("<title") >= len(drawn)
    assert '<title id="days-t">Accesses by day' in text
    assert '<desc id="days-d">31 days, 40 accesses' in text
    told = for_officer(node, "2026-10").now
    calendar = text.partition("<table class=calendar>")[2].partition("</table>")[0]
    for day, split in told.days.items():
        assert f"<span class=day>{day.day}</span>" in calendar
        assert f"<span class=n>{split.allowed:,}</span>" in calendar


def test_the_calendar_puts_the_first_of_october_2026_on_a_thursday(running: tuple[Node, Clock]) -> None:
    node, clock = running
    october(node, clock)
    calendar = page_of(node).partition("<table class=calendar>")[2]
    first_week = calendar.partition("<tbody>")[2].partition("</tr>")[0]
    assert first_week.count("<td></td>") == 3
    assert all(week.count("<td>") == 7 for week in calendar.partition("</table>")[0].split("<tr>")[2:])


@given(st.integers(min_value=0, max_value=10**12))
def test_the_axis_ends_at_four_round_steps_above_the_highest_bar(most: int) -> None:
    end = charts.ceiling(most)
    assert most <= end
    assert end % 4 == 0
    assert str(end // 4).rstrip("0") in ("1", "2", "5")
    assert end <= max(4, 4 * most)


def test_bars_are_as_long_as_their_share() -> None:
    drawn = charts.by_day(
        {date(2026, 10, 1): Split(3, 1), date(2026, 10, 2): Split(0, 2)},
        title="t",
        description="d",
        names=("allowed", "refused"),
    )
    heights = [
        float(said["height"] or 0) for tag, said in tags(drawn) if tag == "rect" and said.get("height")
    ]
    room = charts.HEIGHT - 12 - 24
    assert heights == [pytest.approx(room * part / 4, abs=0.01) for part in (3, 1, 2)]


def test_a_row_of_nothing_and_one_of_everything_are_drawn() -> None:
    assert "<rect" not in charts.row((0, 0), 0, "nothing")
    assert charts.row((2, 2), 4, "all").count('width="100.00"') == 2


# ---- whoever doubts it


def test_the_command_on_the_page_counts_the_same(tmp_path: Path) -> None:
    if shutil.which("jq") is None:
        pytest.skip("jq is not on this machine")
    folder = tmp_path / "node"
    with node_in(folder) as (node, clock):
        october(node, clock)
        search, _, query = next(one for one in to_copy(node) if "audit search" in one).partition("\n")
        told = for_officer(node, "2026-10").now.accesses
    words = search.removesuffix(" > month.json").split()[1:]
    found = typed("--node", str(folder), *words)
    assert found.exit_code == 0
    (program,) = query.split("'")[1::2]
    counted = subprocess.run(
        ["jq", program], input=found.stdout, capture_output=True, encoding="utf-8", check=True
    )
    assert json.loads(counted.stdout) == {"permit": told.allowed, "deny": told.refused}
    assert (told.allowed, told.refused) == (30, 10)


def test_after_a_change_of_key_the_page_has_what_the_key_of_that_time_signed(tmp_path: Path) -> None:
    folder = tmp_path / "node"
    with node_in(folder) as (node, clock):
        october(node, clock)
        before = for_officer(node, "2026-10").ledger
        assert before.signed == before.size
        write(node, clock, [look(node, IN_DECEMBER)])
        rotate(node, by=OFFICER)
        write(node, clock, [look(node, IN_DECEMBER + timedelta(days=1))])
        told = for_officer(node, "2026-10").ledger
        assert (told.size, told.root) == (before.size, before.root)
        assert told.size < told.signed < node.log.size
        assert f"It is {told.signed} entries long" in page_of(node)
    for note in (before.note, told.note):
        assert _known(folder, note, tmp_path / "checkpoint.txt") == 0


def _known(folder: Path, note: str, place: Path) -> int:
    place.write_text(note, "utf-8")
    return typed("--node", str(folder), "ledger", "verify", "--known", str(place)).exit_code


def test_the_checkpoint_on_the_page_is_continued_by_the_ledger_years_later(tmp_path: Path) -> None:
    folder = tmp_path / "node"
    with node_in(folder) as (node, clock):
        october(node, clock)
        write(node, clock, [look(node, IN_DECEMBER)])
        told = for_officer(node, "2026-10").ledger
        assert told.size < node.log.size
        note = unescape(page_of(node).partition("<pre>")[2].partition("</pre>")[0])
        assert note == told.note
    assert _known(folder, note, tmp_path / "checkpoint.txt") == 0


@pytest.mark.attack
def test_a_ledger_that_was_written_anew_does_not_continue_the_page(tmp_path: Path) -> None:
    """The same node, the same key, one refusal less: whoever kept the page sees it."""
    first, again = tmp_path / "first", tmp_path / "again"
    with node_in(first) as (node, clock):
        october(node, clock)
        note = for_officer(node, "2026-10").ledger.note
    shutil.copytree(first, again)
    for left in (*again.glob("ledger.db*"), *again.glob("projection.db*")):
        left.unlink()
    with open_node(first, {}, clock=clock) as node:
        kept = [one for one in node.log.scan() if one.index != 5]
        key = signer(node)
    forged = Log.create(again / "ledger.db", signer=key, clock=clock, entropy=entropy("again"), tables=TABLES)
    forged.append_many([Draft(entry=one.entry) for one in kept])
    forged.append_many([Draft(entry=kept[-1].entry)])
    forged.close()
    assert _known(again, note, tmp_path / "checkpoint.txt") == 4
    assert _known(first, note, tmp_path / "checkpoint.txt") == 0


def test_it_tells_which_regions_signed_for_all_of_the_month(sites: Regions) -> None:
    kunshan, tianjin, _ = sites
    node, clock = kunshan.node(), kunshan.clock
    sites.ask(kunshan, tianjin)  # while it has one entry
    clock.now = OCTOBER
    write(node, clock, [look(node, OCTOBER + timedelta(days=1))])
    clock.now = IN_DECEMBER
    told = for_officer(node, "2026-10").ledger
    covers = {one.node: (one.size is not None, told.covers(one)) for one in told.witnesses}
    assert covers == {"tianjin": (True, False), "zhuhai": (False, False)}
    assert not told.is_witnessed
    assert "not yet for all of the month" in page_of(node)
    sites.ask(kunshan, *sites[1:])
    told = for_officer(node, "2026-10").ledger
    assert told.is_witnessed
    assert all(map(told.covers, told.witnesses))
    assert "the 2 that must have signed for all of the month" in page_of(node)
    assert told.witnessed_note in to_copy(node)


def test_long_lists_are_cut_and_the_command_for_all_of_it_is_named(running: tuple[Node, Clock]) -> None:
    node, clock = running
    write(
        node,
        clock,
        [
            look(node, OCTOBER + timedelta(hours=n), patient=f"{n}", break_glass=True, purpose="ETREAT")
            for n in range(MOST_LISTED + 3)
        ],
    )
    clock.now = IN_DECEMBER
    text = page_of(node)
    assert text.count("still open") == MOST_LISTED
    assert "And 3 more, all of them in: hutong review list" in text


def test_the_figures_of_a_table_are_added_up_below_it(running: tuple[Node, Clock]) -> None:
    node, clock = running
    october(node, clock)
    tables = [
        block for section in sheet_of(node).sections for block in section.blocks if isinstance(block, Bars)
    ]
    assert [one.total[:3] for one in tables] == [("total", "30", "10")] * 3 + [("total", "10", "100.0%")]
    for one in tables:
        for column in range(len(one.total) - 3):
            assert int(one.total[column + 1]) == sum(int(row.cells[column]) for row in one.rows)
    assert page_of(node).count("<tfoot><tr><th scope=row>total</th>") == 4
    assert page_of(node, "zh").count("<tfoot><tr><th scope=row>合计</th>") == 4


CHANGES = [
    (1000, 1000, "the same", "持平"),
    (1001, 1000, "under 1% more", "增加不足 1%"),
    (999, 1000, "under 1% less", "减少不足 1%"),
    (1100, 1000, "+10%", "+10%"),
    (900, 1000, "\N{MINUS SIGN}10%", "\N{MINUS SIGN}10%"),
    (0, 1000, "\N{MINUS SIGN}100%", "\N{MINUS SIGN}100%"),
    (5, 0, "", ""),
]


@pytest.mark.parametrize(("now", "before", "en", "zh"), CHANGES)
def test_a_change_is_never_told_as_none(
    running: tuple[Node, Clock], now: int, before: int, en: str, zh: str
) -> None:
    node, _ = running
    assert (Voice(node, "en").change(now, before), Voice(node, "zh").change(now, before)) == (en, zh)


def test_an_extract_is_told_with_its_project(running: tuple[Node, Clock]) -> None:
    node, clock = running
    clock.now = OCTOBER
    made = other("research", "extract", OCTOBER, phase="outcome", organisation="ks-research-institute")
    entry = made.entry
    written = node.desk.write(
        entry, {"project": "diabetes-1", "patients": 40, "resources": 900}, key=node.house_key
    )
    clock.now = IN_DECEMBER
    text = page_of(node)
    assert all(one in text for one in ("diabetes-1", "Kunshan Institute of Health Data Research", ">40<"))
    assert written.id in text
