"""Which witnesses must have signed before a state of a log is believed: k of n, in words a file can hold.

C2SP tlog-policy. One line each: `log VKEY [URL]`, `witness NAME VKEY [URL]`, `group NAME all|any|K NAME...`,
`quorum NAME|none`.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from ledger.checkpoint import Checkpoint
from ledger.errors import BadKey, BadNote, LedgerError
from ledger.note import Verifier, read_note
from ledger.witness.cosignature import WitnessKey

MOST_BYTES = 1 << 16
# Groups within groups are counted by a call each; the standard asks for 32 at least.
MOST_GROUPS = 256
NONE = "none"

K = TypeVar("K", Verifier, WitnessKey)


class BadPolicy(LedgerError):
    """A witness policy cannot be read; names the line, from 1 (0: the file as a whole)."""

    exit_code = 6

    def __init__(self, line: int, en: str, zh: str) -> None:
        super().__init__(
            f"the witness policy cannot be read: {f'line {line} ' if line else ''}{en}",
            f"见证策略无法读取：{f'第 {line} 行' if line else ''}{zh}",
            hint="lines are: log VKEY, witness NAME VKEY [URL], group NAME all|any|K NAME..., quorum NAME",
            hint_zh="每行为：log 公钥、witness 名称 公钥 [地址]、group 名称 all|any|数字 成员…、quorum 名称",
        )


class NotWitnessed(LedgerError):
    """Too few of the witnesses a policy names have signed a state of the log."""

    def __init__(self, signed: int, known: int) -> None:
        super().__init__(
            f"too few witnesses signed it: {signed} of the {known} that the policy names",
            f"见证签名不足：策略所列 {known} 个见证方中有 {signed} 个签名",
            hint="ask for a checkpoint that was witnessed; hutong witness status shows who answers",
            hint_zh="请索取经过见证的检查点；hutong witness status 可查看各见证方是否应答",
        )


@dataclass(frozen=True, slots=True)
class Group:
    """Counts as one that signed when at least `least` of its members did."""

    least: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Logs, witnesses (name to key and URL, "" where none is given), groups, and what must have signed."""

    logs: tuple[Verifier, ...] = ()
    witnesses: Mapping[str, tuple[WitnessKey, str]] = field(default_factory=dict)
    groups: Mapping[str, Group] = field(default_factory=dict)
    quorum: str = NONE

    @classmethod
    def parse(cls, text: str) -> "Policy":
        """From a policy file. Raises BadPolicy."""
        return _Reader().read(text)

    def is_met(self, signed: Collection[str]) -> bool:
        """Whether these witnesses, by name, are enough."""
        return self.quorum == NONE or self._has_signed(self.quorum, signed)

    def cosigners(self, note: bytes) -> dict[str, int]:
        """Who of the policy's witnesses cosigned the note, and when (seconds). Raises BadNote."""
        text, lines = read_note(note)
        found = {name: key.cosigned_at(text, lines) for name, (key, _) in self.witnesses.items()}
        return {name: seconds for name, seconds in found.items() if seconds is not None}

    def require(self, note: bytes, log: Verifier) -> tuple[Checkpoint, dict[str, int]]:
        """The checkpoint of `log` in a note that was witnessed as asked. Raises BadNote, NotWitnessed."""
        checkpoint = Checkpoint.open(note, log)
        if self.logs and log not in self.logs:
            raise BadNote("is about a log the policy does not name", "不属于策略所列的账本")
        signed = self.cosigners(note)
        if not self.is_met(signed):
            raise NotWitnessed(len(signed), len(self.witnesses))
        return checkpoint, signed

    def is_about(self, note: bytes) -> bool:
        """Whether one of the logs it names signed the note, or it names none."""
        return not self.logs or any(_signed_by(log, note) for log in self.logs)

    def _has_signed(self, name: str, signed: Collection[str]) -> bool:
        group = self.groups.get(name)
        if group is None:
            return name in signed
        return sum(self._has_signed(member, signed) for member in group.members) >= group.least


def _signed_by(log: Verifier, note: bytes) -> bool:
    try:
        log.open(note)
    except BadNote:
        return False
    return True


class _Reader:
    """Line by line; every name must have been defined above the line that uses it."""

    def __init__(self) -> None:
        self._logs: list[Verifier] = []
        self._witnesses: dict[str, tuple[WitnessKey, str]] = {}
        self._groups: dict[str, Group] = {}
        self._members: set[str] = set()
        self._quorum: str | None = None
        self._line = 0

    def read(self, text: str) -> Policy:
        if len(text.encode()) > MOST_BYTES:
            raise BadPolicy(0, "it is too long", "文件过长")
        for self._line, line in enumerate(text.split("\n"), 1):
            if any((sign < " " and sign != "\t") or sign == "\x7f" for sign in line):
                raise self._bad("holds control characters", "含有控制字符")
            # Blanks are spaces and tabs only; Python's own idea of them is wider.
            words = [word for word in line.replace("\t", " ").split(" ") if word]
            if words and not words[0].startswith("#"):
                self._take(words[0], words[1:])
        if self._quorum is None:
            raise BadPolicy(0, "it has no quorum line", "缺少 quorum 行")
        return Policy(
            logs=tuple(self._logs), witnesses=self._witnesses, groups=self._groups, quorum=self._quorum
        )

    def _take(self, kind: str, words: list[str]) -> None:
        match kind, words:
            case "log", [vkey] | [vkey, _]:
                self._log(vkey)
            case "witness", [name, vkey]:
                self._witness(name, vkey, "")
            case "witness", [name, vkey, url]:
                self._witness(name, vkey, url)
            case "group", [name, least, _, *_]:
                self._group(name, least, words[2:])
            case "quorum", [name]:
                self._end(name)
            case _:
                raise self._bad(
                    "is none of log, witness, group and quorum", "不是 log、witness、group 或 quorum"
                )

    def _log(self, vkey: str) -> None:
        log = self._key(Verifier.parse, vkey)
        if log.public_key in {one.public_key for one in self._logs}:
            raise self._bad("names a log twice", "重复列出同一账本")
        self._logs.append(log)

    def _witness(self, name: str, vkey: str, url: str) -> None:
        self._require_new(name)
        key = self._key(WitnessKey.parse, vkey)
        if key.public_key in {one.public_key for one, _ in self._witnesses.values()}:
            raise self._bad("names a witness twice", "重复列出同一见证方")
        self._witnesses[name] = key, url

    def _group(self, name: str, least: str, members: list[str]) -> None:
        self._require_new(name)
        if len(self._groups) == MOST_GROUPS:
            raise self._bad("is one group too many", "分组过多")
        for member in members:
            self._require_known(member)
            if member in self._members:
                raise self._bad("lists a member that counts already", "成员已计入其他组")
            self._members.add(member)
        self._groups[name] = Group(self._least(least, len(members)), tuple(members))

    def _least(self, text: str, members: int) -> int:
        if text in ("any", "all"):
            return 1 if text == "any" else members
        least = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0
        if not 1 <= least <= members or str(least) != text:
            raise self._bad("asks for a number its members cannot reach", "所要求的数目与成员数不符")
        return least

    def _end(self, name: str) -> None:
        if self._quorum is not None:
            raise self._bad("is a second quorum", "重复的 quorum 行")
        if name != NONE:
            self._require_known(name)
        self._quorum = name

    def _require_new(self, name: str) -> None:
        if name == NONE or name in self._witnesses or name in self._groups:
            raise self._bad("gives a name that is taken", "名称已被使用")

    def _require_known(self, name: str) -> None:
        if name not in self._witnesses and name not in self._groups:
            raise self._bad("uses a name that no line above defines", "使用了上文未定义的名称")

    def _key(self, parse: Callable[[str], K], text: str) -> K:
        try:
            return parse(text)
        except BadKey as bad:
            raise self._bad(f"has a bad key: {bad}", f"密钥有误：{bad.zh}") from None

    def _bad(self, en: str, zh: str) -> BadPolicy:
        return BadPolicy(self._line, en, zh)
