"""What a consent means, and whether anybody can decide by it; asked before it is let in. Needs no node."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from cli import output
from cli.commands.consent.noun import consent, region_names
from cli.errors import NotAllUsable
from cli.files import STANDARD, standard_input
from cli.options import as_json
from cli.terminal import Terminal

if TYPE_CHECKING:
    from consent.conformance import Difference
    from consent.r5 import Reading
    from consent.taking_effect import Lack

KINDS = {
    "pcf-basic": ("IHE PCF basic", "IHE PCF 基础级"),
    "pcf-intermediate": ("IHE PCF intermediate", "IHE PCF 中级"),
    "pcf-advanced": ("IHE PCF advanced", "IHE PCF 高级"),
    "r4-extended": ("FHIR R4 beyond IHE PCF", "超出 IHE PCF 的 FHIR R4"),
    "not-computable": ("cannot be used for a decision", "无法用于判定"),
}


@dataclass(frozen=True, slots=True)
class Linted:
    """What is said about one consent. `why`, (en, zh), is None for one that can be decided by.

    `lacks` is what keeps it from taking effect; `strange` the place of a code no import takes.
    """

    place: str
    kind: str
    why: tuple[str, str] | None
    zh: str
    en: str
    differences: "list[Difference]"
    r5: "Reading | None" = None
    lacks: "Sequence[Lack]" = ()
    strange: str = ""


@consent.command()
@click.argument(
    "files", metavar="FILE...", nargs=-1, required=True, help="FHIR R4 Consents: JSON, NDJSON or -."
)
@as_json
@click.pass_obj
def lint(terminal: Terminal, files: tuple[str, ...], as_json: bool) -> None:
    """Say what each consent in FILE means, what it lacks to take effect, and who would read it differently.

    Asked of the paper alone: ages, the border and the terms of a study are asked when somebody asks for data.
    Exit code 6 when one cannot be used for a decision, or a line is not a consent.

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
        raise NotAllUsable(wrong, len(found), "consent", "cannot be used for a decision", "同意无法用于判定")


def _lint(files: tuple[str, ...]) -> Iterator[Linted]:
    from consent import Config, sentence
    from consent.conformance import conformance, differences
    from consent.lint import problem_of
    from consent.r5 import r5_reading
    from consent.taking_effect import lacks
    from exchange.records import Problem, read_paths
    from exchange.vocabulary import strange_code

    stdin = standard_input() if STANDARD in files else None
    for item in read_paths(files, stdin=stdin):
        place = str(item.place)
        if isinstance(item, Problem):
            yield Linted(place, "not-computable", (item.en, item.zh), item.zh, item.en, [])
            continue
        resource = item.resource
        if problem := problem_of(resource):
            why = (f"{problem.place} {problem.en}", f"{problem.place} {problem.zh}")
            yield Linted(place, "not-computable", why, "", "", differences(resource))
            continue
        zh, en = (sentence(resource, lang, region_names(lang)) for lang in ("zh", "en"))
        yield Linted(
            place,
            conformance(resource),
            None,
            zh,
            en,
            differences(resource),
            r5=r5_reading(resource),
            lacks=lacks(resource, Config()),
            strange=strange_code(resource),
        )


def _tell(terminal: Terminal, one: Linted) -> None:
    kind = terminal.told(*KINDS[one.kind])
    output.line(f"{one.place}: {kind}" + (f": {terminal.told(*one.why)}" if one.why else ""))
    for text in (one.zh, one.en):
        if text and not one.why:
            output.line(f"  {text}")
    if one.strange:
        terminal.say(
            f"  no import takes it: {one.strange} holds a code nobody here knows",
            f"  无法导入：{one.strange} 含有无法识别的代码",
        )
    for lack in one.lacks:
        terminal.say(
            f"  does not take effect yet: {lack.place}: {lack.en}", f"  尚不能生效：{lack.place}：{lack.zh}"
        )
    if one.r5:
        output.line(f"  {terminal.told(one.r5.en, one.r5.zh)}")
    for two in one.differences:
        output.line(f"  {two.reader} {two.place}: {terminal.told(two.en, two.zh)}")


def _as_dict(one: Linted) -> dict[str, Any]:
    return {
        "place": one.place,
        "class": one.kind,
        "computable": not one.why,
        "why": one.why[0] if one.why else "",
        "why_zh": one.why[1] if one.why else "",
        "zh": one.zh,
        "en": one.en,
        "differences": [
            {"reader": two.reader, "place": two.place, "en": two.en, "zh": two.zh} for two in one.differences
        ],
        "takes_effect": not (one.why or one.lacks or one.strange),
        "lacks": [{"code": a.code, "place": a.place, "en": a.en, "zh": a.zh} for a in one.lacks],
        "unknown_code": one.strange,
        "r5": {"decision": one.r5.decision, "en": one.r5.en, "zh": one.r5.zh} if one.r5 else None,
    }
