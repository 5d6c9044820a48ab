"""How the node is: a few lines, each a fact and whether it is as it should be."""

import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import timedelta

from exchange import notices, reviews
from exchange.directory import region_name
from exchange.erasing import unfinished
from exchange.errors import BadSetting
from exchange.evidence.papers import BadOrders, read_papers
from exchange.fabric.standing import standing_of_channel
from exchange.finding import Finding, line
from exchange.holdings import missing
from exchange.ledger_status import ledger_line
from exchange.node.ledger_key import not_in_force
from exchange.node.node import Node
from exchange.policy.standing import standing
from exchange.rotating import LIFETIME_DAYS, age_in_days
from exchange.soundness import lost_keys, strangers, without_erasure
from exchange.withdrawal.incoming import incoming
from exchange.withdrawal.outgoing import waiting
from exchange.withdrawal.words import seconds
from exchange.witnessing.status_line import standing_of_witnesses
from ledger.errors import LedgerAltered, LedgerError
from ledger.volumes import VolumeMissing
from policies.errors import PolicyError

LOW_SPACE = 1 << 30
# A recipient that has not been told of a withdrawal for so long needs a person who calls it.
MAY_WAIT = timedelta(days=1)


def health(node: Node, progress: Callable[[int, int], None] | None = None) -> list[Finding]:
    """Look at everything the node is made of; the whole ledger is verified."""
    looks: list[tuple[str, Callable[[], Iterable[Finding]]]] = [
        ("node", lambda: [_who(node)]),
        ("settings", lambda: [_settings(node)]),
        ("keys", lambda: [_keys(node)]),
        ("ledger", lambda: [ledger_line(node, progress)]),
        ("witnesses", lambda: standing_of_witnesses(node)),
        ("channel", lambda: standing_of_channel(node)),
        ("records", lambda: [_records(node)]),
        ("consents", lambda: [_consents(node)]),
        ("policy", lambda: [_policy(node)]),
        ("peers", lambda: [_peers(node)]),
        ("waiting", lambda: _waiting(node)),
        ("disk", lambda: [_disk(node)]),
    ]
    return [found for name, look in looks for found in _as_far_as_told(name, look)]


def _as_far_as_told(name: str, look: Callable[[], Iterable[Finding]]) -> list[Finding]:
    """What was found; where it needs an entry of a volume that is not there, that and what to do."""
    try:
        return list(look())
    except VolumeMissing as missing:
        en, zh = f"{missing}: {missing.hint}", f"{missing.zh}：{missing.hint_zh}"
        return [line(name, en, zh, code="volume-missing", wrong=5, file=missing.place)]


def _who(node: Node) -> Finding:
    region = node.region
    return line(
        "node",
        f"{node.id}, {node.settings['node.name']}, {region_name(region, 'en')} ({region})",
        f"{node.id}，{node.settings['node.name']}，{region_name(region, 'zh')}({region})",
        id=node.id,
        region=region,
    )


def _settings(node: Node) -> Finding:
    try:
        read_papers(node.layout.papers)
    except BadOrders as bad:
        en, zh = f"{bad}; {bad.hint}", f"{bad.zh}；{bad.hint_zh}"
        return line("settings", en, zh, code="orders-unreadable", wrong=bad.exit_code)
    changed = sum(1 for one in node.settings.values.values() if one.origin != "default")
    return line(
        "settings",
        f"{changed} set, the rest as shipped (hutong config show)",
        f"{changed} 项已设置，其余为默认(hutong config show)",
        changed=changed,
    )


def _keys(node: Node) -> Finding:
    count = node.vault.count()
    with suppress(LedgerError):  # then the line about the ledger says what is wrong
        if lost := lost_keys(node):
            return line("keys", *without_erasure(lost), code="keys-lost", wrong=4, lost=lost)
        if left := len(list(unfinished(node.office))):
            return line(
                "keys",
                f"{left} keys of patients who were erased are still there: check that vault.db can be written",
                f"{left} 位已销毁患者的密钥仍在：请检查 vault.db 是否可写",
                code="keys-not-destroyed",
                wrong=5,
                left=left,
            )
    en, zh = f"readable; {count} patients have one", f"可读；{count} 位患者有密钥"
    if (days := age_in_days(node)) > LIFETIME_DAYS:
        en += f"; the ledger's own is {days} days old: hutong ledger rotate"
        zh += f"；账本密钥已使用 {days} 天：hutong ledger rotate"
    if others := [f"keys/{path.name}" for path in not_in_force(node.layout, node.log.signer)]:
        en += f"; not in force, and the next hutong ledger rotate deletes them: {', '.join(others)}"
        zh += f"；以下密钥文件未在使用，下次 hutong ledger rotate 时将删除：{'、'.join(others)}"
    return line("keys", en, zh, patients=count)


def _records(node: Node) -> Finding:
    counts = node.records.counts()
    total = sum(counts.by_type.values())
    with suppress(LedgerAltered, VolumeMissing):  # then the line about the ledger says what is wrong
        if gone := missing(node):
            return line(
                "records",
                f"{gone} records are gone since the last import: restore a backup, or import them again",
                f"与上次导入相比缺少 {gone} 条记录：请恢复备份，或重新导入",
                code="records-missing",
                wrong=4,
                missing=gone,
            )
    return line(
        "records",
        f"{counts.patients} patients, {total} resources, {counts.held} held back (about nobody known)",
        f"{counts.patients} 位患者，{total} 条记录，{counts.held} 条因归属不明而不放行",
        patients=counts.patients,
        resources=total,
        held_back=counts.held,
    )


def _consents(node: Node) -> Finding:
    with node.log.reading() as db:
        versions = db.execute("SELECT count(*) FROM consent_version").get
        consents = db.execute("SELECT count(*) FROM consent_version WHERE version = 1").get
    en, zh = f"{consents}, in {versions} versions", f"{consents} 份，共 {versions} 个版本"
    return line("consents", en, zh, consents=consents, versions=versions)


def _policy(node: Node) -> Finding:
    try:
        found = standing(node)
    except (BadSetting, PolicyError) as error:
        return line("policy", str(error), error.zh, code="policy-unusable", wrong=error.exit_code)
    version = f"{found.digest[:19]}…"
    if found.reason is not None:
        return line(
            "policy",
            f"{version}, but {found.reason.en}: nothing is released (hutong policy status)",
            f"{version}，但{found.reason.zh}：不放行任何数据(hutong policy status)",
            code=found.reason.code,
            wrong=5,
            digest=found.digest,
        )
    where = (", on an OPA server", "，由 OPA 服务器判断") if found.url else ("", "")
    en, zh = f"loaded, {version}{where[0]}", f"已加载，{version}{where[1]}"
    return line("policy", en, zh, digest=found.digest, server=bool(found.url))


def _peers(node: Node) -> Finding:
    peers = list(node.peers)
    late = [peer.id for peer in peers if node.clock() >= peer.expires]
    if late:
        return line(
            "peers",
            f"{len(peers)} joined; the card of {', '.join(late)} has expired: ask for a new one",
            f"已互联 {len(peers)} 个；{'、'.join(late)} 的名片已过期，请索取新名片",
            code="card-expired",
            wrong=5,
            expired=late,
        )
    unknown: list[str] = []
    with suppress(LedgerAltered, VolumeMissing):  # then the line about the ledger says what is wrong
        unknown = list(strangers(node))
    if unknown:
        return line(
            "peers",
            f"the card of {', '.join(unknown)} was never joined: somebody put it there",
            f"{'、'.join(unknown)} 的名片没有互联记录，系他人放入",
            code="card-never-joined",
            wrong=4,
            strangers=unknown,
        )
    names = [peer.id for peer in peers]
    return line("peers", ", ".join(names) or "none", "、".join(names) or "无", nodes=names)


def _waiting(node: Node) -> Iterator[Finding]:
    open_reviews = [one for one in reviews.queue(node.log, open_only=False) if not one.signed]
    overdue = sum(1 for review in open_reviews if review.is_late(node.clock()))
    told = sum(1 for _ in notices.outbox(node.log))
    spooled = node.spool.waiting()
    en, zh, late, more = _withdrawals(node)
    # The worst first: an emergency that is in no ledger, a recipient nobody told, a review nobody made.
    code = next(
        (
            name
            for name, is_so in (
                ("emergencies-waiting", spooled),
                ("withdrawals-late", late),
                ("reviews-overdue", overdue),
            )
            if is_so
        ),
        "ok",
    )
    yield line(
        "waiting",
        f"{len(open_reviews)} reviews ({overdue} overdue), {told} notices, {spooled} spooled emergencies{en}",
        f"{len(open_reviews)} 项复核({overdue} 项逾期)，{told} 条通知，{spooled} 条暂存的紧急调阅{zh}",
        code=code,
        ok=code == "ok",
        wrong=5 if spooled or late else 0,
        reviews=len(open_reviews),
        overdue=overdue,
        notices=told,
        spooled=spooled,
        **more,
    )


def _withdrawals(node: Node) -> tuple[str, str, bool, dict[str, object]]:
    """Recipients still to be told of a withdrawal, notices of other nodes to answer: (en, zh, too late, figures)."""
    count, oldest = waiting(node.office)
    unanswered = len(incoming(node.office, open_only=True))
    age = node.clock() - oldest if oldest else timedelta()
    en = zh = ""
    if count:
        long_en, long_zh = seconds(age.total_seconds())
        en = f", {count} recipients not told of a withdrawal (the oldest for {long_en})"
        zh = f"，{count} 个接收方尚未告知收回(最早的已等待 {long_zh})"
    if unanswered:
        en += f", {unanswered} notices of other nodes to answer"
        zh += f"，{unanswered} 条其他节点的通知待处理"
    figures: dict[str, object] = {
        "recipients_to_tell": count,
        "oldest_seconds": int(age.total_seconds()),
        "to_answer": unanswered,
    }
    return en, zh, age > MAY_WAIT, figures


def _disk(node: Node) -> Finding:
    free = shutil.disk_usage(node.layout.root).free
    low = free <= LOW_SPACE
    return line(
        "disk",
        f"{free / (1 << 30):.1f} GiB free",
        f"剩余 {free / (1 << 30):.1f} GiB",
        code="disk-nearly-full" if low else "ok",
        wrong=5 if low else 0,
        free_bytes=free,
    )
