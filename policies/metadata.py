"""Read what the rules say about themselves: the METADATA comments of the Rego files.

Only the form our rules use is understood: `key: value`, `key: |` with indented lines, and one level below
`custom:`. That OPA reads the same is tested where OPA is there.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path, PurePath

RULES = Path(__file__).parent / "rego"
KINDS = ("code", "obligation", "recognition")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule with words of its own.

    `kind` is "code" (it refuses a release), "obligation" (it asks for something) or "recognition" (it stands against
    a result of elsewhere).
    """

    kind: str
    code: str
    title: str
    description: str
    zh: str
    en: str
    law: str
    file: str
    head: str


def rules(folder: Path = RULES) -> list[Rule]:
    """Every rule under `folder` that has a code: refusals, obligations, recognition, each by code."""
    return rules_in({str(file): file.read_text("utf-8") for file in folder.rglob("*.rego")})


def rules_in(texts: Mapping[str, str]) -> list[Rule]:
    """The same from the texts of the files, by their names: what a bundle holds."""
    found = [rule for name in sorted(texts) for rule in _in_text(PurePath(name).name, texts[name])]
    return sorted(found, key=lambda rule: (rule.kind, rule.code))


def _in_text(file: str, text: str) -> Iterator[Rule]:
    lines = text.splitlines()
    for start, line in enumerate(lines):
        if line != "# METADATA":
            continue
        comment = list(takewhile(lambda one: one.startswith("#"), lines[start + 1 :]))
        told = _mapping([one[2:] for one in comment])
        kind = next((kind for kind in KINDS if f"custom.{kind}" in told), None)
        if kind is not None:
            yield Rule(
                kind=kind,
                code=told[f"custom.{kind}"],
                title=told["title"],
                description=told["description"],
                zh=told["custom.zh"],
                en=told["custom.en"],
                law=told["custom.law"],
                file=file,
                head=lines[start + 1 + len(comment)],
            )


def _mapping(lines: list[str]) -> dict[str, str]:
    told: dict[str, str] = {}
    key = ""
    for line in lines:
        name, colon, value = line.strip().partition(": ")
        if key == "custom" and line.startswith("  ") and colon:
            told[f"custom.{name}"] = value
        elif line.startswith("  "):
            told[key] = f"{told[key]} {line.strip()}".strip()
        else:
            key = name.rstrip(":")
            told[key] = "" if value == "|" else value
    return told
