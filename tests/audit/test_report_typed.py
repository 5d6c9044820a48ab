"""The report as it is typed: what is said, where it goes, and how it ends."""

import json
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from exchange.counting import months
from exchange.wiring import open_node, system_clock
from tests.audit.reported import look, node_in, refusal, write
from tests.cli.typing_in import typed

# Long over, whenever this is run.
BEGUN = datetime(2025, 9, 1, 2, tzinfo=UTC)
OCTOBER = datetime(2025, 10, 6, 2, tzinfo=UTC)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A node where in October 2025 twelve patients were seen, one of them in an emergency, and two refused."""
    place = tmp_path_factory.mktemp("typed") / "node"
    with node_in(place, BEGUN) as (node, clock):
        looks = [look(node, OCTOBER + timedelta(hours=n), patient=f"{n}") for n in range(11)]
        urgent = look(node, OCTOBER + timedelta(days=3), patient="e", break_glass=True, purpose="ETREAT")
        refusals = [refusal(node, OCTOBER + timedelta(days=4, hours=n), patient=f"r{n}") for n in range(2)]
        write(node, clock, [*looks, urgent, *refusals])
    return place


def size_of(folder: Path) -> int:
    with open_node(folder, {}) as node:
        return node.log.size


def test_an_officer_gets_a_page_and_one_sentence(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "report.html"
    before = size_of(folder)
    done = typed("--node", str(folder), "audit", "report", "--month", "2025-10", "-o", str(out))
    assert done.exit_code == 0
    assert done.stdout == (
        "2025-10: accesses 14, allowed 12, refused 2; emergencies 1, reviews overdue 1; findings 0\n"
    )
    assert "<h1>Who looked at records: 2025-10</h1>" in out.read_text("utf-8")
    assert stat.S_IMODE(out.stat().st_mode) == 0o600, "it names staff"
    assert size_of(folder) == before, "an officer may search for all of it: nothing is written"


def test_it_is_in_the_language_of_the_terminal(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "report.html"
    done = typed(
        "--lang", "zh", "--node", str(folder), "audit", "report", "--month", "2025-10", "-o", str(out)
    )
    assert done.stdout == (
        "2025-10：查看 14 次，允许 12 次，拒绝 2 次；紧急调阅 1 次，逾期未复核 1 次；值得查看的情形 0 项\n"
    )
    page = out.read_text("utf-8")
    assert '<html lang="zh-CN">' in page
    assert "<h1>档案查看月报：2025 年 10 月</h1>" in page


def test_without_a_file_the_page_is_the_answer(folder: Path) -> None:
    done = typed("--node", str(folder), "audit", "report", "--month", "2025-10")
    assert done.exit_code == 0
    assert done.stdout.startswith("<!doctype html>\n")
    assert done.stdout.endswith("</html>\n")
    assert "accesses 14" in done.stderr


def test_the_figures_alone_or_beside_the_page(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "report.html"
    words = ("--node", str(folder), "audit", "report", "--month", "2025-10", "--json")
    alone, both = typed(*words), typed(*words, "-o", str(out))
    told = json.loads(alone.stdout)
    assert told["for"] == "officer"
    assert told["month"]["accesses"] == {"all": 14, "allowed": 12, "refused": 2}
    assert told["month"]["refusals"] == [{"reason": "NO_CONSENT", "number": 2}]
    assert told["reviews"]["states"] == {"in-time": 0, "late": 0, "waiting": 0, "overdue": 1}
    assert {key: one for key, one in json.loads(both.stdout).items() if key != "made_at"} == {
        key: one for key, one in told.items() if key != "made_at"
    }
    assert out.exists()


def test_a_supervisor_gets_another_page_and_it_is_on_record(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "report.html"
    words = ("--node", str(folder), "audit", "report", "--month", "2025-10", "--for", "supervisor")
    done = typed(*words, "--as", "ks-po-001", "-o", str(out))
    assert done.exit_code == 0
    assert done.stdout.startswith("2025-10: numbers are rounded down to multiples of 11; entry ")
    with open_node(folder, {}) as node:
        intent, outcome = node.log.scan(node.log.size - 2)
    assert (intent.entry.subtype, outcome.entry.intent) == ("report", intent.id)
    assert done.stdout.split()[-1] in out.read_text("utf-8")
    told = json.loads(typed(*words, "--as", "ks-po-001", "--json").stdout)
    assert told["month"]["decision"]["total"] == {"key": "", "number": 11, "patients": 11}
    assert told["month"]["consents"] is None


def test_what_is_refused_leaves_no_page(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "report.html"
    words = ("--node", str(folder), "audit", "report", "--for", "supervisor", "-o", str(out))
    for person, month, code in (("ks-dr-001", "2025-10", "ROLE"), ("ks-po-001", "2025-11", "TOO_FEW")):
        done = typed(*words, "--as", person, "--month", month)
        assert (done.exit_code, done.stdout) == (3, "")
        assert code in done.stderr
        assert not out.exists()


def test_what_is_refused_is_told_to_a_program_as_counting_tells_it(folder: Path) -> None:
    asked = ("--node", str(folder), "audit", "report", "--for", "supervisor", "--month", "2025-11", "--json")
    done = typed(*asked, "--as", "ks-po-001")
    assert done.exit_code == 3
    told = json.loads(done.stdout)
    assert (told["permit"], [one["code"] for one in told["reasons"]]) == (False, ["TOO_FEW"])


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--for", "supervisor"), 2),
        (("--as", "ks-po-001"), 2),
        (("--month", "2025-13"), 2),
        (("--month", "9999-12"), 2),
        (("--month", "2025-08"), 6),
    ],
)
def test_what_cannot_be_told_says_why(folder: Path, words: tuple[str, ...], code: int) -> None:
    done = typed("--node", str(folder), "audit", "report", *words)
    assert (done.exit_code, done.stdout) == (code, "")
    assert "hutong: error: " in done.stderr
    assert "hutong: hint: " in done.stderr


def test_a_node_of_this_month_says_how_to_look_at_it_all_the_same(tmp_path: Path) -> None:
    node = str(tmp_path / "kunshan")
    assert typed("init", node, "--region", "320583", "--name", "昆山").exit_code == 0
    this = months.month_of(system_clock())
    done = typed("--node", node, "audit", "report")
    assert done.exit_code == 6
    assert f"hint: as far as its first month has come: hutong audit report --month {this}" in done.stderr
    done = typed("--node", node, "audit", "report", "--month", this, "-o", str(tmp_path / "r.html"))
    assert done.exit_code == 0
    assert "hutong: This month is still running" in done.stderr


def test_a_page_that_cannot_be_kept_is_not_made(folder: Path, tmp_path: Path) -> None:
    before = size_of(folder)
    done = typed(
        "--node", str(folder), "audit", "report", "--month", "2025-10", "--for", "supervisor",
        "--as", "ks-po-001", "-o", str(tmp_path / "nowhere" / "report.html"),
    )  # fmt: skip
    assert done.exit_code == 5
    assert size_of(folder) == before
