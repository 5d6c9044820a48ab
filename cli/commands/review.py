"""The officers' queue: emergency accesses and what was found, decided by one officer, signed off by a second."""

from typing import TYPE_CHECKING

import click

from cli import output
from cli.kinds import Noun
from cli.options import WHEN, WORDS, When, as_json, person
from cli.terminal import Terminal

if TYPE_CHECKING:
    from exchange.audit.review import Case
    from exchange.node.node import Node

HEAD = (
    ("review", "编号"),
    ("what", "事项"),
    ("opened", "列入时间"),
    ("due", "期限"),
    ("people", "人数"),
    ("state", "状态"),
)
STEPS = (("time", "时间"), ("step", "步骤"), ("by", "何人"), ("note", "说明"), ("entry", "条目"))
FINDINGS = {"justified": "正当", "not-justified": "不正当"}
STATES = {
    "open": ("waits for a decision", "待作结论"),
    "decided": ("waits for a second officer", "待另一人签核"),
    "signed-off": ("signed off", "已签核"),
}
DONE = {
    "take": ("taken on", "列入"),
    "close": ("decided", "结论"),
    "return": ("given back", "退回"),
    "sign-off": ("signed off", "签核"),
}
REVIEW_HELP = "Id of a review, as hutong review list shows it."
NOTE_HELP = "Why, in your words; kept sealed."


@click.group(cls=Noun)
def review() -> None:
    """Judge every emergency access and what was found: one officer decides, a second one signs it off."""


@review.command("list")
@click.option("--all", "everything", is_flag=True, help="Those that are signed off too.")
@as_json
@click.pass_obj
def list_reviews(terminal: Terminal, everything: bool, as_json: bool) -> None:
    """List what waits: for a decision, or for the second officer. What is overdue stands on top.

    Emergency accesses are here by themselves; a finding is, once somebody took it on. One that several people declared
    together is one line, and decided once for all of them.

    Example:
        hutong --node kunshan review list
    """
    from exchange.audit.review import cases

    with terminal.open() as node:
        found = cases(node, everything=everything)
        now = node.clock()
        if as_json:
            output.document([_as_document(node, one) for one in found])
            return
    rows = []
    for one in found:
        until = one.review.waits_until()
        state = _state(terminal, one)
        if one.review.is_late(now):
            state = terminal.told(f"OVERDUE, {state}", f"已逾期，{state}")
        rows.append(
            (
                one.review.entry,
                _kind(terminal, one),
                terminal.time(one.review.opened),
                terminal.time(until) if until else "",
                str(len(one.matter.people)),
                state,
            )
        )
    terminal.table(HEAD, rows, right=(4,))


@review.command()
@click.argument("entry", metavar="REVIEW", help=REVIEW_HELP)
@as_json
@click.pass_obj
def show(terminal: Terminal, entry: str, as_json: bool) -> None:
    """Show REVIEW: what it is about, in which entries, and what every officer did and wrote.

    Example:
        hutong --node kunshan review show 0197f3a2-7c1e-7000-8000-000000000001
    """
    from exchange.audit.named import people_named
    from exchange.audit.review import case_of

    with terminal.open() as node:
        found = case_of(node, entry)
        if as_json:
            output.document(_as_document(node, found))
            return
        who = people_named(node, terminal.lang).get(found.matter.actor, found.matter.actor)
    matter = found.matter
    about = who or matter.organisation
    terminal.say(f"{_kind(terminal, found)}: {matter.en}", f"{_kind(terminal, found)}：{matter.zh}")
    terminal.say(f"about: {about}", f"涉及：{about}")
    terminal.say(f"state: {_state(terminal, found)}", f"状态：{_state(terminal, found)}")
    terminal.say(
        f"entries: {matter.count}, of {len(matter.patients)} patients",
        f"条目：{matter.count} 条，涉及 {len(matter.patients)} 位患者",
    )
    for one in matter.entries:
        output.line(f"  {one}")
    if not found.steps:
        return
    rows = [
        (
            terminal.time(one.at),
            " ".join(filter(None, (terminal.told(*DONE[one.step]), _finding(terminal, one.finding)))),
            one.officer,
            one.note,
            one.entry,
        )
        for one in found.steps
    ]
    terminal.table(STEPS, rows)


@review.command()
@click.argument("what", metavar="FINDING|ENTRY", help="Id of a finding, or of an access's entry.")
@person
@click.option("--note", required=True, type=WORDS, help=NOTE_HELP)
@click.option("--from", "since", type=WHEN, metavar="WHEN", help="As for hutong audit anomalies.")
@as_json
@click.pass_obj
def take(terminal: Terminal, what: str, by: str, note: str, since: When | None, as_json: bool) -> None:
    """Take a finding of hutong audit anomalies onto the queue, or any access you have doubts about.

    It is to be decided within a week. The entry keeps sealed whom it is about.

    Example:
        hutong --node kunshan review take 5d0c1a2f9b3e4d67 --by ks-so-001 --note "ask the ward"
    """
    from exchange.audit.review import take as take_on

    with terminal.open() as node:
        recorded = take_on(node, what, by=by, note=note, since=since.first if since else None)
    if as_json:
        output.document({"review": recorded.id, "entry": recorded.id})
        return
    terminal.say(f"on the queue as {recorded.id}", f"已列入复核清单，编号 {recorded.id}")


@review.command()
@click.argument("entry", metavar="REVIEW", help=REVIEW_HELP)
@click.option("--finding", required=True, type=click.Choice(list(FINDINGS)), help="What you found.")
@person
@click.option("--note", required=True, type=WORDS, help=NOTE_HELP)
@as_json
@click.pass_obj
def decide(terminal: Terminal, entry: str, finding: str, by: str, note: str, as_json: bool) -> None:
    """Decide REVIEW: your finding and your words go on record, and a second officer has a week to sign it off.

    Not by anybody it is about, nor by whoever's own record was looked at: exit code 3.

    Example:
        hutong --node kunshan review decide 0197f3a2-7c1e-7000-8000-000000000001 \\
            --finding justified --by ks-so-001 --note "unconscious, came by ambulance"
    """
    from exchange.audit.review import decide as decide_on
    from exchange.reviews import Finding

    with terminal.open() as node:
        recorded = decide_on(node, entry, finding=Finding(finding), by=by, note=note)
    if as_json:
        output.document({"review": entry, "finding": finding, "entry": recorded.id})
        return
    terminal.say(
        f"decided: {finding}; a second officer signs it off; entry {recorded.id}",
        f"结论：{FINDINGS[finding]}；待另一名安全负责人签核；账本条目 {recorded.id}",
    )


@review.command("sign-off")
@click.argument("entry", metavar="REVIEW", help=REVIEW_HELP)
@click.option(
    "--disagree", is_flag=True, help="Give it back instead: it is open again, still due when it was."
)
@person
@click.option("--note", required=True, type=WORDS, help=NOTE_HELP)
@as_json
@click.pass_obj
def sign_off(terminal: Terminal, entry: str, disagree: bool, by: str, note: str, as_json: bool) -> None:
    """Sign off what another officer decided on REVIEW; or, with --disagree, give it back.

    A review that is signed off stays as it is. Where misuse was found, a notice for every patient whose record was
    seen goes into the outbox with it (PIPL art. 57): hutong notice list. Not by whoever decided: exit code 3.

    Example:
        hutong --node kunshan review sign-off 0197f3a2-7c1e-7000-8000-000000000001 \\
            --by ks-so-002 --note "spoke with the ward"
    """
    from exchange.audit.review import give_back
    from exchange.audit.review import sign_off as sign

    if disagree:
        with terminal.open() as node:
            recorded = give_back(node, entry, by=by, note=note)
        if as_json:
            output.document({"review": entry, "signed_off": False, "entry": recorded.id})
            return
        terminal.say(f"given back; entry {recorded.id}", f"已退回；账本条目 {recorded.id}")
        return
    with terminal.open() as node:
        done = sign(node, entry, by=by, note=note)
    if as_json:
        told = {"notices": [one.id for one in done.notices], "erased": done.erased}
        output.document({"review": entry, "signed_off": True, "entry": done.entry.id, **told})
        return
    terminal.say(f"signed off; entry {done.entry.id}", f"已签核；账本条目 {done.entry.id}")
    if done.notices:
        terminal.say(
            f"patients to be told: {len(done.notices)}; see hutong notice list",
            f"须告知的患者：{len(done.notices)} 位，见 hutong notice list",
        )
    if done.erased:
        terminal.note(
            f"patients who cannot be told, as their keys were destroyed: {done.erased}",
            f"{done.erased} 位患者无法告知：其密钥已销毁",
        )


def _as_document(node: "Node", one: "Case") -> dict[str, object]:
    now, matter = node.clock(), one.matter
    told: dict[str, object] = {
        "entry": one.review.entry,
        "kind": matter.kind,
        "actor": matter.actor or None,
        "organisation": matter.organisation,
        "entries": matter.entries,
        "count": matter.count,
        "people": len(matter.people),
        "patients": len(matter.patients),
        "en": matter.en,
        "zh": matter.zh,
        "opened": one.review.opened,
        "due": one.review.due,
        "closed": one.review.closed,
        "finding": one.review.finding or None,
        "signed": one.review.signed,
        "state": one.review.state,
        "waits_until": one.review.waits_until(),
        "overdue": one.review.is_late(now),
    }
    return told | {"steps": one.steps} if one.steps else told


def _state(terminal: Terminal, one: "Case") -> str:
    said = terminal.told(*STATES[one.review.state])
    finding = _finding(terminal, one.review.finding)
    if not finding:
        return said
    return terminal.told(f"{finding}, {said}", f"{finding}，{said}")


def _finding(terminal: Terminal, code: str) -> str:
    return terminal.told(code.replace("-", " "), FINDINGS[code]) if code else ""


def _kind(terminal: Terminal, one: "Case") -> str:
    from exchange.audit import words

    return words.found(one.matter.kind, terminal.lang)
