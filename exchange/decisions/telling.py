"""What a page about a decision says, heading by heading."""

from collections import Counter
from collections.abc import Callable, Iterator

from consent import reason_words
from exchange.audit.words import purpose as purpose_alone
from exchange.decisions.gaps import gaps
from exchange.decisions.page import Page, Row, Section, Text
from exchange.decisions.told import Story
from exchange.decisions.words import class_words, purpose_words, role_words, same, time_of
from exchange.instants import from_us
from exchange.panels import WITH_PANEL
from exchange.path.circumstances import METHODS, ZONES
from exchange.path.judging import KEPT_BACK

STATES = {
    "done": Text("已履行", "done"),
    "open": Text("待履行", "open"),
    "overdue": Text("已逾期", "overdue"),
    "not-done": Text("未涉及", "did not come to it"),
    "unknown": Text("不明", "not known"),
}
# What is sealed of how it was asked, in which words, and what that is called.
CIRCUMSTANCES = (
    ("authn_method", METHODS, Text("患者身份核验", "how the patient was recognised")),
    ("zone", ZONES, Text("来自网络", "network it came from")),
)
LEVEL = Text("放行内容的数据级别（GB/T 39725）", "level of what was permitted (GB/T 39725)")
# What stands among the obligations of an entry and is no rule's.
MARKS = {WITH_PANEL: Text("与同一请求的其他人员一起查看", "seen together with others it was asked for")}
GONE = Text("已无法得知：密钥已销毁", "cannot be told any more: the key was destroyed")


def page_about(story: Story) -> Page:
    """The whole page."""
    return Page(_title(story), tuple(Section(head, tuple(tell(story))) for head, tell in _SECTIONS))


def _title(story: Story) -> Text:
    """Who, what for, when, and what came of it: the entry's id stands where it stands in the ledger."""
    verdict = Text("放行", "released") if story.permit else Text("拒绝", "refused")
    entry, who, when = story.found.entry, _who(story), time_of(story.found.time)
    purpose = Text(purpose_alone(entry.purpose, "zh"), purpose_alone(entry.purpose, "en"))
    return Text(
        f"判定：{verdict.zh}。{who.zh}，为{purpose.zh}，{when}",
        f"decision: {verdict.en}. {who.en}, for {purpose.en}, {when}",
    )


def _asked(story: Story) -> Iterator[Row]:
    entry, request = story.found.entry, story.request
    if number := request.get("id"):
        yield Row(Text("请求编号", "request"), same(str(number)))
    yield Row(Text("申请人", "requester"), _who(story))
    if entry.on_behalf_of:
        yield Row(Text("代表", "on behalf of"), _behind(story))
    if node := story.actor.get("vouched_by", ""):
        yield Row(Text("身份由谁担保", "vouched for by"), Text(f"节点 {node}", f"the node {node}"))
    yield Row(Text("用途", "what for"), purpose_words(entry.purpose))
    if ground := request.get("based_on"):
        state = Text("当时有效", "valid then") if ground.get("open") else Text("当时无效", "not valid then")
        kind = " ".join((str(ground.get("kind", "")), ground.get("paper", {}).get("document", ""))).strip()
        yield Row(Text("所凭依据", "evidence"), Text(f"{kind}({state.zh})", f"{kind} ({state.en})"))
    for name, table, told in CIRCUMSTANCES:
        if code := str(request.get(name) or ""):
            yield Row(told, Text(*table.get(code, (code, code))))
    yield Row(Text("请求的内容", "what was asked for"), class_words(entry.object_class.split()))
    if entry.break_glass:
        reason = request.get("emergency_reason")
        yield Row(
            Text("紧急调阅，声明的原因", "an emergency was declared, because"),
            same(str(reason)) if reason else GONE,
        )
    if entry.claimed_us:
        yield Row(Text("申请时间", "asked at"), same(time_of(from_us(entry.claimed_us))))
    yield Row(Text("判定记账时间", "decided and recorded at"), same(time_of(story.found.time)))
    yield Row(
        Text("患者(假名)", "patient (pseudonym)"),
        same(entry.patient) if entry.patient else Text("本节点不认识该患者", "not known to this node"),
    )


AS_A_WHOLE = Text(
    "各项内容均不能放行，因此按未见任何内容作出判定：其他地区不得获知隐藏了什么；各项的原因见下",
    "no item could leave, so it was decided as if none had been seen: another region must not learn what is kept back;"
    " the reason for each item stands below",
)


def _agreed(story: Story) -> Iterator[Row]:
    consent = story.consent
    if not story.details.open:
        yield Row(Text("依据的同意", "consent it rests on"), GONE)
        return
    if reason := consent.get("reason"):
        words = reason_words(reason)
        yield Row(Text("结论", "answer"), Text(f"{words.zh}({reason})", f"{words.en} ({reason})"))
    if KEPT_BACK in story.details.told:
        yield Row(Text("如何判定", "how it was asked"), AS_A_WHOLE)
    for one in story.sentences:
        name = f"{one.consent}/{one.version}"
        yield Row(Text(f"同意 {name}", f"consent {name}"), one.says)
        yield Row(
            Text("本节点自何时知悉", "known here since"),
            Text(f"{one.known}(条目 {one.entry})", f"{one.known} (entry {one.entry})"),
        )
    if rule := consent.get("rule"):
        yield Row(Text("起决定作用的条款", "provision that decided"), same(str(rule)))
    if not story.sentences:
        seen = len(consent.get("versions", ()))
        yield Row(
            Text("依据的同意", "consent it rests on"),
            Text(f"无(当时登记的同意版本数：{seen})", f"none (versions of consents on record then: {seen})"),
        )


def _ruled(story: Story) -> Iterator[Row]:
    entry, because = story.found.entry, story.details.told.get("because", {})
    words = reason_words(entry.why)
    zh, en = because.get("zh") or words.zh, because.get("en") or words.en
    yield Row(Text("原因", "why"), Text(f"{zh}({entry.why})", f"{en} ({entry.why})"))
    if law := because.get("law"):
        yield Row(Text("法律依据", "law"), same(str(law)))
    if written := story.rules.get(entry.why):
        place = f"{written.package}, {written.rule.file}: {written.rule.title}"
        yield Row(Text("规则所在", "where the rule is written"), same(place))
    if answers := Counter(bool(one["output"]["allow"]) for one in story.questions):
        yield Row(
            Text("逐类询问策略", "the policy was asked for each kind of item"),
            Text(
                f"共 {answers.total()} 次：允许 {answers[True]} 次，拒绝 {answers[False]} 次",
                f"asked {answers.total()}, of these yes {answers[True]}, no {answers[False]}",
            ),
        )
    for code in sorted({code for one in story.questions for code in one["output"]["reasons"]}):
        yield Row(Text("其中拒绝的原因", "a reason among them"), story.words_of(code))
    for level in story.levels():
        yield Row(LEVEL, level)
    yield Row(Text("策略包", "policy bundle"), same(entry.policy))
    if adopted := story.adopted:
        when = time_of(adopted.time)
        yield Row(
            Text("自何时起施行", "in force here since"),
            Text(f"{when}(条目 {adopted.id})", f"{when} (entry {adopted.id})"),
        )


def _kept_back(story: Story) -> Iterator[Row]:
    if not story.details.open:
        yield Row(Text("未放行", "withheld"), GONE)
    for one in story.withheld():
        why, classes = story.words_of(one.code), class_words(one.classes)
        yield Row(
            Text(f"{one.count} 项", f"{one.count} items"),
            Text(f"{why.zh}：{classes.zh}", f"{why.en}: {classes.en}") if one.classes else why,
        )
    if not story.permit:
        yield Row(Text("全部", "everything"), Text("本次请求未获放行", "nothing was released"))
    elif story.details.open and not story.withheld():
        yield Row(Text("无", "nothing"), Text("所请求的内容均获放行", "all that was asked for was permitted"))


def _demanded(story: Story) -> Iterator[Row]:
    for one in story.duties:
        written = story.rules.get(one.code)
        value = f" {one.value}" if one.value else ""
        words = Text(written.rule.zh, written.rule.en) if written else MARKS.get(one.code, same(one.code))
        law = f" [{written.rule.law}]" if written and written.rule.law else ""
        state = STATES[one.state]
        yield Row(same(f"{one.code}{value}"), Text(f"{words.zh}{law}", f"{words.en}{law}"))
        yield Row(
            Text("是否履行", "was it done"),
            Text(f"{state.zh}：{one.says.zh}", f"{state.en}: {one.says.en}"),
        )
    if not story.found.entry.obligations:
        yield Row(Text("无", "none"), Text("未附带义务", "nothing was demanded"))


def _given(story: Story) -> Iterator[Row]:
    outcome = story.followed.outcome
    if not story.permit:
        yield Row(Text("交付", "handed over"), Text("未交付", "nothing"))
    elif outcome is None:
        yield Row(Text("交付", "handed over"), Text("账本中没有结果条目", "the ledger has no entry about it"))
    elif not story.followed.handed_over:
        yield Row(
            Text("交付", "handed over"),
            Text(f"未成功(条目 {outcome.id})", f"it failed (entry {outcome.id})"),
        )
    else:
        when, count = time_of(outcome.time), outcome.entry.count
        yield Row(
            Text("交付", "handed over"),
            Text(
                f"{when}，共 {count} 项(条目 {outcome.id})",
                f"{count} items at {when} (entry {outcome.id})",
            ),
        )


def _recorded(story: Story) -> Iterator[Row]:
    proof = story.proof
    yield Row(
        Text("条目", "entry"),
        Text(f"第 {proof.index} 条(从 0 起)，{proof.id}", f"index {proof.index} (from 0), {proof.id}"),
    )
    yield Row(
        Text("已签名的检查点", "signed checkpoint"),
        Text(
            f"账本 {proof.origin} 的 {proof.size} 条，已核对该条目包含在内",
            f"{proof.size} entries of the log {proof.origin}; that this entry is among them was checked",
        ),
    )
    yield Row(Text("本页生成于", "this page was made at"), same(time_of(story.office.clock())))
    yield Row(Text("验证公钥", "verifier key"), same(proof.verifier_key))
    match = story.details.true
    yield Row(
        Text("密封内容", "sealed details"),
        Text("与账本中的承诺值一致", "are what the ledger committed to")
        if match
        else Text("无法打开，或与承诺值不符", "cannot be opened, or are NOT what the ledger committed to"),
    )


def _repeated(story: Story) -> Iterator[Row]:
    name, again = Text("以当时的输入重做", "made again from what was kept"), story.again
    if not again.possible:
        zh = "；".join(zh for _, zh in again.parts) or "密钥已销毁，或本节点不认识该患者"
        en = "; ".join(en for en, _ in again.parts) or "the key was destroyed, or the patient is not known"
        yield Row(name, Text(f"无法重做：{zh}", f"not possible: {en}"))
    elif again.same:
        yield Row(name, Text("结果逐字节一致", "the same, byte for byte"))
    else:
        yield from (Row(name, Text(zh, en)) for en, zh in again.parts)


def _who(story: Story) -> Text:
    entry, role = story.found.entry, role_words(story.found.entry.role)
    name = _named(story, "id", "name")
    zh, en = (
        story.office.directory.name_of(f"Organization/{entry.organisation}", lang) or entry.organisation
        for lang in ("zh", "en")
    )
    return Text(
        "，".join(filter(None, (name.zh, role.zh, zh))), ", ".join(filter(None, (name.en, role.en, en)))
    )


def _behind(story: Story) -> Text:
    name = _named(story, "on_behalf_of", "on_behalf_of_name")
    return name if name.zh else same(story.found.entry.on_behalf_of)


def _named(story: Story, id_: str, told: str) -> Text:
    """The name of somebody of our registry in each language; of others the one their own node gave."""
    sealed = str(story.actor.get(told, ""))
    references = [f"{kind}/{story.actor.get(id_, '')}" for kind in ("Practitioner", "Device")]
    zh, en = (
        next(filter(None, (story.office.directory.name_of(one, lang) for one in references)), sealed)
        for lang in ("zh", "en")
    )
    return Text(zh, en)


def _unknown(story: Story) -> Iterator[Row]:
    for number, text in enumerate(gaps(story), start=1):
        yield Row(same(str(number)), text)


_SECTIONS: tuple[tuple[Text, Callable[[Story], Iterator[Row]]], ...] = (
    (Text("谁为什么查看", "Who asked, and for what"), _asked),
    (Text("患者的同意", "What the patient agreed to"), _agreed),
    (Text("规则与法律", "Rule and law"), _ruled),
    (Text("未放行的内容", "What was withheld"), _kept_back),
    (Text("附带义务", "Duties that came with it"), _demanded),
    (Text("交付", "What was handed over"), _given),
    (Text("在账本中的位置", "Where it stands in the ledger"), _recorded),
    (Text("重做判定", "Decided again"), _repeated),
    (Text("本页不能说明的", "What is not known"), _unknown),
)
