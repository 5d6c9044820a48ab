"""How the node is: ten lines, each a fact and whether it is as it should be."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from exchange import notices, reviews
from exchange.audit.agreement import disagreements
from exchange.directory import region_name
from exchange.erasing import unfinished
from exchange.errors import BadSetting
from exchange.evidence.papers import BadOrders, read_papers
from exchange.holdings import missing
from exchange.instants import CHINA
from exchange.node.node import Node
from exchange.policy.standing import standing
from exchange.soundness import lost_keys, strangers, without_erasure
from exchange.withdrawal.incoming import incoming
from exchange.withdrawal.outgoing import waiting
from exchange.withdrawal.words import seconds
from ledger.errors import LedgerAltered, LedgerError
from ledger.verify import verify
from policies.errors import PolicyError

LOW_SPACE = 1 << 30
# The ledger's time never goes back, so a clock set forward once leaves its mark.
MAY_BE_AHEAD = timedelta(minutes=5)
# A recipient that has not been told of a withdrawal for so long needs a person who calls it.
MAY_WAIT = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line of the status. `ok` is False where somebody has to act; `exit_code` says how bad that is."""

    name_en: str
    name_zh: str
    ok: bool
    en: str
    zh: str
    exit_code: int = 0


# The lines of the status, in their order, as a person reads their names.
NAMES = {
    "node": "节点",
    "settings": "设置",
    "keys": "密钥",
    "ledger": "账本",
    "records": "档案",
    "consents": "同意",
    "policy": "策略",
    "peers": "互联节点",
    "waiting": "待办",
    "disk": "磁盘",
}


def _line(name: str, en: str, zh: str, *, wrong: int = 0, ok: bool | None = None) -> Finding:
    """A line of the status; `wrong` is its exit code. `ok` where somebody has to act although nothing is wrong."""
    fine = not wrong if ok is None else ok
    return Finding(name_en=name, name_zh=NAMES[name], ok=fine, en=en, zh=zh, exit_code=wrong)


def health(node: Node, progress: Callable[[int, int], None] | None = None) -> list[Finding]:
    """Look at everything the node is made of; the whole ledger is verified."""
    return [
        _who(node),
        _settings(node),
        _keys(node),
        _ledger(node, progress),
        _records(node),
        _consents(node),
        _policy(node),
        _peers(node),
        *_waiting(node),
        _disk(node),
    ]


def _who(node: Node) -> Finding:
    region = node.region
    return _line(
        "node",
        f"{node.id}, {node.settings['node.name']}, {region_name(region, 'en')} ({region})",
        f"{node.id},{node.settings['node.name']},{region_name(region, 'zh')}({region})",
    )


def _settings(node: Node) -> Finding:
    try:
        read_papers(node.layout.papers)
    except BadOrders as bad:
        return _line("settings", f"{bad}; {bad.hint}", f"{bad.zh};{bad.hint_zh}", wrong=bad.exit_code)
    changed = sum(1 for one in node.settings.values.values() if one.origin != "default")
    return _line(
        "settings",
        f"{changed} set, the rest as shipped (hutong config show)",
        f"{changed} 项已设置,其余为默认(hutong config show)",
    )


def _keys(node: Node) -> Finding:
    count = node.vault.count()
    with suppress(LedgerError):  # then the line about the ledger says what is wrong
        if lost := lost_keys(node):
            return _line("keys", *without_erasure(lost), wrong=4)
        if left := len(list(unfinished(node.office))):
            return _line(
                "keys",
                f"{left} keys of patients who were erased are still there: check that vault.db can be written",
                f"{left} 位已销毁患者的密钥仍在:请检查 vault.db 是否可写",
                wrong=5,
            )
    return _line("keys", f"readable; {count} patients have one", f"可读;{count} 位患者有密钥")


def _ledger(node: Node, progress: Callable[[int, int], None] | None) -> Finding:
    result = verify(node.log, node.vkey, progress=progress)
    if not result.ok:
        return _line("ledger", result.en, result.zh, wrong=4)
    if wrong := disagreements(node.log, node.house_key):
        return _line(
            "ledger",
            f"the entries verify, but {len(wrong)} rows beside them do not fit; the first: {wrong[0].en}",
            f"条目验证无误,但旁边的数据表有 {len(wrong)} 处与之不符;第一处:{wrong[0].zh}",
            wrong=4,
        )
    if node.log.size and node.log.read(node.log.size - 1).time > node.clock() + MAY_BE_AHEAD:
        return _line(
            "ledger",
            f"{result.size} entries verify, but the newest lies in the future: a clock was or is wrong",
            f"{result.size} 条验证无误,但最新一条的时间在未来:时钟曾经或正在出错",
            wrong=5,
        )
    if not os.access(node.layout.ledger, os.W_OK):
        return _line(
            "ledger",
            f"{result.size} entries verify, but it cannot be written: nothing is released",
            f"{result.size} 条验证无误,但无法写入:不放行任何数据",
            wrong=5,
        )
    return _line(
        "ledger",
        f"{result.size} entries, all verify{_last(node, '; the last of ')}",
        f"{result.size} 条,全部验证无误{_last(node, ';最近一条 ')}",
    )


def _last(node: Node, words: str) -> str:
    size = node.log.size
    return f"{words}{node.log.read(size - 1).time.astimezone(CHINA):%Y-%m-%d %H:%M}" if size else ""


def _records(node: Node) -> Finding:
    counts = node.records.counts()
    total = sum(counts.by_type.values())
    with suppress(LedgerAltered):  # then the line about the ledger says what is wrong
        if gone := missing(node):
            return _line(
                "records",
                f"{gone} records are gone since the last import: restore a backup, or import them again",
                f"与上次导入相比缺少 {gone} 条记录:请恢复备份,或重新导入",
                wrong=4,
            )
    return _line(
        "records",
        f"{counts.patients} patients, {total} resources, {counts.held} held back (about nobody known)",
        f"{counts.patients} 位患者,{total} 条记录,{counts.held} 条因归属不明而不放行",
    )


def _consents(node: Node) -> Finding:
    with node.log.reading() as db:
        versions = db.execute("SELECT count(*) FROM consent_version").get
        consents = db.execute("SELECT count(*) FROM consent_version WHERE version = 1").get
    return _line("consents", f"{consents}, in {versions} versions", f"{consents} 份,共 {versions} 个版本")


def _policy(node: Node) -> Finding:
    try:
        found = standing(node)
    except (BadSetting, PolicyError) as error:
        return _line("policy", str(error), error.zh, wrong=error.exit_code)
    version = f"{found.digest[:19]}…"
    if found.reason is not None:
        return _line(
            "policy",
            f"{version}, but {found.reason.en}: nothing is released (hutong policy status)",
            f"{version},但{found.reason.zh}:不放行任何数据(hutong policy status)",
            wrong=5,
        )
    where = (", on an OPA server", ",由 OPA 服务器判断") if found.url else ("", "")
    return _line("policy", f"loaded, {version}{where[0]}", f"已加载,{version}{where[1]}")


def _peers(node: Node) -> Finding:
    peers = list(node.peers)
    late = [peer.id for peer in peers if node.clock() >= peer.expires]
    if late:
        return _line(
            "peers",
            f"{len(peers)} joined; the card of {', '.join(late)} has expired: ask for a new one",
            f"已互联 {len(peers)} 个;{'、'.join(late)} 的名片已过期,请索取新名片",
            wrong=5,
        )
    unknown: list[str] = []
    with suppress(LedgerAltered):  # then the line about the ledger says what is wrong
        unknown = list(strangers(node))
    if unknown:
        return _line(
            "peers",
            f"the card of {', '.join(unknown)} was never joined: somebody put it there",
            f"{'、'.join(unknown)} 的名片没有互联记录,系他人放入",
            wrong=4,
        )
    names = ", ".join(peer.id for peer in peers) or "none"
    return _line("peers", names, "、".join(p.id for p in peers) or "无")


def _waiting(node: Node) -> Iterator[Finding]:
    open_reviews = list(reviews.queue(node.log))
    overdue = sum(1 for review in open_reviews if review.is_overdue(node.clock()))
    told = sum(1 for _ in notices.outbox(node.log))
    spooled = node.spool.waiting()
    en, zh, late = _withdrawals(node)
    yield _line(
        "waiting",
        f"{len(open_reviews)} reviews ({overdue} overdue), {told} notices, {spooled} spooled emergencies{en}",
        f"{len(open_reviews)} 项复核({overdue} 项逾期),{told} 条通知,{spooled} 条暂存的紧急调阅{zh}",
        ok=not overdue and not spooled and not late,
        wrong=5 if spooled or late else 0,
    )


def _withdrawals(node: Node) -> tuple[str, str, bool]:
    """Recipients still to be told of a withdrawal, notices of other nodes to answer: (en, zh, too late)."""
    count, oldest = waiting(node.office)
    unanswered = len(incoming(node.office, open_only=True))
    age = node.clock() - oldest if oldest else timedelta()
    en = zh = ""
    if count:
        long_en, long_zh = seconds(age.total_seconds())
        en = f", {count} recipients not told of a withdrawal (the oldest for {long_en})"
        zh = f",{count} 个接收方尚未告知收回(最早的已等待 {long_zh})"
    if unanswered:
        en += f", {unanswered} notices of other nodes to answer"
        zh += f",{unanswered} 条其他节点的通知待处理"
    return en, zh, age > MAY_WAIT


def _disk(node: Node) -> Finding:
    free = shutil.disk_usage(node.layout.root).free
    return _line(
        "disk",
        f"{free / (1 << 30):.1f} GiB free",
        f"剩余 {free / (1 << 30):.1f} GiB",
        wrong=0 if free > LOW_SPACE else 5,
    )
