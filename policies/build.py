"""Build the rules into the bundle that is checked in: the same source gives the same bytes everywhere."""

import gzip
import hashlib
import subprocess
import sys
import tempfile
from pathlib import Path

import click
import orjson
import wasmtime

from policies.bundle import BUNDLE, DATA, ENTRYPOINT, PIN, WASM, pack, unpack
from policies.compiled import pages_of
from policies.errors import NoBuilder, PolicyError, PolicyUnusable
from policies.metadata import RULES, rules
from policies.recognition import RECOGNITION

OPA = Path(__file__).parent / "tools" / "bin" / "opa"
REASONS = RULES / "hutong_data" / "reasons" / "data.json"
# Of 64 KiB. An instance starts with them, and the engine has a few instances; texts are data because of it.
MOST_PAGES = 16


def reasons(folder: Path = RULES) -> bytes:
    """The words of every refusing rule by its code, as the rules' data."""
    refusing = [rule for rule in rules(folder) if rule.kind != "obligation"]
    words = {rule.code: {"en": rule.en, "law": rule.law, "zh": rule.zh} for rule in refusing}
    return orjson.dumps(words, option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2) + b"\n"


def packed(folder: Path = RULES, opa: Path = OPA) -> bytes:
    """The bundle, built from the source in `folder` by this opa. Raises NoBuilder, PolicyUnusable."""
    if not opa.exists():
        raise NoBuilder(f"{opa.name} is not there", f"缺少 {opa.name}")
    with tempfile.TemporaryDirectory() as place:
        built = Path(place) / "bundle.tar.gz"
        command = f"build -t wasm -b . -e {ENTRYPOINT} -e {RECOGNITION} --ignore *_test.rego -o".split()
        done = subprocess.run(
            [str(opa), *command, str(built)], cwd=folder, capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            click.echo(done.stderr, err=True)
            raise NoBuilder("opa does not accept the rules", "opa 不接受这些规则")
        files = unpack(built.read_bytes(), built.name)
    _require_small(files[WASM])
    # opa rewrites the sources for an engine that has WebAssembly built in; ours go in as they are.
    sources = {file.relative_to(folder).as_posix(): file.read_bytes() for file in _sources(folder)}
    return pack({DATA: files[DATA], **sources, WASM: files[WASM]})


def _sources(folder: Path) -> list[Path]:
    return [file for file in folder.rglob("*.rego") if not file.name.endswith("_test.rego")]


def differences() -> list[str]:
    """What is checked in and not what the source gives, by name. Raises NoBuilder."""
    wrong = [] if REASONS.exists() and REASONS.read_bytes() == reasons() else [f"reasons/{REASONS.name}"]
    fresh = packed()
    # Compared unpacked: another zlib may compress the same content differently.
    if not BUNDLE.exists() or gzip.decompress(BUNDLE.read_bytes()) != gzip.decompress(fresh):
        wrong.append(BUNDLE.name)
    if not PIN.exists() or not BUNDLE.exists() or PIN.read_text("ascii") != _pin(BUNDLE.read_bytes()):
        wrong.append(PIN.name)
    return wrong


def write() -> None:
    """Bring what is checked in in step with the source. What is in step already is not touched."""
    if not REASONS.exists() or REASONS.read_bytes() != reasons():
        REASONS.parent.mkdir(exist_ok=True)
        REASONS.write_bytes(reasons())
    if BUNDLE.name in differences():
        BUNDLE.write_bytes(packed())
    PIN.write_text(_pin(BUNDLE.read_bytes()), "ascii")


def _pin(bundle: bytes) -> str:
    """In the form `sha256sum --check` reads."""
    return f"{hashlib.sha256(bundle).hexdigest()}  {BUNDLE.name}\n"


def _require_small(wasm: bytes) -> None:
    pages = pages_of(wasmtime.Module(wasmtime.Engine(), wasm))
    if pages > MOST_PAGES:
        raise PolicyUnusable(
            f"needs {pages} pages of memory to start; move text from the rules into their data",
            f"启动需要 {pages} 页内存；请把规则中的文字移到数据里",
        )


@click.command()
@click.option("--check", is_flag=True, help="Write nothing; exit 4 when what is checked in is not in step.")
def main(check: bool) -> None:
    """Build the rules into the bundle that is checked in, with its pin and the words of the rules as data."""
    if check and not OPA.exists():
        click.echo("policies: bundle and source were not compared, as opa is not there (make policy-tools)")
        return
    try:
        if not check:
            write()
        wrong = differences()
    except PolicyError as error:
        click.echo(f"hutong: error: {error}\nhutong: hint: {error.hint}", err=True)
        sys.exit(error.exit_code)
    if wrong:
        click.echo(f"policies: not what the source gives: {', '.join(wrong)}; run python -m policies.build")
        sys.exit(4)


if __name__ == "__main__":
    main()
