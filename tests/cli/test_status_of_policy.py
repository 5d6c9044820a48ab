"""What an operator is told about the rules, and what it costs to ask them."""

from pathlib import Path

import orjson
import pytest

from policies.bundle import read_bundle
from policies.canaries import MUST_PERMIT, MUST_REFUSE
from tests.cli.typing_in import typed
from tests.policies.own_rules import Region, stricter

NURSE = {**MUST_PERMIT, "requester": {**dict(MUST_PERMIT["requester"]), "role": "nurse"}}  # type: ignore[call-overload] # it is a mapping


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("status") / "node"
    made = typed("init", str(folder), "--region", "320583", "--name", "昆山")
    assert made.exit_code == 0, made.output
    return folder


def _status(node: Path, lang: str = "en", **environment: str) -> tuple[int, str]:
    done = typed("--node", str(node), "--lang", lang, "policy", "status", env=dict(environment))
    return done.exit_code, done.stdout


def test_a_new_node_says_what_it_will_decide_by(node: Path) -> None:
    code, told = _status(node)
    assert (code, told.splitlines()) == (
        0,
        [
            "engine: built in",
            f"revision: {read_bundle().digest}",
            "bundle: came with the program",
            "since: nothing was decided by it yet",
            "older bundles kept: 0",
            "answers: yes",
        ],
    )
    code, told = _status(node, "zh")
    assert (code, told.splitlines()[0], told.splitlines()[-1]) == (0, "引擎：内置", "能否作答：能")


def test_rules_signed_by_the_region_are_said_to_be(node: Path, tmp_path: Path) -> None:
    region = Region.made(tmp_path)
    own = region.sign(stricter())
    code, told = _status(node, **region.settings)
    assert code == 0
    assert f"revision: {own}\nbundle: region.tar.gz\nsigned by: sha256:" in told


def test_a_server_that_does_not_answer_is_exit_code_5(node: Path) -> None:
    settings = {"HUTONG_POLICY_ENGINE": "opa-server", "HUTONG_POLICY_URL": "http://127.0.0.1:9"}
    code, told = _status(node, **settings)
    assert code == 5
    assert "server has: it does not say" in told
    assert told.endswith("answers: NO, the policy server cannot be reached (POLICY_UNREACHABLE)\n")
    code, told = _status(node, "zh", **settings)
    assert told.endswith("能否作答：不能，无法连接策略服务器(POLICY_UNREACHABLE)\n")


def test_rules_that_cannot_be_used_are_an_error_that_says_why(node: Path, tmp_path: Path) -> None:
    region = Region.made(tmp_path)
    region.bundle.write_bytes(read_bundle().packed)
    done = typed("--node", str(node), "policy", "status", env=dict(region.settings))
    assert (done.exit_code, done.stdout) == (4, "")
    assert "region.tar.gz is not signed by the key of policy.key: it carries no signature" in done.stderr
    assert "hutong: hint:" in done.stderr
    # The ten lines of the whole node are told all the same.
    whole = typed("--node", str(node), "status", env=dict(region.settings))
    assert whole.exit_code == 4
    assert "carries no signature" in whole.stdout


def test_with_a_node_its_own_rules_are_asked_and_shown(node: Path, tmp_path: Path) -> None:
    region = Region.made(tmp_path)
    own = region.sign(stricter())
    question = tmp_path / "nurse.json"
    question.write_bytes(orjson.dumps(NURSE))
    ask = ("policy", "eval", str(question))
    assert typed(*ask, env={"XDG_CACHE_HOME": str(tmp_path)}).exit_code == 0
    assert typed("--node", str(node), *ask).exit_code == 0
    assert typed("--node", str(node), *ask, env=dict(region.settings)).exit_code == 3
    shown = typed("--node", str(node), "policy", "show", "--json", env=dict(region.settings))
    assert orjson.loads(shown.stdout)["digest"] == own


def test_the_compiled_rules_are_kept_for_the_next_question(tmp_path: Path) -> None:
    (tmp_path / "question.json").write_bytes(orjson.dumps(MUST_REFUSE))
    for _ in range(2):
        done = typed("policy", "eval", str(tmp_path / "question.json"), env={"XDG_CACHE_HOME": str(tmp_path)})
        assert done.exit_code == 3, done.stderr
        (kept,) = (tmp_path / "hutong").iterdir()
        assert kept.name.startswith("policy-")
    # Nobody's home: nothing is kept, and the answer is the same.
    homeless: dict[str, str | None] = {"XDG_CACHE_HOME": None, "HOME": None}
    assert typed("policy", "eval", str(tmp_path / "question.json"), env=homeless).exit_code == 3
