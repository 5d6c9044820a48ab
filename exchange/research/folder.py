"""The folder a project receives: NDJSON and CSV by resource type, the manifest with digests, the report."""

import hashlib
import os
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

import msgspec
import orjson

from exchange.instants import CHINA
from exchange.research.projects import Project
from exchange.research.report import Numbers
from exchange.research.tables import to_csv

PRETTY = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS


def write_folder(
    folder: Path,
    project: Project,
    resources: Mapping[str, Sequence[bytes]],
    numbers: Numbers,
    *,
    at: datetime,
    policy: str,
) -> str:
    """Write all files into the new `folder`, synced; the SHA-256 of the manifest. Raises OSError."""
    folder.mkdir(mode=0o700, parents=True)
    files: list[dict[str, object]] = []
    for kind, bodies in resources.items():
        files.append(_put(folder / f"{kind}.ndjson", b"\n".join(bodies) + b"\n", len(bodies)))
        table = to_csv([orjson.loads(body) for body in bodies])
        files.append(_put(folder / f"{kind}.csv", table, len(bodies)))
    files.append(_put(folder / "report.json", orjson.dumps(numbers.as_dict(), option=PRETTY), 1))
    files.append(_put(folder / "report.md", report_page(project, numbers, at=at).encode(), 1))
    manifest = {
        "project": project.protocol.id,
        "made": at.isoformat(timespec="seconds"),
        "profile": project.protocol.profile,
        "protocol": _digest(msgspec.json.encode(project.protocol, order="sorted")),
        "policy": policy,
        "rules": numbers.cleaning["rules"],
        "files": files,
    }
    body = orjson.dumps(manifest, option=PRETTY)
    _put(folder / "manifest.json", body, 1)
    return _digest(body)


def add_receipt(folder: Path, proof: bytes, opened: Mapping[str, str]) -> None:
    """Add the proof that the extract is in the ledger; then everything in `folder` is durable. Raises OSError.

    `opened` opens what that entry committed to: the manifest's digest is in it, so the files hang on the proof.
    """
    _put(folder / "receipt.json", proof, 1)
    _put(folder / "opening.json", orjson.dumps(dict(opened), option=PRETTY), 1)
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def report_page(project: Project, numbers: Numbers, *, at: datetime) -> str:
    """The report as a person reads it, Chinese and English side by side."""
    protocol = project.protocol
    lines = [
        f"# {protocol.title_zh} · {protocol.title_en}",
        "",
        f"{protocol.id} · {at.astimezone(CHINA):%Y-%m-%d %H:%M} · {protocol.profile}",
        "",
        "| 内容 what | 数量 count |",
        "|---|---|",
        f"| 纳入患者 patients included | {numbers.patients} |",
        f"| 记录 resources | {numbers.resources} |",
        *(f"| {kind} | {count} |" for kind, count in numbers.by_type.items()),
        "",
        "## 未纳入的患者 · Patients left out",
        "",
        *_left_out(numbers),
        "",
        "## 剩余风险 · Remaining risk",
        "",
        f"- 性别、出生、地区相同的最小一组有 {numbers.smallest_group} 人。",
        f"- The smallest group that shares sex, birth and area has {numbers.smallest_group} patients.",
        f"- 所在组少于 {numbers.least} 人的患者：{numbers.shown(numbers.alone)}。",
        f"- Patients in a group of fewer than {numbers.least}: {numbers.shown(numbers.alone)}.",
        "",
        "去标识化不等于匿名：结合其他信息仍可能识别到个人。请勿尝试重新识别。",
        "De-identified is not anonymous: with other information somebody may still be recognised. Do not try.",
        "",
        "receipt.json 证明本次提取已记入账本；opening.json 把 manifest.json 与之相连。",
        "receipt.json proves that this extract is in the ledger; opening.json ties manifest.json to it:",
        "",
        "```console",
        "$ hutong ledger check receipt.json --opening opening.json",
        "$ sha256sum manifest.json",
        "```",
        "",
    ]
    return "\n".join(lines)


def _left_out(numbers: Numbers) -> list[str]:
    if not numbers.left_out:
        return ["没有。 None."]
    rows = [f"| {code} | {numbers.shown(count)} |" for code, count in numbers.left_out.items()]
    total = f"| 合计 total | {numbers.shown(numbers.left_out_total)} |"
    return ["| 原因 reason | 人数 patients |", "|---|---|", *rows, total]


def _put(path: Path, content: bytes, rows: int) -> dict[str, object]:
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return {
        "file": path.name,
        "bytes": len(content),
        "rows": rows,
        "sha256": _digest(content).removeprefix("sha256:"),
    }


def _digest(content: bytes) -> str:
    return "sha256:" + hashlib.sha256(content).hexdigest()
