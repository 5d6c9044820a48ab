"""An entry's codes in words, in Chinese and in English. A code nobody has found words for shows itself.

What an entry says is codes, so that it can be compared; what a person reads is words, with the code beside it where an
officer needs it to search by.
"""

from collections.abc import Mapping
from types import MappingProxyType

from consent.reasons import ALL_WORDS
from consent.words import CLASSES, PURPOSES, ROLES, word
from exchange.audit.voice import spoken
from exchange.federation.entitlement import TURNED_AWAY
from exchange.path.circumstances import METHODS, ZONES
from exchange.path.wording import CODE_KEPT_BACK, EVIDENCE_DOES_NOT_HOLD, OVERTAKEN, PANEL_INCOMPLETE
from exchange.withdrawal.words import DONE, KINDS, TOLD
from ledger import Entry
from policies import answer

# Between what something is called and what it is.
COLON: Mapping[str, str] = {"zh": "：", "en": ": "}
# Code -> (zh, en), as in consent/words.py.
Table = Mapping[str, tuple[str, str]]

EVENTS: Mapping[tuple[str, str], tuple[str, str]] = {
    ("access", "request"): ("向外地提出请求", "question to another region"),
    ("access", "receive"): ("收到外地档案", "record received from another region"),
    ("access", "disclose"): ("查看档案", "record seen"),
    ("access", "refuse"): ("查看被拒绝", "look refused"),
    ("access", "receipt"): ("给外地的凭证", "receipt for another region"),
    ("audit", "evidence"): ("为举证打开条目", "entries opened as evidence"),
    ("audit", "export"): ("账本已导出", "ledger exported"),
    ("audit", "reveal"): ("还原项目中的假名", "pseudonym of a project told"),
    ("code", "give"): ("健康码已发给患者", "code given to a patient"),
    ("consent", "grant"): ("患者同意", "patient agreed"),
    ("consent", "refuse"): ("患者拒绝", "patient refused"),
    ("consent", "brought"): ("本地区另一节点登记的同意", "consent another machine of the region took"),
    ("consent", "change"): ("同意书已更改", "consent changed"),
    ("consent", "revoke"): ("患者收回同意", "patient took it back"),
    ("count", "accesses"): ("统计查看情况", "accesses counted"),
    ("count", "records"): ("统计档案", "records counted"),
    ("count", "report"): ("监管月报", "monthly report for a supervisor"),
    ("erasure", "destroy-key"): ("患者密钥已销毁", "patient's key destroyed"),
    ("import", "records"): ("导入档案", "records imported"),
    ("ledger", "handover"): ("账本密钥已更换", "key of the ledger changed"),
    ("ledger", "stretch"): ("索引区段已封存", "stretch of the index sealed"),
    ("node", "backup"): ("节点已备份", "node backed up"),
    ("node", "create"): ("节点已建立", "node made"),
    ("node", "join"): ("与其他节点互联", "another node joined"),
    ("node", "question"): ("其他节点的请求到达", "question of another node came"),
    ("node", "replay"): ("重复的请求被拒收", "question sent twice, not taken"),
    ("notice", "again"): ("收回通知再次到达", "notice of a withdrawal came again"),
    ("notice", "answer"): ("我方对收回通知的处理", "what we did about a notice"),
    ("notice", "answered"): ("处理结果已告知对方", "what we did was told"),
    ("notice", "counted"): ("已清点曾交给谁", "recipients counted"),
    ("notice", "delivered"): ("通知已送达患者", "notice given to the patient"),
    ("notice", "done"): ("接收方的处理", "what a recipient did"),
    ("notice", "incoming"): ("其他节点的收回通知", "notice of another node came"),
    ("notice", "misuse"): ("须告知患者的不当查看", "misuse to be told to the patient"),
    ("notice", "refused"): ("收回通知被拒收", "notice of another node refused"),
    ("notice", "told"): ("已告知接收方", "recipient told"),
    ("notice", "unreached"): ("未能告知接收方", "recipient not reached"),
    ("notice", "withdrawal"): ("须告知的收回", "withdrawal to be told"),
    ("policy", "adopt"): ("规则开始施行", "rules came into force"),
    ("receipt", "consent"): ("同意凭证已出具", "receipt of a consent given"),
    ("recognition", "declined"): ("检查结果未采用", "result declined"),
    ("recognition", "not-recognised"): ("检查结果不予互认", "result not recognised"),
    ("recognition", "recognised"): ("检查结果已互认", "result recognised"),
    ("reminder", ""): ("已作到期提醒", "reminder given"),  # whatever came due
    ("research", "approve"): ("科研项目已批准", "project approved"),
    ("research", "extract"): ("科研数据提取", "research extract"),
    ("research", "job-changed"): ("排队的提取须重做", "queued extract changed"),
    ("research", "job-ended"): ("排队的提取结束", "queued extract ended"),
    ("research", "queue"): ("提取已排队", "extract queued"),
    ("research", "register"): ("科研项目已登记", "project registered"),
    ("review", "close"): ("已作复核结论", "review decided"),
    ("review", "return"): ("复核结论被退回", "decision given back"),
    ("review", "sign-off"): ("复核已签核", "review signed off"),
    ("review", "take"): ("列入复核清单", "taken on for review"),
    ("watchlist", "add"): ("列入重点关注名单", "put on the watch list"),
    ("watchlist", "remove"): ("移出重点关注名单", "taken off the watch list"),
    ("witness", "fork"): ("某账本出示两段历史", "a ledger showed two histories"),
}
DECISIONS: Table = {"permit": ("允许", "allowed"), "deny": ("拒绝", "refused")}
PHASES: Table = {"intent": ("之前", "before"), "outcome": ("之后", "after")}
# DICOM PS3.15 A.5, as FHIR R4 AuditEvent.outcome has them.
OUTCOMES: Table = {
    "0": ("成功", "success"),
    "4": ("未成功，可重试", "not done, may be tried again"),
    "8": ("未成功", "not done"),
    "12": ("严重故障", "major failure"),
}
SOURCES: Table = {
    "channel": ("联盟链通道", "the channel"),
    "consent": ("同意登记", "consent desk"),
    "exchange": ("档案交换", "exchange of records"),
    "federation": ("节点互联", "other nodes"),
    "node": ("节点", "the node"),
    "notice": ("患者告知", "notices to patients"),
    "officer": ("安全负责人", "security officer"),
    "operator": ("运维人员", "operator"),
    "policy": ("规则", "rules"),
    "records": ("档案库", "records"),
    "reminders": ("到期提醒", "reminders"),
    "research": ("科研", "research"),
    "spool": ("紧急暂存", "emergency spool"),
    "vault": ("密钥库", "keys of patients"),
    "withdrawal": ("收回告知", "telling of withdrawals"),
}
# Why something happened or did not, beside the reasons of consent and rules.
_OTHER_REASONS: Table = {
    "ANSWER_TOO_LARGE": ("对方的应答过大", "the answer was too large"),
    "CARD_EXPIRED": ("对方的名片已过期", "the other node's card has expired"),
    "CONSENT_CHANGED": ("同意情况有变化", "somebody's consent changed"),
    "EXTRACT_FAILED": ("提取未能完成", "the extract could not be made"),
    "PEER_NOT_TRUSTED": ("对方的应答不可信", "the other node's answer cannot be trusted"),
    "PEER_REJECTED": ("对方拒收该请求", "the other node did not take the question"),
    "PEER_UNREACHABLE": ("无法连接对方节点", "the other node cannot be reached"),
    "HANDOVER_FAILED": ("未能交付", "it could not be handed over"),
    "NOT_AN_OFFICER": ("不是安全负责人", "not a security officer"),
    "NOT_A_SUPERVISOR": ("不是监管机构的人员", "not somebody of a supervising body"),
    "REPLAYED": ("同一请求再次发来", "the same question was sent before"),
    "TOO_FEW": ("患者过少", "too few patients"),
    "cancelled": ("已取消", "cancelled"),
    "justified": ("有正当理由", "justified"),
    "not-justified": ("没有正当理由", "not justified"),
    "made": ("已生成", "made"),
    "refused": ("被拒绝", "refused"),
}
# What may be found (exchange/audit/anomalies), and what else is reviewed.
FOUND: Table = {
    "after-hours": ("夜间查看", "looks at night"),
    "after-withdrawal": ("收回后仍申请", "asking on after a withdrawal"),
    "by-hand": ("人工列入", "taken on by hand"),
    "emergency": ("紧急调阅", "emergency"),
    "family-record": ("亲属档案", "a relative's record"),
    "let-in-after-no": ("患者不同意后仍获准", "let in after the patient's no"),
    "mass-access": ("大量查看", "very many patients"),
    "own-record": ("本人档案", "their own record"),
    "refused-often": ("反复被拒", "refused again and again"),
    "tried-until-permitted": ("多次尝试后获准", "tried until permitted"),
    "unreviewed-emergency": ("紧急调阅逾期未复核", "emergency not reviewed in time"),
    "unusual-region": ("地区查看量异常", "unusual week of a region"),
    "unusual-volume": ("机构查看量异常", "unusual week of an organisation"),
    "watched-patient": ("重点关注患者", "a watched patient"),
    "without-case": ("无对应就诊", "nothing open for it"),
}
_ENGINE = (
    answer.UNDEFINED,
    answer.TIMEOUT,
    answer.ERROR,
    answer.UNREACHABLE,
    answer.TLS,
    answer.NO_ACCESS,
    answer.REJECTED,
    answer.FAILED,
    answer.NOT_READY,
    answer.OTHER_REVISION,
)
REASONS: Table = {
    **{code: (one.zh, one.en) for code, one in ALL_WORDS.items()},
    **_OTHER_REASONS,
    **FOUND,
    **{code: (zh, en) for table in (DONE, KINDS, TOLD) for code, (en, zh) in table.items()},
    **{
        one.code: (one.zh, one.en)
        for one in (CODE_KEPT_BACK, EVIDENCE_DOES_NOT_HOLD, PANEL_INCOMPLETE, OVERTAKEN)
    },
    **{code: (one.zh, one.en) for code, one in TURNED_AWAY.items()},
    **{one.code: (one.zh, one.en) for one in _ENGINE},
}
_ROLES: Table = {**ROLES, "security-officer": ("安全负责人", "security officer")}
NO_RULES: Table = MappingProxyType({})


def event(entry: Entry, lang: str) -> str:
    """What happened."""
    kind = (entry.type, entry.subtype)
    zh, en = EVENTS.get(kind) or EVENTS.get((entry.type, "")) or (" ".join(filter(None, kind)),) * 2
    return zh if lang == "zh" else en


def decision(code: str, lang: str) -> str:
    """How it was decided."""
    return _said(DECISIONS, code, lang)


def phase(code: str, lang: str) -> str:
    """Whether the entry was written before something was done, or after it."""
    return _said(PHASES, code, lang)


def reason(code: str, lang: str, rules: Table = NO_RULES) -> str:
    """Why, and the code of it in parentheses. `rules` are the reasons of the rules in force."""
    return with_code(_said(REASONS if code in REASONS else rules, code, lang), code, lang)


def with_code(words: str, code: str, lang: str) -> str:
    """Words, with their code in parentheses where they are not the code itself."""
    if words == code:
        return code
    return f"{words}({code})" if lang == "zh" else f"{words} ({code})"


def purpose(code: str, lang: str) -> str:
    """What for, as an officer hears it."""
    return spoken(word(PURPOSES, code, lang), "officer", lang)


def role(code: str, lang: str) -> str:
    """The role somebody had."""
    return _said(_ROLES, code, lang) if lang == "zh" else code.replace("-", " ")


def classes(codes: str, lang: str) -> str:
    """Kinds of record, written one after the other with blanks between."""
    named = (spoken(word(CLASSES, one, lang), "officer", lang) for one in codes.split())
    return ("、" if lang == "zh" else ", ").join(named)


def authn_method(code: str, lang: str) -> str:
    """How the patient was recognised."""
    return _said(METHODS, code, lang)


def zone(code: str, lang: str) -> str:
    """The network a request came from."""
    return _said(ZONES, code, lang)


def found(kind: str, lang: str) -> str:
    """What kind of thing was found or is reviewed."""
    return _said(FOUND, kind, lang)


def outcome(code: str, lang: str) -> str:
    """How it ended."""
    return _said(OUTCOMES, code, lang)


def source(code: str, lang: str) -> str:
    """Which part of the node wrote the entry."""
    return _said(SOURCES, code, lang)


def _said(table: Table, code: str, lang: str) -> str:
    zh, en = table.get(code, (code, code))
    return zh if lang == "zh" else en
