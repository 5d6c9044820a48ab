"""Processes are known again by number and beginning; ports are ours or somebody else's."""

import json
import os
import socket
import sys
from pathlib import Path

import pytest

from ledger.fabric.network.parts import plain
from ledger.fabric.network.ports import FIRST, LAST, free_ports, is_free
from ledger.fabric.network.processes import running, start, stop
from tests.fabric.test_identities import dice


def test_a_process_is_known_again_and_stopped_and_another_of_its_number_is_not(tmp_path: Path) -> None:
    mine, other = tmp_path / "mine", tmp_path / "other"
    for folder in (mine, other):
        folder.mkdir()
        start(folder, [sys.executable, "-c", "import time; time.sleep(60)"], {})
    process = running(mine)
    assert process is not None
    said = json.loads((other / "pid").read_text())
    (other / "pid").write_text(json.dumps({**said, "began": process.began + "0"}))
    assert running(other) is None
    assert stop([mine, other]) == 1
    assert running(mine) is None
    os.kill(said["pid"], 0)  # still there
    os.kill(said["pid"], 9)
    os.waitpid(said["pid"], 0)


def test_who_does_not_listen_to_a_request_to_end_is_ended(tmp_path: Path) -> None:
    script = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('on', flush=True)"
    script += "; time.sleep(60)"
    start(tmp_path, [sys.executable, "-c", script], {})
    while "on" not in (tmp_path / "log").read_text():
        pass
    assert stop([tmp_path], seconds=0.2) == 1
    assert running(tmp_path) is None


@pytest.mark.parametrize("text", ["", "{}", "no", '{"pid": 1, "began": ""}'])
def test_a_file_that_does_not_say_whose_it_is_stops_nobody(tmp_path: Path, text: str) -> None:
    (tmp_path / "pid").write_text(text)
    assert running(tmp_path) is None
    assert stop([tmp_path]) == 0


def test_free_ports_are_free_and_none_is_handed_out_twice() -> None:
    found = free_ports(20, dice(os.getpid()))
    assert len(set(found)) == 20
    assert all(FIRST <= port < LAST for port in found)
    with socket.socket() as other:
        other.bind(("127.0.0.1", found[0]))
        other.listen()
        assert not is_free(found[0])
        assert is_free(found[1])
        assert found[0] not in free_ports(20, dice(os.getpid()))


def test_what_is_meant_for_another_network_is_not_passed_on() -> None:
    environment = {
        "CORE_PEER_ADDRESS": "elsewhere:7051",
        "ORDERER_GENERAL_LISTENADDRESS": "0.0.0.0",
        "CHAINCODE_ID": "x",
        "HTTPS_PROXY": "http://proxy",
        "PATH": "p",
    }
    assert plain(environment) == {"PATH": "p"}
