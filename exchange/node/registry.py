"""The registry a node starts with, and which of its organisations runs the node."""

from exchange.directory import Directory, Organisation, parse_directory, read_directory, starter
from exchange.errors import BadSetting
from exchange.node.create import Founding


def first_registry(founding: Founding) -> tuple[Directory, bytes]:
    """The registry the operator brought, or the starter of the region; read before anything is made."""
    if founding.registry is None:
        body = starter(founding.region)
        return parse_directory(body, "registry.toml"), body
    return read_directory(founding.registry), founding.registry.read_bytes()


def runner(directory: Directory, wanted: str, region: str) -> Organisation:
    """The organisation that runs the node: the one named, else the region's first platform.

    Raises NotInDirectory, and BadSetting where there is no platform.
    """
    if wanted:
        return directory.organisation(wanted)
    platforms = [one for one in directory.organisations() if one.kind == "platform"]
    if not platforms:
        raise BadSetting(
            "registry.toml",
            "lists no platform: say who runs the node with --organisation",
            "没有平台机构：请用 --organisation 指明运营机构",
        )
    return next((one for one in platforms if one.region == region), platforms[0])
