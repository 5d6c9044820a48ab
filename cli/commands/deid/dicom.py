"""DICOM files through the confidentiality profile of PS3.15."""

import csv
import os
import secrets
from collections.abc import Iterator
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from cli import output
from cli.commands.deid.crew import answers
from cli.commands.deid.noun import deid
from cli.errors import CannotRead, DoNotGoTogether, NotAllUsable
from cli.files import answer_to, hand_over, make_folder, read_bytes
from cli.options import as_json, example
from cli.terminal import Terminal

if TYPE_CHECKING:
    from deid.dicom import DicomCleaner, Outcome

KEY_BYTES = 32
FILES_EACH = 500
# Those of deid.dicom.table, without reading it for a page of help.
PROFILES = ("basic", "research")


class How(NamedTuple):
    """How files are to be made safe; the same in every process."""

    key: bytes
    options: frozenset[str]
    devices: Path | None
    patients: Path | None


@deid.command()
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, help="DICOM files, or folders of them.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    metavar="DIR",
    help="Where the new files go; their names are pseudonyms.",
)
@click.option(
    "--profile",
    type=click.Choice(PROFILES),
    default="research",
    help="basic removes most; research moves dates, cleans text, keeps sex, age, size and weight.",
)
@click.option(
    "--retain",
    metavar="WHAT,...",
    help="Keep too: full-dates, device, institution, characteristics, uids, private, dates, descriptors, structured.",
)
@click.option(
    "--mask",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Which devices write text into their pictures, and where (TOML).",
)
@click.option(
    "--patients",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Lines PatientID,FHIR id: whose FHIR records the dates must stay in step with.",
)
@click.option(
    "--key",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Secret of the project, 32 bytes or more; else a new one, thrown away afterwards.",
)
@click.option(
    "--quarantine",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Put files there whose picture somebody must look at, with a clean header; else they are left out.",
)
@click.option("--jobs", type=click.IntRange(1, 256), help="Processes; default: more for more files.")
@as_json
@example("devices.toml")
@click.pass_obj
def dicom(
    terminal: Terminal,
    paths: tuple[str, ...],
    out: Path,
    profile: str,
    retain: str | None,
    mask: Path | None,
    patients: Path | None,
    key: Path | None,
    quarantine: Path | None,
    jobs: int | None,
    as_json: bool,
) -> None:
    """Write DICOM files without what says who: headers by PS3.15, names and numbers replaced by pseudonyms.

    A file is quarantined if its picture may show a name: unless it says that nothing is burned in, or --mask says so of
    the device. One that cannot be made safe is refused. Nothing of either is in --out; exit code 6 if there was one.

    Example:
        hutong deid dicom pictures/ --out cleaned --key project.key --mask devices.toml
    """
    from deid.dicom import Tally, options

    asked = tuple(one.strip() for one in (retain or "").split(",") if one.strip())
    how = How(_secret(key), options(profile, asked), mask, patients)
    cleaner_of(how)
    ours = [folder.resolve() for folder in (out, quarantine) if folder]
    files = [file for file in _files(paths) if not any(map(file.resolve().is_relative_to, ours))]
    if not files:
        raise DoNotGoTogether(
            "deid dicom",
            "--out is where the files are: name another folder",
            "--out 就是文件所在目录，请另给一个目录",
        )
    make_folder(out)
    tally, taken = Tally(), set[str]()
    rows: list[dict[str, object]] = []
    with terminal.progress("making safe", "正在处理") as advance:
        work = partial(_cleaned, how)
        cleaned = answers(work, map(str, files), jobs=min(jobs or _usual(len(files)), len(files)))
        for number, (file, outcome) in enumerate(zip(files, cleaned, strict=True), 1):
            kept = _once(outcome, taken)
            tally.add(kept)
            rows.append(_put(terminal, file, kept, out, quarantine))
            advance(number, len(files))
    if as_json:
        output.document(tally.as_dict() | {"each": rows})
    else:
        for line in tally.lines(terminal.lang):
            output.line(line)
    if tally.reasons["not-said"] or tally.reasons["device"]:
        terminal.note(
            "look at what is quarantined (--quarantine DIR), then write a rule: hutong deid dicom --example",
            "请查看隔离的文件（--quarantine 目录），再为设备写规则：hutong deid dicom --example",
        )
    _require_all(tally.files["quarantined"] + tally.files["refused"], len(files))


def _put(
    terminal: Terminal, file: Path, outcome: "Outcome", out: Path, quarantine: Path | None
) -> dict[str, object]:
    """One outcome, in its place and told."""
    folder = {"written": out, "quarantined": quarantine}.get(outcome.kind)
    place = folder / outcome.name if folder is not None and outcome.body is not None else None
    if place is not None and outcome.body is not None:
        make_folder(place.parent)
        with answer_to(place) as opened:
            hand_over(opened, place, outcome.body)
    if outcome.kind != "written":
        word = {"quarantined": ("quarantined", "隔离"), "refused": ("refused", "拒绝")}[outcome.kind]
        terminal.note(f"{file}: {word[0]}: {outcome.told('en')}", f"{file}：{word[1]}：{outcome.told('zh')}")
    return {
        "source": str(file),
        "kind": outcome.kind,
        "file": None if place is None else str(place),
        "reasons": list(outcome.reasons),
        "place": outcome.place,
        "flags": list(outcome.flags),
    }


def _once(outcome: "Outcome", taken: set[str]) -> "Outcome":
    """The same object twice would become one file, without a word."""
    from deid.dicom import Outcome

    if outcome.name and outcome.name in taken:
        return Outcome("refused", reasons=("twice",))
    taken.add(outcome.name)
    return outcome


def _require_all(left_out: int, total: int) -> None:
    if left_out:
        raise NotAllUsable(left_out, total, "file", "not written", "未写出")


def _files(paths: tuple[str, ...]) -> Iterator[Path]:
    """The files named, and all files in the folders named, by name: DICOM files often have no ending."""
    for path in map(Path, paths):
        if path.is_dir():
            inside = sorted(one for one in path.rglob("*") if one.is_file())
            if not inside:
                raise CannotRead(str(path), "has no file in it", "其中没有文件")
            yield from inside
        else:
            yield path


def _cleaned(how: How, file: str) -> "Outcome":
    from deid.dicom import Outcome

    try:
        return cleaner_of(how).clean(read_bytes(file))
    except CannotRead:
        return Outcome("refused", reasons=("not-opened",))


def _usual(files: int) -> int:
    """A process more for so many files: each takes seconds to start."""
    return min(os.cpu_count() or 1, 1 + files // FILES_EACH)


def _secret(file: Path | None) -> bytes:
    return secrets.token_bytes(KEY_BYTES) if file is None else read_bytes(str(file))


@lru_cache
def cleaner_of(how: How) -> "DicomCleaner":
    """Made once in each process. Raises BadKey, BadDevices and CannotRead."""
    from importlib.metadata import version

    from deid import TextEngine
    from deid.dicom import DicomCleaner, Settings, read_devices

    settings = Settings(
        how.options,
        read_devices(how.devices) if how.devices else (),
        _patients(how.patients) if how.patients else {},
        version("hutong"),
    )
    return DicomCleaner(settings, key=how.key, text=TextEngine())


def _patients(file: Path) -> dict[str, str]:
    try:
        lines = list(csv.reader(read_bytes(str(file)).decode("utf-8-sig").splitlines()))
    except UnicodeDecodeError:
        raise CannotRead(str(file), "is not UTF-8", "不是 UTF-8 编码") from None
    for number, line in enumerate(lines, 1):
        if len(line) != 2:
            raise CannotRead(
                f"{file}, line {number}", "is not PatientID,FHIR id", f"第 {number} 行应为 PatientID,FHIR id"
            )
    return {number.strip(): patient.strip().removeprefix("Patient/") for number, patient in lines}
