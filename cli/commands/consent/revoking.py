"""Taking a consent back, and how far that reached."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from cli import output
from cli.commands.consent.noun import CONSENT_HELP, consent, who
from cli.options import as_json, patient
from cli.terminal import Terminal

if TYPE_CHECKING:
    from exchange.node.node import Node
    from exchange.withdrawal.reach import Reached

HEAD = (
    ("received", "提供时间"),
    ("recipient", "接收方"),
    ("kind", "类别"),
    ("region", "地区"),
    ("purpose", "目的"),
    ("items", "项数"),
    ("told", "告知情况"),
    ("what they did", "对方处理"),
)
ITEMS = 5


@consent.command()
@patient
@click.argument("consent_id", help=CONSENT_HELP)
@click.option(
    "--reason", default="", show_default=False, help="Why, if the patient wants to say; kept sealed."
)
@click.option("--by", metavar="WHO", help="Who takes it back for the patient, if not the patient.")
@as_json
@click.pass_obj
def revoke(
    terminal: Terminal, patient: str, consent_id: str, reason: str, by: str | None, as_json: bool
) -> None:
    """Take a consent back, from this moment. Lists who had received data under it; each of them is told.

    hutong serve tells them by itself; without it: hutong notice send. How far it got: hutong consent reach.

    Example:
        hutong --node kunshan consent revoke ks-pt-0001 c-0123456789
    """
    from exchange.consenting import revoke as revoke_consent
    from exchange.withdrawal.reach import reach as reached_by

    with terminal.open() as node:
        revoked = revoke_consent(node, patient, consent_id, by=who(node, patient, by), reason=reason)
        rows = reached_by(node.office, node.records.patient(patient), consent_id)
        seen = revoked.already_seen_by
        if as_json:
            output.document(
                {
                    "consent": revoked.consent_id,
                    "version": revoked.version,
                    "entry": revoked.entry.id,
                    "already_seen_by": [
                        {"time": one.time, "en": one.en, "zh": one.zh, "entry": one.entry_id} for one in seen
                    ],
                    "reach": [_as_dict(node, one) for one in rows],
                }
            )
            return
        terminal.say(
            f"stopped: {revoked.consent_id} does not count any more; entry {revoked.entry.id}",
            f"已停止：{revoked.consent_id} 不再有效；账本条目 {revoked.entry.id}",
        )
        if seen:
            terminal.say("seen under it before, and not to be called back:", "此前已据此查看过，无法收回：")
        for one in seen:
            terminal.say(f"  {one.en}", f"  {one.zh}")
    sent = {row.notice.entry: row.disclosure.kind for row in rows if row.notice}
    if nodes := list(sent.values()).count("node"):
        terminal.note(
            f"other regions to be told: {nodes}; hutong serve does it, or now: hutong notice send",
            f"须告知的其他地区：{nodes} 个；由 hutong serve 发送，立即发送：hutong notice send",
        )
    if here := len(sent) - nodes:
        terminal.note(
            f"recipients here to be told by a person: {here}; hutong notice outgoing lists them",
            f"须由人员告知的本地接收方：{here} 个；hutong notice outgoing 可查看",
        )


@consent.command()
@patient
@click.argument("consent_id", help=CONSENT_HELP)
@as_json
@click.pass_obj
def reach(terminal: Terminal, patient: str, consent_id: str, as_json: bool) -> None:
    """Tell who received data under a consent, and, where it was taken back, when each was told and what they did.

    Example:
        hutong --node kunshan consent reach ks-pt-0001 c-0123456789
    """
    from exchange.consenting import NoSuchConsent, consents_of
    from exchange.withdrawal.reach import not_recalled
    from exchange.withdrawal.reach import reach as reached_by

    with terminal.open() as node:
        rows = reached_by(node.office, node.records.patient(patient), consent_id)
        if not rows and consent_id not in {one.consent_id for one in consents_of(node, patient)}:
            raise NoSuchConsent
        if as_json:
            output.document(
                {
                    "consent": consent_id,
                    "reach": [_as_dict(node, one) for one in rows],
                    "not_recalled": [{"en": en, "zh": zh} for en, zh in not_recalled(rows)],
                }
            )
            return
        if not rows:
            terminal.say("nobody has received anything under it", "没有任何一方据此收到过数据")
            return
        terminal.table(HEAD, _rows(terminal, node, rows), right=(ITEMS,))
    for en, zh in not_recalled(rows):
        terminal.note(en, zh)


def _rows(terminal: Terminal, node: "Node", rows: "Sequence[Reached]") -> list[tuple[str, ...]]:
    from consent.words import PURPOSES, word
    from exchange.directory import region_name
    from exchange.withdrawal.words import DONE, KINDS

    table: list[tuple[str, ...]] = []
    for row in rows:
        one = row.disclosure
        table.append(
            (
                terminal.time(one.time),
                _recipient(node, row, terminal.lang),
                terminal.told(*KINDS[one.kind]),
                region_name(one.region, terminal.lang) or one.region,
                word(PURPOSES, one.purpose, terminal.lang),
                "?" if one.count is None else str(one.count),
                row.says(terminal.lang),
                terminal.told(*DONE[row.done]) if row.done else "",
            )
        )
    return table


def _recipient(node: "Node", row: "Reached", lang: str) -> str:
    one = row.disclosure
    name = node.name_of(f"Organization/{one.organisation}", lang) or one.organisation
    return name if one.kind == "organisation" else f"{name} ({one.recipient})"


def _as_dict(node: "Node", row: "Reached") -> dict[str, object]:
    one, notice = row.disclosure, row.notice
    return {
        "entry": one.entry,
        "time": one.time,
        "kind": one.kind,
        "recipient": one.recipient,
        "organisation": one.organisation,
        "name": {lang: node.name_of(f"Organization/{one.organisation}", lang) for lang in ("zh", "en")},
        "region": one.region,
        "purpose": one.purpose,
        "items": one.count,
        "state": row.state,
        "notice": notice.entry if notice else None,
        "made": notice.made if notice else None,
        "told": notice.told_at if notice else None,
        "lag_seconds": notice.lag_seconds if notice else None,
        "done": row.done or None,
        "done_at": notice.done_at if notice and row.done else None,
    }
