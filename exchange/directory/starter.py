"""The registry a new node starts with: invented organisations and people, to be replaced by one's own."""

from importlib.resources import files

from exchange.directory.directory import Directory
from exchange.directory.organisation import Organisation
from exchange.directory.people import Group, Person
from exchange.directory.reading import parse_directory
from exchange.directory.regions import contains, region_name
from exchange.directory.writing import as_toml

_NAME = "starter.toml"
_HEADING = """\
# Who works where. Invented, to start with: replace it by your own organisations, people and groups.
# 机构、人员和群组登记表。以下均为虚构示例，请替换为本地区的真实登记。

"""


def starter(region: str | None = None) -> bytes:
    """The starter registry as TOML: whole, or cut to what lies in `region`.

    A region of which nothing is invented gets one platform and its security officer, so that it can start.
    """
    body = files(__package__).joinpath(_NAME).read_bytes()
    if region is None:
        return body
    part = _cut(parse_directory(body, _NAME), region)
    return (_HEADING + as_toml(part if part.organisations() else _first_platform(region))).encode()


def _cut(whole: Directory, region: str) -> Directory:
    """What lies in `region`, groups without their members elsewhere, nobody under a parent elsewhere."""
    kept = {one.id: one for one in whole.organisations() if contains(region, one.region)}
    organisations = (one if one.parent in kept else _without_parent(one) for one in kept.values())
    people = tuple(one for one in whole.people() if one.organisation in kept)
    references = {one.reference for one in kept.values()} | {one.reference for one in people}
    groups = (
        Group(one.id, one.name_zh, one.name_en, tuple(m for m in one.members if m in references))
        for one in whole.groups()
    )
    return Directory(organisations, people, (one for one in groups if one.members))


def _without_parent(one: Organisation) -> Organisation:
    return Organisation(
        one.id, one.name_zh, one.name_en, one.kind, one.tier, one.region, one.standing, one.emergency
    )


def _first_platform(region: str) -> Directory:
    zh, en = region_name(region, "zh"), region_name(region, "en")
    tier = "provincial" if region.endswith("0000") else "prefecture" if region.endswith("00") else "county"
    platform = Organisation(
        f"platform-{region}", f"{zh}健康信息平台", f"{en} Health Platform", "platform", tier, region
    )
    officer = Person(f"officer-{region}", "安全管理员", "Security Officer", "security-officer", platform.id)
    return Directory((platform,), (officer,))
