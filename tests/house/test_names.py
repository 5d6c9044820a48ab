"""Our folders are our import names, so nothing that is installed beside us may bring the same."""

from importlib import metadata
from pathlib import PurePosixPath

from tests.house.tree import ROOMS, kept_files, named

FORBIDDEN = {"utils", "util", "common", "helpers", "helper", "models", "services", "managers", "misc"}


def test_no_dependency_installs_over_our_names() -> None:
    ours = {*ROOMS, *(f"{room}.py" for room in ROOMS)}
    taken = [
        f"{distribution.metadata['Name']} installs {file}"
        for distribution in metadata.distributions()
        if distribution.metadata["Name"] != "hutong"
        for file in distribution.files or ()
        if PurePosixPath(str(file)).parts[0] in ours
    ]
    assert taken == []


def test_no_folder_or_module_has_a_name_that_says_nothing() -> None:
    said = [
        named(path)
        for path in kept_files()
        if FORBIDDEN & {*PurePosixPath(named(path)).parts[:-1], path.name.removesuffix(".py")}
    ]
    assert said == []
