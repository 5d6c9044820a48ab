"""Try the rules on an operator's own cases."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli import output
from cli.commands.policy.asked import BUNDLE_HELP, bundle_option, rules_in
from cli.commands.policy.noun import policy
from cli.errors import CannotRead, DoNotGoTogether, NotVerified
from cli.files import named, read_bytes
from cli.options import as_json
from cli.terminal import Terminal

if TYPE_CHECKING:
    from policies.cases import Case
    from policies.decision import Decision
    from policies.sources import Written
    from policies.trying import Tried


@policy.command()
@click.argument(
    "place", metavar="[FILE|FOLDER]", required=False, help="A table of cases (TOML), a folder of them, or -."
)
@click.option("--example", is_flag=True, help="Print a table to start from, and do nothing else.")
@bundle_option("--bundle", BUNDLE_HELP)
@bundle_option("--against", "A second bundle: tells which cases it answers differently.")
@as_json
@click.pass_obj
def test(
    terminal: Terminal,
    place: str | None,
    example: bool,
    bundle: Path | None,
    against: Path | None,
    as_json: bool,
) -> None:
    """Ask the rules every case in FILE and compare the answers; say which rules no case reaches.

    With --node the rules of that node are asked. Exit code 4 when a case comes out otherwise. With --against, what
    differs is the answer, not a failure.

    Example:
        hutong policy test --example > cases.toml
        hutong policy test cases.toml
    """
    from policies.cases import EXAMPLE
    from policies.trying import differing, try_cases, unreached

    if (place is None) is not example:
        raise DoNotGoTogether(
            "policy test", "name a table of cases, or --example", "请给出用例文件，或用 --example"
        )
    if place is None:
        output.page(EXAMPLE.read_text("utf-8").rstrip())
        return
    cases = list(_cases(place))
    with rules_in(terminal, bundle) as rules:
        tried = try_cases(rules.engine, cases)
        missed = unreached(rules.sources, tried)
        number, digest = len(rules.sources.rules), rules.engine.digest
    pairs = []
    if against is not None:
        with rules_in(terminal, against) as others:
            pairs = differing(tried, try_cases(others.engine, cases))
    if as_json:
        output.document(_as_dict(digest, tried, missed, pairs if against else None))
    else:
        _tell(terminal, tried, missed, number)
        if against:
            _tell_pairs(terminal, pairs, len(tried))
        terminal.note(f"bundle {digest}", f"策略包 {digest}")
    if failed := sum(not one.passed for one in tried):
        raise NotVerified(
            f"{failed} of {len(tried)} cases failed",
            f"{len(tried)} 个用例中有 {failed} 个未通过",
            hint="hutong policy explain tells why a question is answered as it is",
            hint_zh="hutong policy explain 可说明某个问题为何如此答复",
        )


def _cases(place: str) -> "Iterator[Case]":
    from policies.cases import read_cases

    folder = Path(place)
    files = sorted(map(str, folder.rglob("*.toml"))) if folder.is_dir() else [place]
    if not files:
        raise CannotRead(place, "has no table of cases (*.toml) in it", "其中没有用例文件(*.toml)")
    for file in files:
        yield from read_cases(read_bytes(file), named(file))


def _tell(terminal: Terminal, tried: "list[Tried]", missed: "list[Written]", rules: int) -> None:
    failed = [one for one in tried if not one.passed]
    terminal.say(
        f"{len(tried)} cases: {len(tried) - len(failed)} passed, {len(failed)} failed",
        f"{len(tried)} 个用例：{len(tried) - len(failed)} 个通过，{len(failed)} 个未通过",
    )
    for one in failed:
        output.line(f"{one.case.place}: {one.case.name}")
        output.line(f"  {terminal.told('expected', '应为')}: {_expected(terminal, one.case)}")
        output.line(f"  {terminal.told('got', '实为')}: {_answered(terminal, one.decision)}")
    if missed:
        terminal.say(
            f"{len(missed)} of {rules} rules are reached by no case:",
            f"{rules} 条规则中有 {len(missed)} 条没有任何用例涉及：",
        )
    for rule in missed:
        output.line(f"  {rule.rule.code}: {terminal.told(rule.rule.en, rule.rule.zh)}")


def _tell_pairs(terminal: Terminal, pairs: "list[tuple[Tried, Tried]]", total: int) -> None:
    terminal.say(
        f"{len(pairs)} of {total} cases would be answered differently by the other bundle",
        f"{total} 个用例中有 {len(pairs)} 个在另一策略包下答复不同",
    )
    for one, other in pairs:
        output.line(f"{one.case.place}: {one.case.name}")
        output.line(f"  {terminal.told('this bundle', '本策略包')}: {_answered(terminal, one.decision)}")
        output.line(f"  {terminal.told('the other', '另一策略包')}: {_answered(terminal, other.decision)}")


def _expected(terminal: Terminal, case: "Case") -> str:
    codes = case.obligations if case.allow else case.reasons
    any_will_do = (
        terminal.told("whatever it demands", "义务不限"),
        terminal.told("for any reason", "原因不限"),
    )
    return _verdict(
        terminal, case.allow, any_will_do[not case.allow] if codes is None else ", ".join(sorted(codes))
    )


def _answered(terminal: Terminal, decision: "Decision") -> str:
    from policies.trying import duties_of, reasons_of

    codes = duties_of(decision) if decision.allow else reasons_of(decision)
    return _verdict(terminal, decision.allow, ", ".join(sorted(codes)))


def _verdict(terminal: Terminal, allow: bool, rest: str) -> str:
    verdict = terminal.told("allowed", "允许") if allow else terminal.told("refused", "拒绝")
    return f"{verdict}: {rest}" if rest else verdict


def _as_dict(
    digest: str, tried: "list[Tried]", missed: "list[Written]", pairs: "list[tuple[Tried, Tried]] | None"
) -> dict[str, object]:
    told: dict[str, object] = {
        "bundle": digest,
        "cases": [
            {
                "place": one.case.place,
                "name": one.case.name,
                "passed": one.passed,
                "expected": _expectation(one.case),
                "got": _decision_dict(one.decision),
            }
            for one in tried
        ],
        "failed": sum(not one.passed for one in tried),
        "not_reached": [one.rule.code for one in missed],
    }
    if pairs is not None:
        told["differently"] = [
            {
                "name": one.case.name,
                "place": one.case.place,
                "this": _decision_dict(one.decision),
                "other": _decision_dict(other.decision),
            }
            for one, other in pairs
        ]
    return told


def _expectation(case: "Case") -> dict[str, object]:
    return {
        "allow": case.allow,
        "reasons": None if case.reasons is None else sorted(case.reasons),
        "obligations": None if case.obligations is None else sorted(case.obligations),
    }


def _decision_dict(decision: "Decision") -> dict[str, object]:
    from policies.trying import duties_of, reasons_of

    return {
        "allow": decision.allow,
        "reasons": sorted(reasons_of(decision)),
        "obligations": sorted(duties_of(decision)),
    }
