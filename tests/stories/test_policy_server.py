"""A node that asks a real OPA server: the same answers, the same name for the rules, and no when the server is gone."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import orjson
import pytest
from click.testing import Result

from exchange.intake import take_in
from exchange.node.create import Founding
from exchange.sample import write_sample
from exchange.wiring import found_node, open_node
from policies.build import OPA
from policies.bundle import BUNDLE, read_bundle
from tests.cli.typing_in import typed
from tests.policies.own_rules import Region, stricter
from tests.policies.servers import Running, real_server

pytestmark = [pytest.mark.slow, pytest.mark.service]
PATIENT = "ks-pt-0001"
REVISION = read_bundle().digest
OWN = ("exchange", "request", "--patient", PATIENT, "--for", "TREAT", "--as", "ks-dr-001")
OTHER = (*OWN[:-1], "ks-dr-005")
GRANT = (
    "consent", "grant", PATIENT, "--to", "ks-tcm-hospital", "--for", "TREAT",
    "--confirm", "sensitive", "--confirm", "third-party",
)  # fmt: skip


@dataclass(frozen=True)
class Node:
    """A node in a folder, configured for the server, typed at as its operator would."""

    folder: Path

    def types(self, *words: str) -> Result:
        return typed("--node", str(self.folder), *words)

    def configure(self, **policy: str) -> None:
        """Its [policy] section, and nothing of an earlier one."""
        file = self.folder / "node.toml"
        rest = file.read_text("utf-8").partition("\n[policy]")[0]
        lines = "".join(f'{name} = "{value}"\n' for name, value in policy.items())
        file.write_text(f"{rest}\n[policy]\n{lines}deadline_ms = 10000\n", "utf-8")

    def status(self) -> "dict[str, object]":
        told: dict[str, object] = orjson.loads(self.types("policy", "status", "--json").stdout)
        return told


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not OPA.exists():
        pytest.skip("policies/tools/bin/opa is not there (make policy-tools builds it, with Go)")
    folder = tmp_path_factory.mktemp("made")
    write_sample(folder / "people", patients=12, seed=1, today=date(2026, 11, 1))
    found_node(folder / "node", Founding(region="320583", name="昆山", node_id="", organisation=""))
    with open_node(folder / "node", {}) as node:
        take_in(node, [folder / "people" / "320583"])
    return folder / "node"


@pytest.fixture
def node(made: Path, tmp_path: Path) -> Node:
    return Node(Path(shutil.copytree(made, tmp_path / "node")))


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Running]:
    with real_server(OPA, "-b", BUNDLE, place=tmp_path) as running:
        yield running


def test_a_node_that_asks_a_server_grants_requests_and_refuses(node: Node, server: Running) -> None:
    node.configure(engine="opa-server", url=server.url)
    assert node.types(*OTHER).exit_code == 3
    granted = node.types(*GRANT)
    assert granted.exit_code == 0, granted.stderr
    released = node.types(*OTHER)
    assert released.exit_code == 0, released.stderr
    assert orjson.loads(released.stdout)["resourceType"] == "Bundle"
    refused = node.types(*OTHER[:5], "HMARKT", *OTHER[6:])
    assert (refused.exit_code, refused.stdout) == (3, "")
    with open_node(node.folder, {}) as opened:
        decided = [one.entry for one in opened.log.scan() if one.entry.policy]
    assert {one.policy for one in decided} == {REVISION}
    assert (decided[0].type, decided[0].subtype) == ("policy", "adopt")

    # Nothing changes when the same rules are asked in process: not their name, and not one answer.
    node.configure()
    replayed = node.types("decision", "replay", "--all", "--json")
    assert replayed.exit_code == 0, replayed.stderr
    assert [one["same"] for one in orjson.loads(replayed.stdout)] == [True] * 3
    assert node.types(*OTHER).exit_code == 0
    with open_node(node.folder, {}) as opened:
        assert sum(one.entry.type == "policy" for one in opened.log.scan()) == 1
    assert node.types("status").exit_code == 0


def test_a_server_that_is_gone_is_a_recorded_refusal_and_never_the_other_engine(
    node: Node, server: Running
) -> None:
    node.configure(engine="opa-server", url=server.url)
    assert node.types(*OWN).exit_code == 0
    server.kill()
    refused = node.types(*OWN)
    assert (refused.exit_code, refused.stdout) == (3, "")
    assert "the policy server cannot be reached (POLICY_UNREACHABLE" in refused.stderr
    status = node.types("policy", "status")
    assert status.exit_code == 5
    assert "answers: NO, the policy server cannot be reached (POLICY_UNREACHABLE)" in status.stdout
    assert node.types("status").exit_code == 5
    question = orjson.dumps({})
    (node.folder.parent / "question.json").write_bytes(question)
    assert node.types("policy", "eval", str(node.folder.parent / "question.json")).exit_code == 5
    replayed = orjson.loads(node.types("decision", "replay", "--all", "--json").stdout)
    assert [(one["possible"], one["same"]) for one in replayed] == [(True, True), (False, False)]


def test_a_region_moves_its_signed_rules_to_a_server(node: Node, server: Running, tmp_path: Path) -> None:
    """The node has the new bundle and the server not yet: no answer counts until both have the same."""
    region = Region.made(tmp_path)
    own = region.sign(stricter())
    node.configure(engine="opa-server", url=server.url, bundle=str(region.bundle), key=str(region.key))
    refused = node.types(*OWN)
    assert refused.exit_code == 3
    assert "POLICY_OTHER_REVISION" in refused.stderr
    told = node.status()
    assert (told["ready"], told["revision"]) == (False, own)
    assert told["server"] == {"url": server.url, "revisions": [REVISION]}

    verify = ("--verification-key", region.key, "--signing-alg", "ES256")
    with real_server(OPA, *verify, "-b", region.bundle, place=tmp_path) as better:
        node.configure(engine="opa-server", url=better.url, bundle=str(region.bundle), key=str(region.key))
        assert node.types(*OWN).exit_code == 0
        told = node.status()
    assert (told["ready"], told["revision"], told["bundle"]) == (True, own, "region.tar.gz")
    assert told["entry"]
    assert str(told["signed_by"]).startswith("sha256:")
