"""Where the story happens: commands are typed, and what they answer is shown."""

import re
import shlex
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from cli.errors import DemoStopped

Say = Callable[[str], None]

READY_SECONDS = 20
AGAIN_SECONDS = 0.3
# As many as a small machine does at once.
HANDS = 2
CONSENT_ID = re.compile(r"\bc-[0-9a-f]{10}\b")
ENTRY_ID = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}\b")


@dataclass(frozen=True, slots=True)
class Answered:
    """What a command answered."""

    code: int
    out: str
    err: str

    def first(self, pattern: re.Pattern[str]) -> str:
        """The first match in what was answered, verdict before remarks; empty when there is none."""
        found = pattern.search(self.out) or pattern.search(self.err)
        return found[0] if found else ""

    def part(self, number: int) -> list[str]:
        """The lines of one part of the answer: the parts have a blank line between them, and count from 0."""
        parts = self.out.split("\n\n")
        return ["…", *parts[number].splitlines(), "…"] if number < len(parts) else []


@dataclass(frozen=True, slots=True)
class Served:
    """A node that was told to answer others at a port of this machine."""

    words: tuple[str, ...]
    port: int
    process: "subprocess.Popen[bytes]"


@dataclass(frozen=True, slots=True)
class Stage:
    """The folder, who listens, and the language of the commands."""

    folder: Path
    say: Say
    environment: Mapping[str, str]
    lang: str

    def scene(self, zh: str, en: str) -> None:
        """Say what happens next."""
        self.say("")
        self.say(f"■ {zh}")
        self.say(f"  {en}")

    def types(
        self,
        *words: str,
        expect: int = 0,
        part: int | None = None,
        until: Callable[[str], object] | None = None,
    ) -> Answered:
        """Type a command; show it and what it answers, or one part of that.

        With `until` it is typed again until that is true of the answer, at most READY_SECONDS: for what other
        nodes do by themselves. Raises DemoStopped for an unexpected exit code.
        """
        self.say(f"  $ hutong {shlex.join(words)}")
        answered, give_up = self._run(words), time.monotonic() + READY_SECONDS
        while until and not until(answered.out) and time.monotonic() < give_up:
            time.sleep(AGAIN_SECONDS)
            answered = self._run(words)
        out = answered.out.splitlines() if part is None else answered.part(part)
        self._show(words, answered, [*out, *answered.err.splitlines()], expect)
        return answered

    def types_each(self, commands: Sequence[Sequence[str]], *, shown: bool = True) -> list[Answered]:
        """Type commands that do not need each other, at the same time; of the answers the first is `shown`.

        What went wrong is always shown. Raises DemoStopped for any exit code but 0.
        """
        with ThreadPoolExecutor(HANDS) as hands:
            under_way = [(words, hands.submit(self._run, words)) for words in commands]
            for number, (words, one) in enumerate(under_way):
                self.say(f"  $ hutong {shlex.join(words)}")
                answered = one.result()
                told = (shown and number == 0) or answered.code
                lines = [*answered.out.splitlines(), *answered.err.splitlines()] if told else []
                self._show(words, answered, lines, 0)
        return [one.result() for _, one in under_way]

    @contextmanager
    def serving(self, node: str, port: int) -> Iterator[Served]:
        """A node that answers the others while the block runs, from when it is `listening`."""
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
                yield Served(words, port, server)
            finally:
                # Not Ctrl-C's signal: whoever was started deaf to it, by a shell in the background, starts others so.
                server.terminate()
                server.wait(timeout=READY_SECONDS)

    def _run(self, words: Sequence[str]) -> Answered:
        done = subprocess.run(
            [sys.executable, "-m", "cli", *words],
            cwd=self.folder,
            env={**self.environment, "HUTONG_LANG": self.lang},
            capture_output=True,
            text=True,
            check=False,
        )
        return Answered(done.returncode, done.stdout, done.stderr)

    def _show(self, words: Sequence[str], answered: Answered, lines: Iterable[str], expect: int) -> None:
        for line in lines:
            self.say(f"    {line}")
        if answered.code != expect:
            raise DemoStopped(shlex.join(words), answered.code, expect)
        if expect:
            self.say(f"    (exit code {answered.code}; stdout {len(answered.out)} bytes)")


def free_ports(count: int) -> list[int]:
    """So many ports that nobody listens on, no two alike."""
    with ExitStack() as held:
        probes = [held.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [int(probe.getsockname()[1]) for probe in probes]


def listening(nodes: Iterable[Served]) -> None:
    """Return when all of them listen. Raises DemoStopped when one ended, or takes longer than READY_SECONDS."""
    give_up = time.monotonic() + READY_SECONDS
    for one in nodes:
        while not _answers(one.port):
            if one.process.poll() is not None or time.monotonic() > give_up:
                raise DemoStopped(shlex.join(one.words), one.process.poll() or 0, 0)
            time.sleep(0.1)


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
