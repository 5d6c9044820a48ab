"""What a page about a decision has to leave open. An honest page says so itself, before the other side does."""

from collections.abc import Iterator

from exchange.decisions.page import Text
from exchange.decisions.told import Story


def gaps(story: Story) -> Iterator[Text]:
    """What this node cannot tell about the decision."""
    if not story.details.open:
        yield Text(
            "密封内容已无法打开：申请人姓名、同意的文字和询问策略的内容均不可知",
            "the sealed details cannot be opened: the requester's name, the words of the consent and the questions"
            " to the policy are gone",
        )
    if story.actor.get("vouched_by", "") not in ("", story.office.desk.node):
        yield Text(
            "申请人是否确为其人：由对方节点担保",
            "whether the requester is who their own node says they are",
        )
    if story.followed.handed_over:
        yield Text("接收方此后如何使用这些内容", "what the recipient did with it afterwards")
    elif story.permit and story.followed.outcome is None:
        yield Text("内容是否已送达", "whether anything arrived")
    for one in story.duties:
        if one.state in ("open", "overdue", "unknown"):
            yield Text(f"义务 {one.code} 将如何履行", f"what will come of the duty {one.code}")
    if story.found.entry.source == "spool":
        yield Text(
            "确切时间：账本当时不可写，条目先存于应急缓存，时间取自当时的时钟",
            "the exact time: the ledger could not be written, the entry waited in the spool, and its time is"
            " that of the machine's clock",
        )
    if not story.same_rules:
        yield Text(
            "规则当时的文字：判定所用的策略包已不在本节点，本页所列规则文字出自随程序提供的策略包",
            "the words of the rules of then: the bundle that decided is not kept here; words of rules on this page"
            " are those that came with the program",
        )
    yield Text(
        "所列法规是否适用：规则写明其出处，不构成法律意见",
        "whether the laws named apply: they are what a rule was written for, and no legal advice",
    )
