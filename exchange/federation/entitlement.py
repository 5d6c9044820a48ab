"""May this node speak for this organisation and this person? Asked before consent and policy are.

A node vouches for its own people (docs/adr/0006), and only for them: an organisation must be on the card we
joined, and neither it nor the person may be one of ours.
"""

from exchange.directory import DEVICES, RESPONSIBLE, Directory, NotInDirectory, Organisation, contains
from exchange.federation.card import Card
from exchange.federation.messages import Asker
from exchange.path.verdict import Because

TURNED_AWAY: dict[str, Because] = {
    one.code: one
    for one in (
        Because(
            code="ORGANISATION_NOT_OF_PEER",
            en="the asking node does not speak for this organisation",
            zh="请求节点不能代表该机构",
        ),
        Because(
            code="ORGANISATION_SUSPENDED",
            en="the asking organisation is suspended",
            zh="请求机构已被暂停",
        ),
        Because(
            code="PERSON_NOT_OF_PEER",
            en="the asking node does not speak for this person",
            zh="请求节点不能代表该人员",
        ),
        Because(
            code="NOT_RESPONSIBLE",
            en="the person it is asked for cannot answer for a request, or the device is not described",
            zh="被代表的人员不能对调阅负责，或设备未注明模型和版本",
            law="《个人信息保护法》第二十四条 · PIPL art. 24",
        ),
        Because(
            code="HOLDER_CANNOT_ANSWER",
            en="the node that holds the record could not answer; its operator can see why",
            zh="持有档案的节点无法应答，原因可由其运维人员查看",
        ),
        Because(
            code="ANSWER_TOO_LARGE",
            en="the record is too large for one answer; ask for fewer classes at once",
            zh="档案过大，无法一次应答；请减少一次请求的数据类别",
        ),
    )
}


class NotEntitled(Exception):
    """The peer may not ask this. `code` is a key of TURNED_AWAY; `person` is whom it is about, where several ask."""

    def __init__(self, code: str, person: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.person = person


def organisation_of(asker: Asker, peer: Card, directory: Directory, own_region: str) -> Organisation:
    """The organisation the peer speaks for, as its card has it. Raises NotEntitled."""
    listed = peer.organisation(asker.organisation)
    if listed is None or is_ours(listed, peer, own_region):
        raise NotEntitled("ORGANISATION_NOT_OF_PEER")
    try:
        known = directory.organisation(listed.id)
    except NotInDirectory:
        known = listed
    if "suspended" in (listed.standing, known.standing):
        raise NotEntitled("ORGANISATION_SUSPENDED")
    _require_theirs(asker, directory)
    _require_responsible(asker)
    return listed


def is_ours(organisation: Organisation, peer: Card, own_region: str) -> bool:
    """Whether it lies in our region, and not in a part of it that the peer was joined for."""
    return contains(own_region, organisation.region) and not contains(own_region, peer.region)


def _require_theirs(asker: Asker, directory: Directory) -> None:
    """A person we know at another organisation is not theirs: a consent may name that person.

    Nor is there anybody whose id begins with a dot: it could pass for a part of the node's id (path/calling).
    """
    for name in filter(None, (asker.id, asker.on_behalf_of)):
        if name.startswith("."):
            raise NotEntitled("PERSON_NOT_OF_PEER")
        try:
            known = directory.person(name)
        except NotInDirectory:
            continue
        if known.organisation != asker.organisation:
            raise NotEntitled("PERSON_NOT_OF_PEER")


def _require_responsible(asker: Asker) -> None:
    """Whoever is acted for answers for it, and a device says what it is. Without a person the policy refuses."""
    acted_for = asker.on_behalf_of == "" or asker.on_behalf_of_role in RESPONSIBLE
    described = asker.role not in DEVICES or (asker.model.strip() and asker.model_version.strip())
    if not (acted_for and described):
        raise NotEntitled("NOT_RESPONSIBLE")
