"""What a consent means, and whether anybody can decide by it; asked before it is let in. Needs no node."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from cli import output
from cli.commands.consent.noun import consent
from cli.errors import NotAllUsable
from cli.files import STANDARD, standard_input
from cli.options import as_json
from cli.terminal import Terminal

if TYPE_CHECKING:
    from consent.conformance import Difference

KINDS = {
    "pcf-basic": ("IHE PCF basic", "IHE PCF 基础级"),
    "pcf-intermediate": ("IHE PCF intermediate", "IHE PCF 中级"),
    "pcf-advanced": ("IHE PCF advanced", "IHE PCF 高级"),
    "r4-extended": ("FHIR R4 beyond IHE PCF", "超出 IHE PCF 的 FHIR R4"),
    "not-computable": ("cannot be decided by", "无法据此判定"),
}


@dataclass(frozen=True, slots=True)
class Linted:
    """What is said about one consent. `why` is empty for one that can be decided by."""

    place: str
    kind: str
    why: str
    zh: str
    en: str
    differences: "list[Difference]"


@consent.command()
@click.argument(
    "files", metavar="FILE...", nargs=-1, required=True, help="FHIR R4 Consents: JSON, NDJSON or -."
)
@as_json
@click.pass_obj
def lint(terminal: Terminal, files: tuple[str, ...], as_json: bool) -> None:
    """Say what each consent in FILE means, whether it can be decided by, and who would read it differently.

    Exit code 6 when one cannot be decided by, or a line is not a consent.

    Example:
        hutong consent lint people/consents/320583.ndjson
    """
    wrong = 0
    found: list[Linted] = []
    for one in _lint(files):
        wrong += bool(one.why)
        found.append(one)
        if not as_json:
            _tell(terminal, one)
    if as_json:
        output.document([_as_dict(one) for one in found])
    if wrong:
        raise NotAllUsable(wrong, len(found), "consents cannot be decided by", "同意无法据此判定")


def _lint(files: tuple[str, ...]) -> Iterator[Linted]:
    from consent import computable, sentence
    from consent.conformance import conformance, differences
    from exchange.records import Problem, read_paths

    stdin = standard_input() if STANDARD in files else None
    for item in read_paths(files, stdin=stdin):
        place = str(item.place)
        if isinstance(item, Problem):
            yield Linted(place, "not-computable", item.en, item.zh, item.en, [])
            continue
        resource = item.resource
        if why := computable(resource):
            yield Linted(place, "not-computable", why, "", "", differences(resource))
            continue
        zh, en = (sentence(resource, lang, lambda reference: None) for lang in ("zh", "en"))
        yield Linted(place, conformance(resource), "", zh, en, differences(resource))


def _tell(terminal: Terminal, one: Linted) -> None:
    kind = terminal.told(*KINDS[one.kind])
    output.line(f"{one.place}: {kind}" + (f": {one.why}" if one.why else ""))
    for text in (one.zh, one.en):
        if text and not one.why:
            output.line(f"  {text}")
    for two in one.differences:
        output.line(f"  {two.reader} {two.place}: {terminal.told(two.en, two.zh)}")


def _as_dict(one: Linted) -> dict[str, Any]:
    return {
        "place": one.place,
        "class": one.kind,
        "computable": not one.why,
        "why": one.why,
        "zh": one.zh,
        "en": one.en,
        "differences": [
            {"reader": two.reader, "place": two.place, "en": two.en, "zh": two.zh} for two in one.differences
        ],
    }
