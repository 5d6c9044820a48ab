"""The end of both pages: how the ledger stood, what the figures were counted from, and how to do it oneself."""

from collections.abc import Iterator
from datetime import timedelta

from exchange.audit.report.period import Period
from exchange.audit.report.sealed_state import SealedState
from exchange.audit.report.sheet import Block, Section, Table, ToCopy, Words
from exchange.audit.report.voice import Voice

# What makes an entry of `audit search --json` an access; jq is the JSON processor.
ACCESSES = (
    'map(.entry.entry | select(.type == "access" and (.subtype == "disclose" or .subtype == "refuse")'
    ' and .phase != "outcome"))'
)
_SOURCE = ("What the figures are counted from", "数字的来源")


def ledger_section(voice: Voice, period: Period, state: SealedState) -> Section:
    """The state of the ledger when the month ended."""
    told = voice.told
    title = told("The ledger at the month's end", "月末账本状态")
    if not period.is_over:
        title = told("The ledger now", "账本目前状态")
    return Section(title, tuple(_state(voice, state)))


def _state(voice: Voice, state: SealedState) -> Iterator[Block]:
    told = voice.told
    newest = ((told("newest entry", "最新条目"), voice.time(state.newest)),) if state.newest else ()
    yield Table(
        ("", ""),
        (
            (told("entries", "条目数"), voice.number(state.size)),
            *newest,
            (told("root over all of them", "全部条目的树根"), state.root),
            (told("key it is checked with", "核验用公钥"), state.vkey),
            (told("witnesses", "见证"), _witnessed(voice, state)),
        ),
    )
    if state.witnesses:
        yield Table(
            (
                told("witness", "见证方"),
                told("signed for", "已签名的条目数"),
                told("last", "最近一次"),
                told("all of the month", "是否含本月全部"),
            ),
            tuple(
                (
                    one.node,
                    voice.known(one.size),
                    voice.time(one.at),
                    told("yes", "是") if state.covers(one) else told("no", "否"),
                )
                for one in state.witnesses
            ),
            right=(1,),
        )
    yield Words(
        told(
            "Keep this page elsewhere. The lines below are the signed checkpoint; saved as checkpoint.txt, they show"
            " years later whether anything before was changed. Exit code 4 says that it was.",
            "请将本页另处保存。以下为签名的检查点；存为 checkpoint.txt，多年后仍可据此核验此前的内容是否被改动。"
            "退出码 4 表示有改动。",
        )
    )
    if state.signed > state.size:
        yield Words(
            told(
                f"It is {voice.number(state.signed)} entries long: there the ledger's key handed over to a new one,"
                " which cannot sign what was before.",
                f"其长度为 {voice.number(state.signed)} 条：账本密钥在此交接，新密钥不能为此前的状态签名。",
            )
        )
    yield ToCopy(state.note)
    yield ToCopy("hutong ledger verify --known checkpoint.txt")
    if state.witnessed_note:
        yield Words(
            told(
                "The longest state that enough witnesses signed, with their signatures:",
                "已获足够见证的最长状态及其签名：",
            )
        )
        yield ToCopy(state.witnessed_note)
        yield ToCopy("hutong ledger verify --witnessed")


def _witnessed(voice: Voice, state: SealedState) -> str:
    told = voice.told
    if state.trouble:
        return told(f"cannot be told: {state.trouble[0]}", f"无法说明：{state.trouble[1]}")
    if not state.witnesses:
        return told(
            "none: no other region witnesses this ledger, so a page kept elsewhere is the only proof outside it",
            "没有：尚无其他地区为本账本见证，节点之外仅有另处保存的本页可作凭据",
        )
    if state.is_witnessed:
        return told(
            f"the {state.needed} that must have signed for all of the month",
            f"所需的 {state.needed} 方已为本月全部内容签名",
        )
    size = voice.number(state.witnessed or 0)
    return told(
        f"not yet for all of the month: the {state.needed} that must have signed for {size} entries",
        f"尚未含本月全部：所需的 {state.needed} 方已为 {size} 条签名",
    )


def entries_section(voice: Voice, period: Period) -> Section:
    """Which entries the officer's figures are counted from, and how to count them by hand."""
    return Section(voice.told(*_SOURCE), tuple(_entries(voice, period)))


def counts_section(voice: Voice, period: Period) -> Section:
    """What the supervisor's figures are counted from, and the command that tells the same."""
    told = voice.told
    return Section(
        told(*_SOURCE),
        (
            Words(
                told(
                    "Accesses decided in this month, by the ledger's time in China, each once. The same, one table at a"
                    " time:",
                    "本月作出决定的查看，按账本时间（中国时间），每次计一次。逐表统计同样的数字：",
                )
            ),
            ToCopy(
                f"hutong audit count --as {told('PERSON', '人员')} --by purpose"
                f" --from {period.month} --to {period.month}"
            ),
        ),
    )


def _entries(voice: Voice, period: Period) -> Iterator[Block]:
    if period.stop == period.first:
        yield Words(voice.told("There is no entry of this month.", "本月没有任何条目。"))
        return
    first, last = voice.number(period.first), voice.number(period.stop - 1)
    number = voice.number(period.stop - period.first)
    yield Words(
        voice.told(
            f"Entries {first} to {last} of the ledger, counted from 0: {number} of them, by the ledger's time in China."
            " Each was compared with the tree as it was read. An access is counted once, when it is decided; what came"
            " of it is another entry. By hand (with jq):",
            f"账本第 {first} 至 {last} 条（从 0 起），共 {number} 条，按账本时间（中国时间）。逐条读取并与树核对。"
            "每次查看在作出决定时计一次，结果另为一条。自行统计（需 jq）：",
        )
    )
    last_day = (period.end - timedelta(days=1)).date()
    yield ToCopy(
        f"hutong audit search --from {period.since.date()} --to {last_day} --limit 0 --json > month.json\n"
        f"jq '{ACCESSES} | group_by(.decision) | map({{(.[0].decision): length}}) | add' month.json"
    )
    yield Words(
        voice.told(
            "One by one, with names: hutong audit search --names. What to look at: hutong audit anomalies.",
            "逐条查看并显示姓名：hutong audit search --names。值得查看的情形：hutong audit anomalies。",
        )
    )
