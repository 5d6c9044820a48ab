"""The demonstration: three regions, one patient, and the real commands a person would type (docs/adr/0013).

Each scene says in Chinese and English what happens, types the command, shows what it answers, and stops
the demonstration when an exit code is not the expected one. The folder it leaves is an ordinary one.
"""

import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cli.errors import DemoStopped, FolderTaken

Say = Callable[[str], None]

REGIONS = (
    ("kunshan", "320583", "昆山市健康信息平台"),
    ("zhuhai", "440400", "珠海市全民健康信息平台"),
    ("tianjin", "120000", "天津市全民健康信息平台"),
)
PREFIXES = {"kunshan": "ks", "zhuhai": "zh", "tianjin": "tj"}
PATIENT = "ks-pt-0001"
PROJECT = "diabetes-control-2026"
READY_SECONDS = 20
CONSENT_ID = re.compile(r"\bc-[0-9a-f]{10}\b")
ENTRY_ID = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}\b")


@dataclass(frozen=True, slots=True)
class Answered:
    """What a command answered."""

    out: str
    err: str


@dataclass(frozen=True, slots=True)
class Stage:
    """Where the story happens: the folder, who listens, and the language of the commands."""

    folder: Path
    say: Say
    environment: Mapping[str, str]
    lang: str

    def scene(self, zh: str, en: str) -> None:
        """Say what happens next."""
        self.say("")
        self.say(f"■ {zh}")
        self.say(f"  {en}")

    def types(self, *words: str, expect: int = 0, quiet: bool = False) -> Answered:
        """Type a command; show it and what it answers. Raises DemoStopped for an unexpected exit code."""
        self.say(f"  $ hutong {shlex.join(words)}")
        done = subprocess.run(
            [sys.executable, "-m", "cli", *words],
            cwd=self.folder,
            env={**self.environment, "HUTONG_LANG": self.lang},
            capture_output=True,
            text=True,
            check=False,
        )
        shown = () if quiet else (*done.stdout.splitlines(), *done.stderr.splitlines())
        for line in shown:
            self.say(f"    {line}")
        if done.returncode != expect:
            raise DemoStopped(shlex.join(words), done.returncode, expect)
        if expect:
            self.say(f"    (exit code {done.returncode}; stdout {len(done.stdout)} bytes)")
        return Answered(done.stdout, done.stderr)

    @contextmanager
    def serving(self, node: str, port: int) -> Iterator[None]:
        """A node that answers the others while the block runs."""
        words = ("--node", node, "serve", "--port", str(port))
        self.say(f"  $ hutong {shlex.join(words)} &")
        with subprocess.Popen(
            [sys.executable, "-m", "cli", *words],
            cwd=self.folder,
            env=dict(self.environment),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as server:
            try:
                _wait_for(port, server)
                yield
            finally:
                server.send_signal(signal.SIGINT)
                server.wait(timeout=READY_SECONDS)


def tell(
    folder: Path, patients: int, say: Say, environment: Mapping[str, str] = os.environ, *, lang: str = "zh"
) -> None:
    """Tell the whole story in `folder`, which must be new or empty; commands answer in `lang`.

    Raises FolderTaken, DemoStopped.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FolderTaken(str(folder))
    folder.mkdir(parents=True, exist_ok=True)
    stage = Stage(folder, say, {k: v for k, v in environment.items() if k != "HUTONG_NODE"}, lang)
    port = _free_port()
    say("互通 Hutong:只按患者同意共享健康档案,并能向任何人证明。")
    say("Records travel only as each patient agreed, and anybody can prove afterwards that they did.")
    _three_regions(stage, patients, port)
    with stage.serving("kunshan", port):
        _asked_and_refused(stage)
        consent = _agreed(stage)
        _handed_over(stage)
        _emergency(stage)
        _taken_back(stage, consent)
    _research(stage)
    _proved(stage)
    _what_next(stage)


def _three_regions(stage: Stage, patients: int, port: int) -> None:
    stage.scene("三个地区,各建一个节点", "Three regions, a node each")
    for name, region, title in REGIONS:
        url = ("--url", f"http://127.0.0.1:{port}") if name == "kunshan" else ()
        stage.types("init", name, "--region", region, "--name", title, *url, quiet=name != "kunshan")
    stage.scene(
        "虚构一个区域人群(没有一个真人),各节点导入自己的档案",
        "Invent a population (nobody in it is real); each node imports its own records",
    )
    stage.types("sample", "people", "--patients", str(patients), "--seed", "1", quiet=True)
    for name, region, _ in REGIONS:
        stage.types("--node", name, "records", "import", f"people/{region}", quiet=name != "kunshan")
    stage.scene("节点互换名片,核对指纹后互联", "The nodes exchange cards, compare fingerprints and join")
    fingerprints = {name: _card_of(stage, name) for name, _, _ in REGIONS}
    for one, other in (
        ("kunshan", "zhuhai"),
        ("kunshan", "tianjin"),
        ("zhuhai", "kunshan"),
        ("tianjin", "kunshan"),
    ):
        officer = f"{PREFIXES[one]}-so-001"
        card, digits = f"{other}.card.json", fingerprints[other]
        first = (one, other) == ("kunshan", "zhuhai")
        stage.types(
            "--node", one, "node", "join", card, "--fingerprint", digits, "--by", officer, quiet=not first
        )


def _card_of(stage: Stage, name: str) -> str:
    """Write the node's card; the digits the other region is told by telephone."""
    told = stage.types("--node", name, "node", "card", "-o", f"{name}.card.json", quiet=name != "kunshan")
    found = re.search(r"\d{5}(?: \d{5}){5}", told.err)
    return found[0] if found else ""


def _ask(
    stage: Stage, *more: str, node: str = "tianjin", person: str = "tj-dr-001", expect: int = 0
) -> Answered:
    purpose = "ETREAT" if "--emergency" in more else "TREAT"
    asking = ("--patient", PATIENT, "--for", purpose, "--from", "320583", "--as", person)
    return stage.types("--node", node, "exchange", "request", *asking, *more, expect=expect)


def _asked_and_refused(stage: Stage) -> None:
    stage.scene(
        "天津的医生为看病调阅一位昆山患者的档案:患者还没有同意,被拒绝",
        "A doctor in Tianjin asks for a Kunshan patient's record: nobody asked her yet, so it is refused",
    )
    _ask(stage, expect=3)


def _agreed(stage: Stage) -> str:
    stage.scene(
        "患者同意天津海河总医院为看病查看,精神科内容除外",
        "The patient allows that hospital to see her record for her care, except psychiatric content",
    )
    to = ("--to", "tj-medical-hospital", "--for", "TREAT", "--until", "2027-12-31")
    separately = ("--except-sensitivity", "PSY", "--confirm", "sensitive", "--confirm", "third-party")
    told = stage.types("--node", "kunshan", "consent", "grant", PATIENT, *to, *separately)
    found = CONSENT_ID.search(told.out)
    consent = found[0] if found else ""
    other = "en" if stage.lang == "zh" else "zh"
    stage.types("--node", "kunshan", "--lang", other, "consent", "show", PATIENT, consent)
    return consent


def _handed_over(stage: Stage) -> None:
    stage.scene(
        "同一请求再来一次:放行,密封交付,双方记账",
        "The same request again: released, sealed, recorded on both sides",
    )
    _ask(stage, "-o", "record.json")
    stage.scene("谁看过我的档案?", "Who looked at my record?")
    stage.types("--node", "kunshan", "--lang", "zh", "audit", "who-saw", PATIENT)
    stage.types("--node", "kunshan", "--lang", "en", "audit", "who-saw", PATIENT)


def _emergency(stage: Stage) -> None:
    stage.scene(
        "珠海急诊抢救:没有同意也可以查看,但要写明原因,并等待复核",
        "An emergency in Zhuhai: no consent, but a reason, and a review that waits for the officer",
    )
    _ask(
        stage, "--emergency", "--reason", "胸痛待查,患者意识不清", "-o", "emergency.json",
        node="zhuhai", person="zh-em-001",
    )  # fmt: skip
    waiting = stage.types("--node", "kunshan", "review", "list")
    found = ENTRY_ID.search(waiting.out)
    entry = found[0] if found else ""
    closing = ("--finding", "justified", "--by", "ks-so-001", "--note", "急诊病历已核对")
    stage.types("--node", "kunshan", "review", "close", entry, *closing)


def _taken_back(stage: Stage, consent: str) -> None:
    stage.scene(
        "患者收回同意;同一请求立即被拒绝", "The patient takes it back; the same request is refused at once"
    )
    stage.types("--node", "kunshan", "consent", "revoke", PATIENT, consent)
    _ask(stage, expect=3)


def _research(stage: Stage) -> None:
    stage.scene(
        "科研:未经批准什么也拿不到;批准后只得到同意者的去标识化数据",
        "Research: nothing before the approval; after it, de-identified data of those who agreed",
    )
    stage.types(
        "--node", "kunshan", "consent", "import", "people/consents/320583.ndjson", "--by", "ks-so-001"
    )
    stage.types("--node", "kunshan", "research", "register", "people/protocol.toml", "--by", "ks-re-001")
    stage.types("--node", "kunshan", "research", "extract", PROJECT, "--out", "extract", expect=3)
    approval = ("--approval", "IRB-2026-017", "--until", "2027-06-30", "--by", "ks-so-001")
    stage.types("--node", "kunshan", "research", "approve", PROJECT, *approval)
    stage.types("--node", "kunshan", "research", "extract", PROJECT, "--out", "extract")


def _proved(stage: Stage) -> None:
    stage.scene(
        "账本:每一条都能验证,一份凭证可离线核对",
        "The ledger: every entry verifies; a receipt is checked offline",
    )
    for name, _, _ in REGIONS:
        stage.types("--node", name, "ledger", "verify")
    stage.types("ledger", "check", "extract/receipt.json", "--opening", "extract/opening.json")
    stage.scene("每次判定都能重做,结果逐字节一致", "Every decision can be made again, byte for byte the same")
    stage.types("--node", "kunshan", "decision", "replay", "--all")


def _what_next(stage: Stage) -> None:
    stage.say("")
    stage.say(f"全部留在 {stage.folder},接着可以试 · all of it is in {stage.folder}; try next:")
    node = ("--node", f"{stage.folder}/kunshan")
    for words in (
        (*node, "status"),
        (*node, "audit", "search", "--break-glass"),
        (*node, "consent", "list", PATIENT),
    ):
        stage.say(f"  $ {_program()} {shlex.join(words)}")


def _program() -> str:
    """How the program is called here: by its name where the shell finds it, else by where it lies."""
    beside = Path(sys.executable).with_name("hutong")
    if shutil.which("hutong") or not beside.exists():
        return "hutong"
    return os.path.relpath(beside)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    return port


def _wait_for(port: int, server: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until and server.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise DemoStopped("serve", server.poll() or 0, 0)
