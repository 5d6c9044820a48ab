"""Past decisions: explained on a page, and made again."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli import output
from cli.errors import DoNotGoTogether, NotVerified
from cli.files import answer_to
from cli.kinds import Noun
from cli.options import ENTRY_HELP, as_json
from cli.terminal import Terminal

if TYPE_CHECKING:
    from exchange.decisions import Replayed
    from exchange.node.node import Node


@click.group(cls=Noun)
def decision() -> None:
    """Explain a past decision to somebody who was not there, and make it again."""


@decision.command()
@click.argument("entry", help=ENTRY_HELP)
@click.option(
    "--html", type=click.Path(path_type=Path), metavar="FILE", help="Write a page to print (A4) to FILE."
)
@as_json
@click.pass_obj
def explain(terminal: Terminal, entry: str, html: Path | None, as_json: bool) -> None:
    """Tell one decision on a page: who asked, which consent, rule and law, what was withheld, which duties were done.

    Also where it stands in the ledger, whether it comes out the same when made again, and what is not known. With
    --html the page has both languages and needs nothing but a browser.

    Example:
        hutong --node kunshan decision explain 0197f3a2-7c1e-7000-8000-000000000001 --html decision.html
    """
    from exchange.decisions import explain as explain_entry
    from exchange.policy.keeping import kept

    if html is not None and as_json:
        raise DoNotGoTogether("decision explain", "--html or --json", "--html 与 --json 只能用一个")
    with terminal.open() as node:
        explained = explain_entry(node.office, entry, partial(kept, node.layout.policies))
    if html is not None:
        with answer_to(html) as opened:
            opened.write(explained.as_html())
        terminal.note(f"a page to print is in {html}", f"可打印的页面已写入 {html}")
        return
    if as_json:
        output.document(explained.as_dict())
        return
    for line in explained.lines(terminal.lang):
        output.line(line)


@decision.command()
@click.argument("entry", required=False, help=ENTRY_HELP)
@click.option("--all", "everything", is_flag=True, help="Every decision in the ledger.")
@click.option(
    "--with",
    "bundle",
    type=click.Path(path_type=Path),
    metavar="BUNDLE",
    help="Another bundle of rules: tells which past decisions it would have answered differently.",
)
@as_json
@click.pass_obj
def replay(
    terminal: Terminal, entry: str | None, everything: bool, bundle: Path | None, as_json: bool
) -> None:
    """Make a past decision again from what was sealed with it, and compare every byte of the answers.

    Exit code 4 when one comes out differently. With --with, what differs is the answer, not a failure.

    Example:
        hutong --node kunshan decision replay --all
    """
    if (entry is None) is not everything:
        raise click.UsageError("name one entry, or --all")
    with terminal.open() as node:
        found = list(_replay(terminal, node, entry, bundle))
    different = [one for one in found if one.possible and not one.same]
    if as_json:
        output.document([_as_dict(one) for one in found])
    else:
        _tell(terminal, found)
    if different and bundle is None:
        raise NotVerified(
            f"{len(different)} of {len(found)} decisions come out differently",
            f"{len(found)} 次判定中有 {len(different)} 次结果不同",
            hint="a changed policy is one cause: compare the digests in hutong decision explain",
            hint_zh="策略变更是原因之一：请比较 hutong decision explain 中的策略包摘要",
        )


def _replay(terminal: Terminal, node: "Node", entry: str | None, bundle: Path | None) -> "Iterator[Replayed]":
    from exchange.decisions import decisions
    from exchange.decisions import replay as replay_entry
    from exchange.wiring import other_policy

    engine = other_policy(bundle) if bundle else None
    if entry is not None:
        yield replay_entry(node.office, entry, engine)
        return
    ids = [one.id for one in decisions(node.log)]
    with terminal.progress("deciding again", "正在重做判定") as advance:
        for number, one in enumerate(ids, start=1):
            yield replay_entry(node.office, one, engine)
            advance(number, len(ids))


def _tell(terminal: Terminal, found: "list[Replayed]") -> None:
    for one in found:
        if one.possible and not one.same:
            parts = "; ".join(terminal.told(en, zh) for en, zh in one.parts)
            output.line(f"{one.entry}: {parts}")
    same = sum(one.same for one in found)
    gone = sum(not one.possible for one in found)
    terminal.say(
        f"{len(found)} decisions made again: {same} the same, byte for byte;"
        f" {len(found) - same - gone} different; {gone} cannot be made again",
        f"重做 {len(found)} 次判定：{same} 次逐字节一致；{len(found) - same - gone} 次不同；{gone} 次无法重做",
    )


def _as_dict(one: "Replayed") -> dict[str, object]:
    return {
        "entry": one.entry,
        "decision": one.decision,
        "possible": one.possible,
        "same": one.same,
        "differences": [{"en": en, "zh": zh} for en, zh in one.parts],
    }
