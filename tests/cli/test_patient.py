"""What the security officer sees when a patient is erased, typed as a person would type it."""

import json
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from exchange.intake import take_in
from exchange.node.create import Founding
from exchange.sample import write_sample
from exchange.wiring import found_node, open_node
from tests.cli.typing_in import typed

PATIENT, OFFICER, WHY = "ks-pt-0001", "ks-so-001", "asked for by letter"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A node with people in it, one of whom has refused everything."""
    folder = tmp_path_factory.mktemp("made")
    write_sample(folder / "people", patients=12, seed=1, today=date(2026, 11, 1))
    found_node(folder / "node", Founding(region="320583", name="昆山", node_id="", organisation=""))
    with open_node(folder / "node", {}) as node:
        take_in(node, [folder / "people" / "320583"])
    assert typed("--node", str(folder / "node"), "consent", "grant", PATIENT, "--refuse").exit_code == 0
    return folder / "node"


@pytest.fixture
def node(made: Path, tmp_path: Path) -> str:
    return str(shutil.copytree(made, tmp_path / "node"))


def erase(node: str, *more: str, by: str = OFFICER, lang: str = "en") -> tuple[int, str, str]:
    words = ("patient", "erase", PATIENT, "--by", by, "--reason", WHY, *more)
    done = typed("--node", node, "--lang", lang, *words)
    return done.exit_code, done.stdout, done.stderr


def test_it_says_what_was_done_and_what_remains(node: str) -> None:
    code, out, err = erase(node)
    assert (code, out.startswith("erased: the key is destroyed; entry ")) == (0, True)
    assert "2 entries about the patient stay and verify" in err
    for said in ("all consents and refusals", "records are not erased", "backup of vault.db", "in person"):
        assert said in err
    assert (PATIENT in out + err, WHY in out + err) == (False, False)
    status = typed("--node", node, "status")
    assert (status.exit_code, "all verify" in status.stdout) == (0, True)
    assert typed("--node", node, "audit", "who-saw", PATIENT).exit_code == 6


@pytest.mark.parametrize("blank", ["", " ", "\u3000\t"])
@pytest.mark.parametrize(
    ("words", "option"),
    [
        (("patient", "erase", PATIENT), "--reason"),
        (("notice", "delivered", "some-entry"), "--channel"),
        (("notice", "told", "some-entry"), "--channel"),
        (("research", "approve", "some-project", "--until", "2030-01-01"), "--approval"),
    ],
)
def test_what_goes_on_record_as_somebody_s_word_is_not_left_blank(
    made: Path, words: tuple[str, ...], option: str, blank: str
) -> None:
    done = typed("--node", str(made), *words, "--by", OFFICER, option, blank)
    assert (done.exit_code, done.stdout) == (2, "")
    assert f"{option} must say something" in done.stderr
    assert typed("--node", str(made), "consent", "list", PATIENT).exit_code == 0, "nobody was erased"


def test_it_says_so_in_chinese(node: str) -> None:
    code, out, err = erase(node, lang="zh")
    assert (code, out.startswith("已销毁密钥；账本条目 ")) == (0, True)
    assert "同意和拒绝随密钥一并消失" in err
    assert "档案本身未被删除" in err


def test_as_json_with_all_that_remains(node: str) -> None:
    code, out, err = erase(node, "--json")
    told = json.loads(out)
    assert (code, err, told["entries_kept"], told["waiting"], len(told["remains"])) == (0, "", 2, 0, 5)
    (entry,) = told["erased"]
    shown = typed("--node", node, "audit", "show", entry)
    assert (shown.exit_code, "erasure" in shown.stdout, WHY in shown.stdout) == (0, True, True)


def test_only_a_security_officer_may(node: str) -> None:
    code, out, err = erase(node, by="ks-dr-005")
    assert (code, out) == (3, "")
    assert "only a security officer may do this" in err
    assert typed("--node", node, "consent", "list", PATIENT).stdout


def test_the_second_time_there_is_nothing_to_erase(node: str) -> None:
    erase(node)
    code, out, err = erase(node)
    assert (code, out) == (6, "")
    assert "this patient has no key here" in err
    assert "hutong: hint: " in err


CONFIRMED = ("--confirm", "sensitive", "--confirm", "third-party")
SINCE = {
    "en": ("a key of this patient was destroyed", "nobody has asked for this record since\n"),
    "zh": ("该患者的密钥曾被销毁", "此后没有人查看过这份档案\n"),
}


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_after_an_erasure_and_a_new_consent_it_is_said_that_there_was_something_before(
    node: str, lang: str
) -> None:
    """Neither "nobody has asked" nor a list that looks whole would be true; what was before stays apart."""
    words = ("--node", node, "--lang", lang)
    asking = ("--patient", PATIENT, "--for", "TREAT", "--as", "ks-dr-005")
    assert typed(*words, "exchange", "request", *asking).exit_code == 3
    before = _ids(node)
    erase(node)
    typed(
        "--node", node, "consent", "grant", PATIENT, "--to", "ks-tcm-hospital", "--for", "TREAT", *CONFIRMED
    )
    warned, nobody = SINCE[lang]
    saw = typed(*words, "audit", "who-saw", PATIENT)
    assert (saw.exit_code, saw.stdout) == (0, nobody)
    assert typed(*words, "exchange", "request", *asking, "-o", f"{node}.json").exit_code == 0
    for asked in (
        ("audit", "who-saw", PATIENT),
        ("audit", "search", "--patient", PATIENT),
        ("consent", "list", PATIENT),
    ):
        told = typed(*words, *asked)
        assert warned in told.stderr, asked
        assert warned not in typed(*words, *asked[:-1], "ks-pt-0002").stderr, asked
    (look,) = _json(typed(*words, "audit", "who-saw", PATIENT, "--json"))
    assert look["permit"]
    assert _ids(node).isdisjoint(before)


def _ids(node: str) -> set[object]:
    """Of the entries found under the patient's id."""
    return {
        one["id"] for one in _json(typed("--node", node, "audit", "search", "--patient", PATIENT, "--json"))
    }


def _json(done: Result) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found
