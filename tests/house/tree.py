"""The files of the project, for tests that look at all of them."""

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = ("ledger", "consent", "deid", "policies", "exchange", "cli")


def modules(*folders: str) -> list[Path]:
    """The Python modules in `folders` (without: of all rooms), in the order of their names."""
    return sorted(path for folder in folders or ROOMS for path in (ROOT / folder).rglob("*.py"))


def named(path: Path) -> str:
    """`exchange/records/store.py`: the path as a person would say it."""
    return path.relative_to(ROOT).as_posix()


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_bytes(), filename=named(path))


def imported(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and full name of everything that `tree` imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.lineno, node.module


def kept_files() -> list[Path]:
    """Every file that is in the repository or would go into it with the next commit."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    paths = (ROOT / name for name in listed.stdout.decode().split("\0") if name)
    return sorted(path for path in paths if path.is_file())
