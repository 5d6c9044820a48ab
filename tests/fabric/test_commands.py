"""What an operator and an officer type, through the real `hutong`."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from exchange.node.create import Founding
from exchange.wiring import found_node, open_node
from tests.cli.typing_in import BARE, typed
from tests.exchange.nodes import fill
from tests.exchange.people import AN, everybody
from tests.fabric.fake_gateway import FakeNetwork, fake_network

GRANT = ("--to", "ks-tcm-hospital", "--for", "TREAT", "--confirm", "sensitive", "--confirm", "third-party")


@pytest.fixture
def network(tmp_path: Path) -> Iterator[FakeNetwork]:
    with fake_network(tmp_path / "network") as made:
        yield made


@pytest.fixture
def kunshan(tmp_path: Path, network: FakeNetwork) -> str:
    folder = tmp_path / "kunshan"
    found_node(folder, Founding(region="320583", name="昆山", node_id="ks", organisation=""), {})
    with open_node(folder, {}) as node:
        fill(node, tmp_path, everybody())
    with (folder / "node.toml").open("a", encoding="utf-8") as file:
        file.write(f'\n[ledger]\nbackend = "fabric"\nconnection = "{network.files["kunshan"]}"\n')
    assert typed("--node", str(folder), "consent", "grant", AN, *GRANT).exit_code == 0
    return str(folder)


def test_anchoring_now_says_how_far_the_channel_is(kunshan: str) -> None:
    done = typed("--node", kunshan, "fabric", "anchor")
    assert done.exit_code == 0
    assert done.stdout == (
        "3 entries anchored: the channel has the first 3, in 1 batches\n"
        "1 statements of patients told, 0 taken over, 0 erased\n"
    )
    again = json.loads(typed("--node", kunshan, "fabric", "anchor", "--json").stdout)
    assert again == {"anchored": 0, "batches": 1, "stop": 3, "told": 0, "heard": 0, "erased": 0}
    assert (
        "已上链 0 条：通道现有前 3 条" in typed("--node", kunshan, "--lang", "zh", "fabric", "anchor").stdout
    )


def test_an_officer_verifies_against_every_regions_peer(kunshan: str) -> None:
    typed("--node", kunshan, "fabric", "anchor")
    done = typed("--node", kunshan, "ledger", "verify", "--against", "fabric")
    assert done.exit_code == 0
    assert done.stdout == (
        "all 3 entries are as they were appended; 1 signed checkpoint agrees\n"
        "KunshanMSP: all 1 batches agree, up to entry 2\n"
        "TianjinMSP: all 1 batches agree, up to entry 2\n"
    )
    told = json.loads(typed("--node", kunshan, "ledger", "verify", "--against", "fabric", "--json").stdout)
    assert (told["ok"], [one["ok"] for one in told["channel"]]) == (True, [True, True])


@pytest.mark.attack
def test_an_old_ledger_put_back_verifies_alone_and_not_against_the_channel(
    kunshan: str, tmp_path: Path
) -> None:
    typed("--node", kunshan, "fabric", "anchor")
    shutil.copytree(kunshan, tmp_path / "old")
    assert typed("--node", kunshan, "consent", "grant", AN, *GRANT).exit_code == 0
    assert typed("--node", kunshan, "fabric", "anchor").exit_code == 0
    old = str(tmp_path / "old")
    assert typed("--node", old, "ledger", "verify").exit_code == 0
    found = typed("--node", old, "ledger", "verify", "--against", "fabric")
    assert found.exit_code == 4
    assert "the channel has 4 entries of this ledger (batch 2), and 3 are here" in found.stdout
    assert "error: the ledger is not the one the channel has" in found.stderr
    told = json.loads(typed("--node", old, "ledger", "verify", "--against", "fabric", "--json").stdout)
    assert [one["first_wrong"] for one in told["channel"]] == [3, 3]
    # A node that goes on from the old copy meets the channel, and stops anchoring.
    assert typed("--node", old, "consent", "grant", AN, *GRANT).exit_code == 0
    stopped = typed("--node", old, "fabric", "anchor")
    assert (stopped.exit_code, stopped.stdout) == (4, "")
    assert "one of the entries up to 3 is not the one that was anchored" in stopped.stderr
    assert "channel" in typed("--node", old, "status").stdout


def test_a_second_machine_comes_up_with_one_command(
    kunshan: str, tmp_path: Path, network: FakeNetwork
) -> None:
    typed("--node", kunshan, "fabric", "anchor")
    second = str(tmp_path / "second")
    new = ("--keys-from", kunshan, "--id", "ks-2", "--connection", str(network.files["kunshan"]))
    done = typed("--node", second, "fabric", "rebuild", *new)
    assert done.exit_code == 0, done.stderr
    assert done.stdout == "1 versions of consents taken over, 0 patients erased\n"
    assert "keys of patients were new" in done.stderr
    again = json.loads(typed("--node", second, "fabric", "rebuild", "--json").stdout)
    assert again == {"keys": 0, "versions": 0, "erased": 0}
    status = json.loads(typed("--node", second, "status", "--json").stdout)
    assert {one["check"]: one["ok"] for one in status}["ledger"]


def test_half_a_wish_for_a_new_node_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    done = typed("--node", str(tmp_path / "second"), "fabric", "rebuild", "--id", "ks-2")
    assert done.exit_code == 2
    assert "needs all of --keys-from, --id and --connection" in done.stderr
    assert not (tmp_path / "second").exists()


def test_where_no_peer_answers_the_exit_code_is_five(kunshan: str, network: FakeNetwork) -> None:
    file = network.files["kunshan"]
    text = file.read_text()
    for line in text.splitlines():
        if line.startswith("peer = "):
            text = text.replace(line, 'peer = "127.0.0.1:1"')
    file.write_text(text)
    for words in (("fabric", "anchor"), ("ledger", "verify", "--against", "fabric"), ("fabric", "rebuild")):
        done = typed("--node", kunshan, *words)
        assert done.exit_code == 5, words
        assert "127.0.0.1:1 does not answer" in done.stderr


def test_a_node_without_a_channel_says_what_to_write(tmp_path: Path) -> None:
    found_node(tmp_path / "ks", Founding(region="320583", name="昆山", node_id="ks", organisation=""), {})
    done = typed("--node", str(tmp_path / "ks"), "fabric", "anchor")
    assert done.exit_code == 2
    assert 'in node.toml: [ledger] backend = "fabric"' in done.stderr


WITHOUT_GRPC = """
import sys

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("grpc", "fabric_protos"):
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, Missing())
from cli.app import run
run()
"""


@pytest.mark.parametrize(
    "words",
    [("fabric", "anchor"), ("fabric", "rebuild"), ("ledger", "verify", "--against", "fabric")],
    ids=" ".join,
)
def test_without_the_extra_a_command_names_it(kunshan: str, words: tuple[str, ...]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_GRPC, "--node", kunshan, *words],
        env=BARE | {"HUTONG_LANG": "en"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 5, done.stderr
    assert "pip install 'hutong[fabric]'" in done.stderr


def test_without_the_extra_and_without_a_channel_everything_else_works(tmp_path: Path) -> None:
    found_node(tmp_path / "ks", Founding(region="320583", name="昆山", node_id="ks", organisation=""), {})
    for words in (("status",), ("ledger", "verify"), ("serve", "--help"), ("fabric", "anchor", "--help")):
        done = subprocess.run(
            [sys.executable, "-c", WITHOUT_GRPC, "--node", str(tmp_path / "ks"), *words],
            env=BARE,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
    code = (
        WITHOUT_GRPC.rpartition("from cli.app")[0]
        + "import exchange.fabric.keeping_anchored, cli.commands.serve"
    )
    assert subprocess.run([sys.executable, "-c", code], env=BARE, check=False, timeout=60).returncode == 0
