"""Commands on a real node: each answers as its reader needs it, and a failure has its own exit code."""

import shutil
from pathlib import Path

import orjson
import pytest

from tests.cli.typing_in import spelled, typed

REGION = "320583"
PATIENT = "p-1"
# An invented person; the identity number has an area code that is given to nobody.
NAME, NUMBER = "欧阳试样", "11990019900101001X"
RECORDS = [
    {
        "resourceType": "Patient",
        "id": PATIENT,
        "name": [{"text": NAME}],
        "identifier": [{"system": "urn:oid:2.16.156.10011.1.3", "value": NUMBER}],
        "managingOrganization": {"reference": "Organization/ks-first-hospital"},
    },
    {
        "resourceType": "Observation",
        "id": "o-1",
        "status": "final",
        "code": {"text": "血红蛋白"},
        "subject": {"reference": f"Patient/{PATIENT}"},
    },
]
READING = [
    ["audit", "search"],
    ["audit", "who-saw", PATIENT],
    ["config", "show"],
    ["consent", "list", PATIENT],
    ["ledger", "list"],
    ["ledger", "verify"],
    ["node", "list"],
    ["notice", "list"],
    ["policy", "show"],
    ["records", "list"],
    ["records", "show", PATIENT],
    ["research", "list"],
    ["review", "list"],
    ["status"],
]


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A node that holds one invented patient."""
    return _node(tmp_path_factory.mktemp("node"))


def _node(folder: Path) -> Path:
    made = typed("init", str(folder / "kunshan"), "--region", REGION, "--name", "昆山市区域卫生平台")
    assert made.exit_code == 0, made.stderr
    file = folder / "people.ndjson"
    file.write_bytes(b"\n".join(map(orjson.dumps, RECORDS)))
    brought = typed("--node", str(folder / "kunshan"), "records", "import", str(file))
    assert brought.exit_code == 0, brought.stderr
    return folder / "kunshan"


@pytest.mark.parametrize("words", READING, ids=spelled)
def test_json_is_one_document_and_nothing_else(node: Path, words: list[str]) -> None:
    told = typed("--node", str(node), *words, "--json")
    assert told.exit_code == 0, told.stderr
    document = orjson.loads(told.stdout_bytes)
    again = orjson.dumps(document, option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2)
    assert told.stdout_bytes == again + b"\n"


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("words", READING, ids=spelled)
def test_an_answer_for_people_is_plain_text_without_the_prefix(
    node: Path, words: list[str], lang: str
) -> None:
    told = typed("--lang", lang, "--node", str(node), *words)
    assert told.exit_code == 0, told.stderr
    assert "hutong: " not in told.stdout
    assert all(line.startswith("hutong: ") for line in told.stderr.splitlines())
    assert "\x1b" not in told.stdout + told.stderr
    assert told.stdout or told.stderr


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["init", "NODE", "--region", REGION, "--name", "再来一次"], 2),
        (["init", "NEW", "--region", "1", "--name", "无此地区"], 2),
        (["consent", "list", NUMBER + "0"], 6),
        (["consent", "show", PATIENT, "c-0000000000"], 6),
        (["consent", "revoke", PATIENT, "c-0000000000"], 6),
        (["consent", "grant", PATIENT, "--to", "ks-dr-001"], 2),
        (["consent", "grant", PATIENT, "--to", NUMBER, "--for", "TREAT"], 6),
        (["exchange", "request", "--patient", PATIENT, "--for", "TREAT", "--as", NUMBER], 6),
        (["exchange", "request", "--patient", NUMBER, "--for", "CLINTRCH", "--as", "ks-re-001"], 3),
        (
            [
                "exchange",
                "request",
                "--patient",
                NUMBER,
                "--for",
                "TREAT",
                "--as",
                "ks-dr-001",
                "--reason",
                "x",
            ],
            2,
        ),
        (["audit", "show", "0197f3a2-7c1e-7000-8000-000000000001"], 6),
        (["ledger", "prove", "0197f3a2-7c1e-7000-8000-000000000001"], 6),
        (["ledger", "check", "people.ndjson"], 6),
        (["node", "join", "people.ndjson", "--fingerprint", "1", "--by", "ks-so-001"], 6),
        (["records", "import", "people.ndjson"], 6),
        (["research", "extract", "nothing", "--out", "NEW"], 6),
        (["policy", "eval", "question.json"], 6),
        (["review", "decide", "x", "--finding", "justified", "--by", "ks-so-001", "--note", "x"], 2),
    ],
    ids=lambda value: spelled(value).replace(NUMBER, "NUMBER") if isinstance(value, list) else str(value),
)
def test_a_failure_has_its_exit_code_and_leaves_stdout_empty(
    node: Path, tmp_path: Path, words: list[str], code: int
) -> None:
    places = {"NODE": str(node), "NEW": str(tmp_path / "new")}
    told = typed("--node", str(node), *(places.get(word, word) for word in words))
    assert told.exit_code == code, told.stderr
    assert told.stdout == ""
    assert "hutong: error: " in told.stderr
    assert "hutong: hint: " in told.stderr
    assert NUMBER not in told.stderr
    assert NAME not in told.stderr


def test_a_refused_request_leaves_no_file(node: Path, tmp_path: Path) -> None:
    asking = ["--patient", PATIENT, "--for", "CLINTRCH", "--as", "ks-re-001", "-o", str(tmp_path / "r.json")]
    told = typed("--node", str(node), "exchange", "request", *asking)
    assert told.exit_code == 3
    assert list(tmp_path.iterdir()) == []


def test_what_became_of_a_request_is_one_document_for_a_program(node: Path, tmp_path: Path) -> None:
    out = tmp_path / "record.json"
    words = ["exchange", "request", "--patient", PATIENT, "--for", "TREAT", "--json", "-o", str(out)]
    own = typed("--node", str(node), *words, "--as", "ks-dr-001")
    told = orjson.loads(own.stdout)
    assert (own.exit_code, told["permit"], told["code"]) == (0, True, "INTERNAL_CARE")
    assert orjson.loads(out.read_bytes())["total"] == told["count"]
    out.unlink()
    other = typed("--node", str(node), *words, "--as", "ks-dr-005")
    told = orjson.loads(other.stdout)
    assert (other.exit_code, told["permit"], told["code"]) == (3, False, "NO_CONSENT")
    assert told["reasons"][0]["zh"]
    assert told["next_step"]["en"]
    assert not out.exists()
    assert (
        typed("--node", str(node), *words[:-2], "--as", "ks-dr-001").exit_code == 2
    )  # the record needs a place


def test_a_bad_line_is_named_and_the_rest_goes_in(node: Path, tmp_path: Path) -> None:
    copy = tmp_path / "kunshan"
    shutil.copytree(node, copy)
    file = tmp_path / "more.ndjson"
    file.write_bytes(b'{"resourceType":"Patient","id":"p-2"}\n{"name": "' + NAME.encode() + b"\n")
    told = typed("--node", str(copy), "records", "import", str(file), "--json")
    assert told.exit_code == 6
    assert orjson.loads(told.stdout_bytes)["new"] == {"Patient": 1}
    assert "more.ndjson:2: is not JSON" in told.stderr
    assert NAME not in told.stderr


@pytest.mark.attack
def test_a_changed_ledger_is_found_out_and_the_first_wrong_entry_named(tmp_path: Path) -> None:
    folder = _node(tmp_path)
    ledger = folder / "ledger.db"
    ledger.write_bytes(ledger.read_bytes().replace(b'"type":"import"', b'"type":"impart"'))
    told = typed("--node", str(folder), "ledger", "verify", "--json")
    assert told.exit_code == 4
    verdict = orjson.loads(told.stdout_bytes)
    assert not verdict["ok"]
    assert verdict["first_wrong"] == 1
    assert "hutong: error: the ledger does not verify" in told.stderr


def test_whoever_asks_for_time_stamps_without_a_word_more_hears_what_to_say(node: Path) -> None:
    told = typed("--node", str(node), "ledger", "timestamp")
    assert (told.exit_code, told.stdout) == (2, "")
    assert "--request FILE" in told.stderr
    assert "--ca PEM" in told.stderr


def test_a_node_is_found_by_its_variable(node: Path) -> None:
    assert typed("ledger", "verify", env={"HUTONG_NODE": str(node)}).exit_code == 0


def test_what_is_typed_at_standard_input_is_read(node: Path) -> None:
    told = typed("policy", "eval", "-", "--json", stdin="{}")
    assert told.exit_code == 3
    assert orjson.loads(told.stdout_bytes)["allow"] is False


def test_a_program_reads_the_status_without_reading_sentences(node: Path) -> None:
    found = orjson.loads(typed("--node", str(node), "status", "--json").stdout)
    assert all(set(one) == {"check", "ok", "code", "exit_code", "en", "zh", "detail"} for one in found)
    assert {one["code"] for one in found} == {"ok"}
    records = next(one for one in found if one["check"] == "records")
    assert records["detail"] == {"patients": 1, "resources": 2, "held_back": 0}


@pytest.mark.parametrize("name", ["--from", "--since"])
def test_the_option_that_was_typed_is_named_in_its_error(node: Path, name: str) -> None:
    told = typed("--node", str(node), "audit", "search", name, "yesterday")
    assert told.exit_code == 2
    assert name in told.stderr


@pytest.mark.parametrize(
    ("words", "near"),
    [
        (["consent", "grant", PATIENT, "--to", "ks-tcm-hospitl", "--for", "TREAT"], "ks-tcm-hospital"),
        (["exchange", "request", "--patient", PATIENT, "--for", "TREAT", "--as", "ks-dr-0001"], "ks-dr-001"),
        (["consent", "grant", PATIENT, "--role", "doctor", "--for", "TREAT"], "family-doctor"),
        (["audit", "search", "--why", "zz"], "hutong policy codes reason"),
    ],
    ids=lambda value: spelled(value) if isinstance(value, list) else str(value),
)
def test_a_hint_names_what_there_is(node: Path, words: list[str], near: str) -> None:
    told = typed("--node", str(node), *words)
    assert told.exit_code in (2, 6)
    assert near in told.stderr.partition("hutong: hint: ")[2]


@pytest.mark.parametrize("kind", ["purpose", "class", "sensitivity", "role", "use", "reason"])
def test_every_code_can_be_looked_up(kind: str) -> None:
    found = orjson.loads(typed("policy", "codes", kind, "--json").stdout)
    assert len({one["code"] for one in found}) == len(found) > 5
    assert typed("policy", "codes", kind).stdout.startswith("code")
