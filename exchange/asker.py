"""Who asks: a patient, or somebody of this node's registry; and for a device or an assistant, on whose behalf."""

from exchange.directory import DEVICES, RESPONSIBLE, Directory, Person
from exchange.errors import ExchangeError
from exchange.node.node import Node
from exchange.path.request import Actor

_PATIENT = "Patient/"


class CannotActFor(ExchangeError):
    """The person named with --on-behalf-of cannot answer for this request."""

    exit_code = 3

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(
            f"the person named with --on-behalf-of {en}",
            f"--on-behalf-of 所指的人员{zh}",
            hint="name a clinician of the same organisation, by the id in registry.toml",
            hint_zh="请指明同一机构的医务人员，用 registry.toml 中的编号",
        )


class DeviceNotDescribed(ExchangeError):
    """The registry does not say which model in which version a device is."""

    exit_code = 6

    def __init__(self) -> None:
        super().__init__(
            "the registry does not say which model in which version this device is",
            "登记表没有注明该设备的模型和版本",
            hint='add model = "..." and version = "..." to its line in registry.toml',
            hint_zh='请在 registry.toml 的该条目中加入 model = "…" 和 version = "…"',
        )


def actor_of(node: Node, name: str, on_behalf_of: str = "") -> Actor:
    """The actor meant by an id of the registry, or "Patient/<id>".

    Raises NotInDirectory, CannotActFor, DeviceNotDescribed.
    """
    if name.startswith(_PATIENT):
        return Actor(id=name, role="patient", organisation=node.own, groups=(), vouched_by=node.id)
    person = _person(node.directory, name)
    if person.role in DEVICES and not (person.model and person.version):
        raise DeviceNotDescribed
    behind = _behind(node.directory, person, on_behalf_of) if on_behalf_of else None
    organisation = node.directory.organisation(person.organisation)
    return Actor(
        id=person.id,
        role=person.role,
        organisation=organisation,
        groups=node.directory.groups_of(person.reference, organisation.reference),
        vouched_by=node.id,
        name=person.name_zh,
        on_behalf_of=behind.id if behind else "",
        on_behalf_of_name=behind.name_zh if behind else "",
        on_behalf_of_role=behind.role if behind else "",
        model=person.model,
        model_version=person.version,
    )


def _person(directory: Directory, name: str) -> Person:
    return directory.person(name.removeprefix("Practitioner/"))


def _behind(directory: Directory, asker: Person, name: str) -> Person:
    """A clinician of the asker's own organisation; what a platform runs serves the clinicians of its region.

    Behind a kiosk stands the patient, whom the code they show proves to be there.
    """
    if asker.role == "kiosk" and name.startswith(_PATIENT):
        return Person(name, "", "", "patient", asker.organisation)
    behind = _person(directory, name)
    if behind.role not in RESPONSIBLE:
        raise CannotActFor("has a role that cannot answer for a request", "的角色不能对调阅负责")
    serves_all = directory.organisation(asker.organisation).kind == "platform"
    if behind.organisation != asker.organisation and not serves_all:
        raise CannotActFor("works for another organisation", "属于其他机构")
    return behind
