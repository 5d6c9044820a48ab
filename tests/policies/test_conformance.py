"""One contract, two engines: whichever is asked, the answer is the same to the letter, and a no is never a yes."""

import random  # noqa: TID251 - nothing secret: the same questions every time
import signal
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.bundle import BUNDLE, pack, read_bundle, unpack
from policies.canaries import MUST_PERMIT, MUST_REFUSE, require_canaries
from policies.form import SCHEMA
from policies.recognition import recognise
from policies.server import ServerEngine
from policies.wasm import WasmEngine, load
from tests.policies.asking import OPEN, PLAIN, PROJECT, Question, asked, codes, duties
from tests.policies.questions import ANSWERS, JSON, questions
from tests.policies.results import RESULTS
from tests.policies.servers import Running, real_server
from tests.policies.table import ROWS, Row

EitherEngine = WasmEngine | ServerEngine
PATIENCE_MS = 10_000


@pytest.fixture(scope="module")
def running(opa: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A real OPA server with the packaged bundle."""
    with real_server(opa, "-b", BUNDLE, place=tmp_path_factory.mktemp("opa")) as server:
        yield server


@pytest.fixture(scope="module")
def server(running: Running) -> Iterator[ServerEngine]:
    with closing(ServerEngine(read_bundle().digest, running.url, deadline_ms=PATIENCE_MS)) as made:
        yield made


@pytest.fixture(params=["built-in", pytest.param("opa-server", marks=pytest.mark.service)])
def either(request: pytest.FixtureRequest) -> EitherEngine:
    """The contract is the same for both."""
    name = "engine" if request.param == "built-in" else "server"
    made: EitherEngine = request.getfixturevalue(name)
    return made


# The contract: each of the two on its own.


def test_the_canaries_are_answered_as_they_must(either: EitherEngine) -> None:
    require_canaries(either)
    assert either.decide(MUST_PERMIT).allow
    assert codes(either.decide(MUST_REFUSE)) == ["CONSENT_NOT_PERMITTED"]


def test_both_name_the_same_rules(either: EitherEngine) -> None:
    assert either.digest == read_bundle().digest


def test_every_row_of_the_table_is_answered_as_expected(either: EitherEngine) -> None:
    wrong = [row.says for row in ROWS if not _as_expected(row, either)]
    assert wrong == []
    assert sum(row.allow for row in ROWS) > 20


def _as_expected(row: Row, engine: EitherEngine) -> bool:
    decision = engine.decide(row.question)
    return (decision.allow, set(codes(decision)) | duties(decision)) == (row.allow, set(row.expected))


STRANGE: dict[str, Any] = {
    "not a number": asked(confidentiality=float("nan")),
    "without end": asked(confidentiality=float("inf")),
    "a set": asked(item={"Condition"}),
    "bytes": asked(purpose=b"TREAT"),
    "half a character": asked(purpose="\ud800"),
    "a number no machine holds": asked(classes=[10**5000]),
    "very long": asked(classes=["Condition" * 10_000]),
    "just too long": asked(classes=["x" * (64 * 2**10)]),
    "text": "TREAT",
    "JSON as text": '{"request": {}}',
    "a list": [PLAIN],
    "nothing": None,
    "no question": {},
    "a name twice": {**PLAIN, 1: 1, "1": 1},
    "a part of it": {"request": PLAIN["request"]},
    "one field more": {**PLAIN, "until": "tomorrow"},
    "another shape": {**PLAIN, "data": []},
}


@pytest.mark.attack
@pytest.mark.parametrize("question", STRANGE.values(), ids=STRANGE)
def test_what_is_no_question_is_refused(either: EitherEngine, question: Any) -> None:
    decision = either.decide(question)
    assert not decision.allow
    assert codes(decision)[0] in ("QUESTION_MALFORMED", "POLICY_ERROR")
    assert either.decide(PLAIN).allow


@pytest.mark.attack
def test_a_question_nested_without_end_is_refused(either: EitherEngine) -> None:
    endless: list[Any] = []
    endless.append(endless)
    deep: Any = "x"
    for _ in range(500):
        deep = [deep]
    for classes in (endless, deep):
        assert not either.decide({**PLAIN, "request": {**PLAIN["request"], "classes": classes}}).allow


# Side by side: the same question to both.


def _same(engine: WasmEngine, server: ServerEngine, question: Any) -> bool:
    """Whether both say the same; where one of them could not be asked, neither may have said yes."""
    here, there = engine.decide(question), server.decide(question)
    if "POLICY_ERROR" in (*codes(here), *codes(there)) or "POLICY_REJECTED" in codes(there):
        return not here.allow and not there.allow
    return here == there


FIELDS: dict[str, Sequence[object]] = {
    "region": ("310101", "320583", "440400", "110101", "810000", "31010", "abcdef"),
    "confidentiality": (None, "N", "R", "V", "TOP", 3),
    "labels": ([], ["HIV"], ["SDV", "PSY"], [""], "HIV"),
    "declared": (True, False, "yes"),
    "standing": ("active", "suspended", True),
    "consent": ("permit", "deny", "maybe"),
    "cross_border": (True, False),
    "at": ("2026-03-02T01:00:00Z", "2026-12-31T16:00:00.5Z", "soon"),
    "research": (None, PROJECT, {**PROJECT, "approved": False}, {**PROJECT, "x": 1}),
    "based_on": (None, OPEN, {**OPEN, "open": False}, {}),
    "role": ("physician", "nurse", "researcher", "patient", "ai-device", ""),
    "purpose": ("TREAT", "ETREAT", "HRESCH", "HPAYMT", "PUBHLTH", "HMARKT", ""),
}


def _drawn(count: int) -> Iterator[Question]:
    """Rows of the table with up to four answers exchanged; the same ones every time."""
    dice = random.Random(20261125)
    for _ in range(count):
        names = dice.sample(sorted(FIELDS), dice.randrange(5))
        yield asked(dice.choice(ROWS).question, **{name: dice.choice(FIELDS[name]) for name in names})


@pytest.mark.service
def test_two_thousand_questions_are_answered_alike(engine: WasmEngine, server: ServerEngine) -> None:
    permits = refusals = 0
    for question in (*(row.question for row in ROWS), *_drawn(2_000)):
        here, there = engine.decide(question), server.decide(question)
        assert here == there, question
        permits, refusals = permits + here.allow, refusals + (not here.allow)
    assert permits > 300, "a comparison of refusals alone says little"
    assert refusals > 300


@pytest.mark.service
@settings(max_examples=100)
@given(questions())
def test_a_question_of_the_right_form_is_answered_alike(
    engine: WasmEngine, server: ServerEngine, question: Question
) -> None:
    assert engine.decide(question) == server.decide(question)


def _of_form(schema: Any) -> st.SearchStrategy[Any]:
    """Any JSON the schema allows, with codes people use among the texts."""
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    return st.one_of(*(_of_kind(kind, schema) for kind in kinds))


TEXTS = (
    st.sampled_from(("TREAT", "disclose", "310101", "physician", "permit", "N", "2026-03-02T01:00:00Z", ""))
    | st.text()
)


def _of_kind(kind: str, schema: Any) -> st.SearchStrategy[Any]:
    match kind:
        case "object":
            return st.fixed_dictionaries({name: _of_form(one) for name, one in schema["properties"].items()})
        case "array":
            return st.lists(_of_form(schema["items"]), max_size=2)
        case "boolean":
            return st.booleans()
        case "null":
            return st.none()
        case "string":
            return st.sampled_from(schema["enum"]) if "enum" in schema else TEXTS
        case _:
            return st.integers()


FORM = _of_form(orjson.loads(SCHEMA.read_bytes()))


@pytest.mark.service
@settings(max_examples=100)
@given(FORM)
def test_whatever_the_schema_allows_is_answered_alike(
    engine: WasmEngine, server: ServerEngine, question: Any
) -> None:
    assert _same(engine, server, question)


@pytest.mark.service
@settings(max_examples=60)
@given(JSON)
def test_any_json_is_refused_by_both(engine: WasmEngine, server: ServerEngine, question: Any) -> None:
    assert _same(engine, server, question)
    assert not server.decide(question).allow


@pytest.mark.service
@settings(max_examples=60)
@given(st.sampled_from(sorted(ANSWERS)), JSON)
def test_one_strange_answer_is_taken_alike(
    engine: WasmEngine, server: ServerEngine, name: str, value: object
) -> None:
    assert _same(engine, server, asked(**{name: value}))


@pytest.mark.service
def test_results_of_elsewhere_are_recognised_alike(engine: WasmEngine, server: ServerEngine) -> None:
    for result in RESULTS:
        assert recognise(engine, result.question) == recognise(server, result.question)


# What a server may do that nothing in this process can.


def _changed(bundle: Path, folder: Path) -> Path:
    """The same rules with other words in their data: another revision, another bundle."""
    files = unpack(bundle.read_bytes(), bundle.name)
    data = orjson.loads(files["data.json"])
    data["hutong_data"]["reasons"]["ORGANISATION_NOT_ACTIVE"]["en"] = "other words"
    made = folder / "other.tar.gz"
    made.write_bytes(pack({**files, "data.json": orjson.dumps(data)}))
    return made


@pytest.mark.service
@pytest.mark.attack
def test_a_server_with_another_bundle_or_none_is_refused(opa: Path, tmp_path: Path) -> None:
    for arguments in (("-b", _changed(BUNDLE, tmp_path)), ()):
        with real_server(opa, *arguments, place=tmp_path) as one:
            engine = ServerEngine(read_bundle().digest, one.url, deadline_ms=PATIENCE_MS)
            with closing(engine):
                assert codes(engine.decide(PLAIN)) == ["POLICY_OTHER_REVISION"]


@pytest.mark.service
@pytest.mark.attack
def test_a_server_killed_in_between_is_refused_and_taken_back_when_it_is_well_again(
    opa: Path, tmp_path: Path
) -> None:
    with (
        real_server(opa, "-b", BUNDLE, place=tmp_path) as one,
        closing(ServerEngine(read_bundle().digest, one.url, deadline_ms=PATIENCE_MS)) as engine,
    ):
        assert engine.decide(PLAIN).allow
        one.kill()
        for _ in range(2):
            assert codes(engine.decide(PLAIN)) == ["POLICY_UNREACHABLE"]
        port = int(one.url.rpartition(":")[2])
        with real_server(opa, "-b", BUNDLE, place=tmp_path, port=port):
            assert engine.decide(PLAIN).allow


@pytest.mark.service
@pytest.mark.attack
def test_rules_of_the_bundle_cannot_be_changed_through_the_servers_own_doors(running: Running) -> None:
    """OPA guards what a bundle's roots own; that the manifest names them is what our loader requires."""
    rule = "package hutong.release\nimport rego.v1\nrefusals := set()\n"
    doors = (
        ("PUT", "/v1/policies/mine", rule),
        ("PUT", "/v1/data/hutong_data", "{}"),
        ("PUT", "/v1/data/hutong/release/decision", '{"allow": true}'),
        ("PATCH", "/v1/data/hutong_data", '[{"op": "add", "path": "/roles", "value": {}}]'),
        ("DELETE", "/v1/data/hutong_data", ""),
    )
    for method, path, content in doors:
        assert httpx.request(method, running.url + path, content=content).status_code == 400, path


@pytest.mark.service
def test_a_token_is_asked_for_where_the_server_wants_one(opa: Path, tmp_path: Path) -> None:
    """As the how-to sets it up: the bundle by configuration, the guard as a file that is no bundle."""
    guard = tmp_path / "guard.rego"
    guard.write_text(
        'package system.authz\nimport rego.v1\ndefault allow := false\nallow if input.identity == "s3cret"\n'
    )
    arguments = (
        "--authentication=token",
        "--authorization=basic",
        "--set",
        f"bundles.hutong.resource={BUNDLE.as_uri()}",
    )
    with real_server(opa, *arguments, guard, place=tmp_path, token="s3cret") as one:
        token = tmp_path / "token"
        for content, answer in (("s3cret\n", []), ("other", ["POLICY_NO_ACCESS"])):
            token.write_text(content)
            engine = ServerEngine(read_bundle().digest, one.url, token_file=token, deadline_ms=PATIENCE_MS)
            with closing(engine):
                assert codes(engine.decide(PLAIN)) == answer


@pytest.mark.service
@pytest.mark.attack
def test_a_server_too_slow_for_the_deadline_is_refused(running: Running) -> None:
    """The process is stopped, as by a machine that hangs: the port is open and nobody speaks."""
    engine = ServerEngine(read_bundle().digest, running.url, deadline_ms=300)
    with closing(engine):
        assert engine.unready() is None
        running.hang()
        try:
            assert codes(engine.decide(PLAIN)) == ["POLICY_TIMEOUT"]
        finally:
            running.process.send_signal(signal.SIGCONT)
        assert codes(engine.decide(PLAIN)) in ([], ["POLICY_TIMEOUT"])


def test_a_bundle_of_another_revision_gives_the_other_answer(tmp_path: Path) -> None:
    """That the changed bundle above is another one not only by its name."""
    bundle = read_bundle(_changed(BUNDLE, tmp_path), pin=None)
    with closing(load(deadline_ms=PATIENCE_MS, bundle=bundle)) as engine:
        (reason,) = engine.decide(asked(standing="suspended")).reasons
        assert (reason.code, reason.en) == ("ORGANISATION_NOT_ACTIVE", "other words")
    assert bundle.digest != read_bundle().digest
