"""What a decision of the policy costs, beside a function written by hand and beside putting the question into JSON.

    python -m bench.policy [--quick]

All in one run over the same questions, whose answers are compared first: the built-in engine, a real OPA server
(where the pinned opa is there) asked as bare HTTP and through the node's own engine, a Python function that knows just
the rules these questions meet, and the least anybody could do: write the question, read an answer. Then what a start
costs. Only the ratios travel from one machine to another; here the aim is half a millisecond of processor time.
"""

import argparse
import http.client
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from copy import deepcopy
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from bench.policy_by_hand import Answer, by_hand
from policies import Decision, Engine
from policies.build import OPA
from policies.bundle import BUNDLE, DATA_ROOT, read_bundle
from policies.canaries import MUST_PERMIT
from policies.engines import opa_server
from policies.otherwise import put
from policies.question import as_json
from policies.wasm import load

AIM_MS = 0.5
HEALTH_S = 20
REFERRAL = {"kind": "referral", "id": "r-1", "open": True}
INSURER = {"requester.role": "insurance-clerk", "requester.kind": "insurer", "request.purpose": "HPAYMT"}
EMERGENCY = {"request.purpose": "ETREAT", "request.emergency": {"declared": True, "reason_given": True}}
QUESTIONS: Sequence[Mapping[str, object]] = (
    {},
    {"consent": {"decision": "deny", "reason": "NO_CONSENT"}},
    {"requester.standing": "suspended"},
    {"request.purpose": "HMARKT"},
    {"request.purpose": "COC"},
    {"request.purpose": "COC", "request.based_on": REFERRAL},
    {**INSURER, "data.classes": ["Claim"]},
    {**INSURER, "data.classes": ["Observation"]},
    {"requester.role": "pharmacist", "data.classes": ["MedicationRequest"]},
    {"requester.role": "nurse", "data.confidentiality": "V", "data.sensitivities": ["PSY"]},
    EMERGENCY,
    {**EMERGENCY, "request.emergency": {"declared": True, "reason_given": False}},
)


def main() -> None:
    """Print the tables."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--quick", action="store_true", help="a tenth of the work")
    rounds = 20 if options.parse_args().quick else 200
    questions = [_question(one) for one in QUESTIONS]
    data = json.loads(read_bundle().data)[DATA_ROOT]
    with ExitStack() as stack:
        engine = stack.enter_context(closing(load(deadline_ms=10_000)))
        asked: dict[str, Callable[[Mapping[str, Any]], object]] = {
            "question to JSON and back": _to_json_and_back,
            "by hand, in Python": lambda one: by_hand(one, data),
            "built in (WebAssembly)": engine.decide,
        }
        if OPA.exists():
            port, server = stack.enter_context(_server(engine.digest))
            asked["OPA server, bare HTTP"] = stack.enter_context(_bare(port))
            asked["OPA server, through the node"] = server.decide
        else:
            print("no OPA server is measured: policies/tools/bin/opa is not there (make policy-tools)")
        _require_same(questions, asked, engine)
        cost = _decisions(asked, questions, rounds)
    _starts(3 if rounds < 200 else 10)
    built_in = cost["built in (WebAssembly)"]
    print(f"\nin process: {built_in:.3f} ms of processor time at the median; the aim is {AIM_MS} or less")


def _question(changes: Mapping[str, object]) -> dict[str, Any]:
    made: dict[str, Any] = deepcopy(dict(MUST_PERMIT))
    for place, value in changes.items():
        put(made, place, value)
    return made


def _to_json_and_back(question: Mapping[str, Any]) -> object:
    """The least there is to do for an engine that reads JSON and answers in JSON."""
    as_json(question)
    return json.loads(_AN_ANSWER)


_AN_ANSWER = json.dumps({"allow": True, "reasons": [], "obligations": [{"code": "seal", "value": None}] * 2})


def _require_same(
    questions: Sequence[Mapping[str, Any]],
    asked: Mapping[str, Callable[[Mapping[str, Any]], object]],
    engine: Engine,
) -> None:
    """Nothing is compared with what answers otherwise."""
    for name, ask in asked.items():
        for number, question in enumerate(questions):
            answer = ask(question)
            plain = _plain(answer) if isinstance(answer, Decision) else answer
            if isinstance(plain, tuple) and plain != _plain(engine.decide(question)):
                raise SystemExit(
                    f"{name} answers question {number} otherwise: {plain}, {_plain(engine.decide(question))}"
                )


def _plain(decision: Decision) -> Answer:
    return (
        decision.allow,
        frozenset(one.code for one in decision.reasons),
        frozenset((one.code, one.value) for one in decision.obligations),
    )


def _decisions(
    asked: Mapping[str, Callable[[Mapping[str, Any]], object]],
    questions: Sequence[Mapping[str, Any]],
    rounds: int,
) -> dict[str, float]:
    """Print the table; the median processor time of each, in milliseconds."""
    spent: dict[str, list[tuple[float, float]]] = {name: [] for name in asked}
    # Side by side, so that whatever else runs hits all of them.
    for _ in range(rounds):
        for name, ask in asked.items():
            spent[name].append(_timed(ask, questions))
    wall = {name: sorted(one for one, _ in times) for name, times in spent.items()}
    cost = {name: median(one for _, one in times) for name, times in spent.items()}
    least, hand = cost["question to JSON and back"], cost["by hand, in Python"]
    print(f"{len(questions)} questions, {rounds} rounds; milliseconds a decision")
    print(f"{'':32}{'wall':>9}{'p95':>9}{'processor':>11}{'of JSON':>9}{'of hand':>9}")
    for name in asked:
        print(
            f"{name:32}{median(wall[name]):9.3f}{quantiles(wall[name], n=20)[-1]:9.3f}{cost[name]:11.3f}"
            f"{cost[name] / least:9.1f}{cost[name] / hand:9.1f}"
        )
    if OPA.exists():
        print("(of the server, the processor column is this process alone)")
    return cost


def _timed(
    ask: Callable[[Mapping[str, Any]], object], questions: Sequence[Mapping[str, Any]]
) -> tuple[float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    for one in questions:
        ask(one)
    count = len(questions) / 1000
    return (time.perf_counter() - wall) / count, (time.process_time() - cpu) / count


def _starts(rounds: int) -> None:
    """Print what it takes until the first answer."""
    question = _question({})
    with tempfile.TemporaryDirectory() as folder:
        cache, key = Path(folder) / "cache", os.urandom(32)
        file = Path(folder) / "question.json"
        file.write_bytes(as_json(question))
        shell = [sys.executable, "-c", "from cli.app import run; run()"]
        _load_and_ask(question, cache, key)
        starts: dict[str, Callable[[], object]] = {
            "load, nothing kept": lambda: _load_and_ask(question, None, b""),
            "load, compiled code kept": lambda: _load_and_ask(question, cache, key),
            "hutong --version": lambda: _run([*shell, "--version"]),
            "hutong policy eval": lambda: _run([*shell, "policy", "eval", str(file)]),
            "hutong policy explain": lambda: _run([*shell, "policy", "explain", str(file)]),
        }
        print(f"\n{'until the first answer':32}{'wall ms':>9}")
        for name, start in starts.items():
            took = []
            for _ in range(rounds):
                begun = time.perf_counter()
                start()
                took.append((time.perf_counter() - begun) * 1000)
            print(f"{name:32}{median(took):9.1f}")


def _load_and_ask(question: Mapping[str, Any], cache: Path | None, key: bytes) -> None:
    with closing(load(cache, 10_000, key)) as engine:
        if not engine.decide(question).allow:
            raise SystemExit("the bench's own question was refused")


def _run(command: Sequence[str]) -> None:
    subprocess.run(command, check=True, capture_output=True)


@contextmanager
def _server(digest: str) -> Iterator[tuple[int, Engine]]:
    """A real OPA server on a port of this machine, and the node's engine that asks it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    address = f"127.0.0.1:{port}"
    command = [str(OPA), "run", "--server", "--addr", address, "--log-level", "error", "-b", str(BUNDLE)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(port)
        url = f"http://{address}"
        with opa_server(digest, url, ca_file=None, token_file=None, deadline_ms=10_000) as engine:
            yield port, engine
    finally:
        server.terminate()
        server.wait()


def _wait_for(port: int) -> None:
    until = time.monotonic() + HEALTH_S
    while time.monotonic() < until:
        try:
            with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=1)) as line:
                line.request("GET", "/health?bundles")
                if line.getresponse().status == http.client.OK:
                    return
        except OSError:
            time.sleep(0.05)
    raise SystemExit("the OPA server does not answer")


@contextmanager
def _bare(port: int) -> Iterator[Callable[[Mapping[str, Any]], object]]:
    """Ask with the least HTTP there is: one connection, the answer read and nothing checked."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as line:

        def ask(question: Mapping[str, Any]) -> Answer:
            body = b'{"input":' + as_json(question) + b"}"
            line.request(
                "POST", "/v1/data/hutong/release/decision", body, {"Content-Type": "application/json"}
            )
            told = json.loads(line.getresponse().read())["result"]
            return (
                told["allow"],
                frozenset(one["code"] for one in told["reasons"]),
                frozenset((one["code"], one["value"]) for one in told["obligations"]),
            )

        yield ask


if __name__ == "__main__":
    main()
