"""Build a region's own rules: from a copy of ours, checked as ours are, into a bundle a node can run.

What a region may change are the rules and their data. The form of the question, the entry point and the two canaries
stay: a node asks all rules the same way, and rules that fail a canary are not used.
"""

import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import msgspec
import orjson

from policies.build import OPA, packed, reasons
from policies.bundle import BUNDLE, DATA_ROOT, Bundle, opened, read_bundle
from policies.canaries import require_canaries
from policies.errors import NoBuilder, PolicyError, PolicyUnusable
from policies.form import SCHEMA
from policies.metadata import RULES, rules_in
from policies.sources import Sources, Written, read_sources, sources_in
from policies.wasm import WasmEngine

# Of the same question a rule may not say something else tomorrow, or tell somebody that it was asked.
FORBIDDEN = frozenset(
    ("http.send", "net.lookup_ip_addr", "opa.runtime", "rand.intn", "time.now_ns", "uuid.rfc4122")
)
_REASONS = Path(DATA_ROOT) / "reasons" / "data.json"
_PATIENCE_S = 120


class RulesRejected(PolicyError):
    """The rules in a folder are not such that a bundle may be made of them. `said` are the lines of opa, if any."""

    exit_code: ClassVar[int] = 4

    def __init__(self, en: str, zh: str, *, said: str = "") -> None:
        super().__init__(
            en,
            zh,
            hint="no bundle was written; the rules that came with the program: hutong policy build --start DIR",
            hint_zh="未生成策略包；随程序提供的规则：hutong policy build --start 目录",
        )
        self.said = said


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """A bundle, its revision, and how many tests its rules passed."""

    packed: bytes
    bundle: Bundle
    tests: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Differences:
    """What other rules have that ours have not, by code: `words` and `logic` changed, and the `data` by name."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    words: tuple[str, ...]
    logic: tuple[str, ...]
    data: tuple[str, ...]


def start(folder: Path) -> list[str]:
    """Copy our rules, their data and their tests to `folder`, to be changed there. The names of the files.

    Raises FileExistsError where there is something already.
    """
    if folder.exists() and any(folder.iterdir()):
        raise FileExistsError(folder)
    shutil.copytree(RULES, folder, dirs_exist_ok=True)
    return sorted(file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file())


def build(folder: Path, opa: Path = OPA) -> Built:
    """Check the rules in `folder` and build them. Raises NoBuilder, RulesRejected."""
    if not opa.is_file():
        raise NoBuilder(
            f"{opa.name} is not there, and without it rules cannot be built", f"缺少 {opa.name}，无法构建规则"
        )
    with tempfile.TemporaryDirectory() as place:
        staged = Path(place) / "rules"
        shutil.copytree(folder, staged)
        texts = _texts(staged)
        _require_ours(staged, texts)
        _require_words(texts)
        (staged / _REASONS).parent.mkdir(exist_ok=True)
        (staged / _REASONS).write_bytes(reasons(staged))
        tests = _require_checked(staged, opa.resolve())
        made = packed(staged, opa.resolve())
    bundle = opened(made, "the bundle")
    engine = WasmEngine(bundle, cache=None, deadline_ms=10_000)
    try:
        require_canaries(engine)
    except PolicyUnusable as failed:
        raise RulesRejected(
            f"a question with a known answer: {failed}", f"已知答案的试问：{failed.zh}"
        ) from None
    finally:
        engine.close()
    return Built(packed=made, bundle=bundle, tests=tests)


def compare(built: Built) -> Differences:
    """What differs from the rules that came with the program."""
    ours, theirs = read_sources(BUNDLE).rules, sources_in(built.packed, "the bundle").rules
    both = sorted(ours.keys() & theirs.keys())
    data, new_data = _data(read_bundle().data), _data(built.bundle.data)
    return Differences(
        added=tuple(sorted(theirs.keys() - ours.keys())),
        removed=tuple(sorted(ours.keys() - theirs.keys())),
        words=tuple(code for code in both if _words(ours[code]) != _words(theirs[code])),
        logic=tuple(code for code in both if ours[code].texts != theirs[code].texts),
        data=tuple(
            name
            for name in sorted((data.keys() | new_data.keys()) - {"reasons"})
            if data.get(name) != new_data.get(name)
        ),
    )


def _require_ours(folder: Path, texts: Mapping[str, str]) -> None:
    """Rules below the one root, data below the other, and nothing that could answer otherwise tomorrow."""
    if not (folder / "hutong" / "release").is_dir():
        raise RulesRejected("the folder has no hutong/release", "目录中没有 hutong/release")
    for file in sorted(folder.rglob("*")):
        place = file.relative_to(folder)
        if file.suffix in (".json", ".yaml", ".yml") and place.parts[0] != DATA_ROOT:
            raise RulesRejected(
                f"{place}: data belong below {DATA_ROOT}", f"{place}：数据须放在 {DATA_ROOT} 之下"
            )
    for name, text in texts.items():
        one = Sources({name: text})
        if not all(package.startswith("hutong.") for package in one.packages):
            raise RulesRejected(f"{name}: is of no package below hutong", f"{name}：不属于 hutong 之下的包")
        if used := sorted(FORBIDDEN & one.uses):
            raise RulesRejected(
                f"{name}: uses {used[0]}, and rules know no network, clock or chance",
                f"{name}：使用了 {used[0]}，规则不得访问网络、时钟或随机数",
            )


def _texts(folder: Path) -> dict[str, str]:
    """The rules by the name of their file."""
    texts = {}
    for file in sorted(folder.rglob("*.rego")):
        name = file.relative_to(folder).as_posix()
        try:
            texts[name] = file.read_text("utf-8")
        except (OSError, UnicodeDecodeError):
            raise RulesRejected(f"{name}: is not text in UTF-8", f"{name}：不是 UTF-8 文本") from None
    return texts


def _require_words(texts: Mapping[str, str]) -> None:
    """A rule that refuses says why, in both languages, and names its law."""
    for name, text in texts.items():
        try:
            rules_in({name: text})
        except (KeyError, IndexError):
            raise RulesRejected(
                f"{name}: the METADATA of a rule need title, description, and in custom zh, en and law",
                f"{name}：规则的 METADATA 须有 title、description，custom 中须有 zh、en 和 law",
            ) from None
    told = {rule.code for rule in rules_in(texts)}
    given = {(code, name) for name, text in texts.items() for code in Sources({name: text}).refusals}
    for code, name in sorted(given):
        if code not in told:
            raise RulesRejected(f"{name}: {code} has no METADATA", f"{name}:{code} 没有 METADATA")


def _require_checked(folder: Path, opa: Path) -> int:
    """opa's own check with the form of the question and without what is forbidden, then the tests; how many passed."""
    able = orjson.loads(_said(opa, folder, "capabilities", "--current"))
    able["builtins"] = [one for one in able["builtins"] if not one.get("nondeterministic")]
    able["allow_net"] = []
    limits = folder.parent / "capabilities.json"
    limits.write_bytes(orjson.dumps(able))
    _said(
        opa, folder, "check", "--strict", "--schema", str(SCHEMA.parent), "--capabilities", str(limits), "."
    )
    return len(orjson.loads(_said(opa, folder, "test", "--format", "json", ".")) or [])


def _said(opa: Path, folder: Path, verb: str, *words: str) -> bytes:
    """What opa answers. Raises NoBuilder where there is no answer, RulesRejected where it is no."""
    try:
        done = subprocess.run(
            [str(opa), verb, *words], cwd=folder, capture_output=True, check=False, timeout=_PATIENCE_S
        )
    except (OSError, subprocess.TimeoutExpired):
        raise NoBuilder(f"{opa.name} cannot be run", f"无法运行 {opa.name}") from None
    if done.returncode == 0:
        return done.stdout
    if verb == "test" and done.stdout:
        failed = [one["name"] for one in orjson.loads(done.stdout) if one.get("fail") or one.get("error")]
        raise RulesRejected("the rules fail their own tests", "规则未通过自带的测试", said="\n".join(failed))
    said = done.stderr.decode(errors="replace")
    raise RulesRejected("the rules do not pass opa's check", "规则未通过 opa 检查", said=said)


def _data(data: bytes) -> Mapping[str, Any]:
    below: Mapping[str, Any] = msgspec.json.decode(data)[DATA_ROOT]
    return below


def _words(written: Written) -> tuple[str, ...]:
    rule = written.rule
    return rule.title, rule.description, rule.en, rule.zh, rule.law
