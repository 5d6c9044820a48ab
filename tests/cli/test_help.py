"""Whoever asks for help gets it in their own language, with an example that works when pasted."""

import re
import shlex

import click
import pytest

from cli import catalogue
from cli.app import root
from cli.help import MOST_COLUMNS, examples, in_short
from cli.terminal import Terminal
from cli.tree import FIRST_STEPS, NOUNS
from cli.width import width
from tests.cli.typing_in import ROOT, commands, spelled, typed

EVERY = list(commands())
VERBS = [one for one in EVERY if not isinstance(one[1], click.Group)]
PARAMETERS = [(path, p) for path, command, _ in EVERY for p in command.params]
CHINESE = re.compile("[\u4e00-\u9fff]")
# Commands whose answer is a document of another kind: FHIR, a card, a note, a story.
NO_JSON = {
    ("consent", "decide"),  # its answer is JSON anyway
    ("consent", "receipt"),  # and so is this one's
    ("demo",),
    ("deid", "preview"),  # deid text --spans --json
    ("deid", "record"),
    ("ledger", "checkpoint"),
    ("ledger", "evidence"),
    ("ledger", "prove"),
    ("ledger", "statement"),  # and this one's
    ("witness", "policy"),
    ("node", "card"),
    ("serve",),
}
_TOLD = re.compile(r"hutong (?:--node \S+ )?([a-z]+) ([a-z][a-z-]+)")
ids = [spelled(path) for path, _, _ in EVERY]
verb_ids = [spelled(path) for path, _, _ in VERBS]
parameter_ids = [f"{spelled(path)} {p.name}" for path, p in PARAMETERS]


@pytest.mark.parametrize(("path", "command", "context"), EVERY, ids=ids)
def test_a_command_says_what_it_does_in_both_languages(
    path: tuple[str, ...], command: click.Command, context: click.Context
) -> None:
    assert command.help
    assert CHINESE.search(catalogue.about(path) or ""), f"zh.toml has no about of {spelled(path)}"
    for lang in ("en", "zh"):
        short = in_short(command, path, lang)
        assert short
        assert not short.endswith((".", "。"))


@pytest.mark.parametrize(("path", "command", "context"), EVERY, ids=ids)
def test_nothing_is_said_twice_in_one_help(
    path: tuple[str, ...], command: click.Command, context: click.Context
) -> None:
    """Two sentences that begin alike: one is what the other said before somebody rewrote it."""
    said = (command.help or "").partition("Example:")[0]
    begin = [one[:24] for text in re.split(r"[.:;]", said) if len(one := " ".join(text.split())) > 24]
    assert len(set(begin)) == len(begin)


@pytest.mark.parametrize(("path", "parameter"), PARAMETERS, ids=parameter_ids)
def test_every_option_and_argument_is_explained_in_both_languages(
    path: tuple[str, ...], parameter: click.Parameter
) -> None:
    assert (parameter.help or "").endswith(".")
    chinese = catalogue.parameter(path, str(parameter.name)) or ""
    assert CHINESE.search(chinese), f"zh.toml has no {parameter.name} of {spelled(path)}"
    assert chinese.endswith("。")


def test_the_catalogue_explains_nothing_that_is_not_there() -> None:
    there = {(*path, str(p.name)) for path, p in PARAMETERS} | {
        (*path, catalogue.ABOUT) for path, _, _ in EVERY
    }
    there |= {(str(p.name),) for p in root.params} | {(catalogue.ABOUT,)}
    there |= {("everywhere", str(p.name)) for _, p in PARAMETERS} | {("everywhere", "help")}
    assert catalogue.paths() - there == set()


@pytest.mark.parametrize(("path", "command", "context"), VERBS, ids=verb_ids)
def test_the_example_can_be_pasted(
    path: tuple[str, ...], command: click.Command, context: click.Context
) -> None:
    lines = "\n".join(examples(command)).replace("\\\n", " ").splitlines()
    assert lines, "no example"
    for line in lines:
        program, *words = _without_redirection(shlex.split(line))
        assert program == "hutong"
        assert _parsed(words) == path


def test_the_first_steps_can_be_pasted() -> None:
    for line, _, _ in FIRST_STEPS:
        _, *words = shlex.split(line)
        assert words[-1] == "--help" or _parsed(words)


@pytest.mark.parametrize(("path", "command", "context"), VERBS, ids=verb_ids)
def test_every_answer_can_be_had_as_json(
    path: tuple[str, ...], command: click.Command, context: click.Context
) -> None:
    has_json = any("--json" in p.opts for p in command.params)
    assert has_json != (path in NO_JSON)


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize(("path", "command", "context"), EVERY, ids=ids)
def test_a_page_fits_the_terminal_and_keeps_its_language(
    path: tuple[str, ...], command: click.Command, context: click.Context, lang: str
) -> None:
    page = typed("--lang", lang, *path, "--help")
    assert page.exit_code == 0
    assert page.stderr == ""
    assert ("用法：" in page.stdout) == (lang == "zh")
    assert ("Usage:" in page.stdout) == (lang == "en")
    text = page.stdout.partition("示例：" if lang == "zh" else "Example:")[0]
    assert bool(CHINESE.search(text)) == (lang == "zh")
    assert (
        max(width(line) for line in page.stdout.splitlines()) <= MOST_COLUMNS + 10
    )  # an example is not wrapped


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_front_page_names_every_noun_once_under_who_uses_it(lang: str) -> None:
    page = typed("--lang", lang, "--help").stdout
    for noun in NOUNS:
        assert len(re.findall(rf"^  {noun}  ", page, re.MULTILINE)) == 1
    for steps in FIRST_STEPS:
        assert steps[0] in page


def test_no_file_of_commands_is_forgotten() -> None:
    files = {path.stem for path in (ROOT / "cli" / "commands").glob("[a-z]*")}
    assert files == set(NOUNS)


def test_hutong_alone_shows_the_front_page() -> None:
    assert typed().stdout == typed("--help").stdout


@pytest.mark.parametrize("room", ["ledger", "consent", "deid", "policies", "exchange", "cli"])
def test_a_command_somebody_is_told_to_type_exists(room: str) -> None:
    there = {path for path, _, _ in EVERY}
    alone = {path for path, _, _ in VERBS if len(path) == 1}
    for file in sorted((ROOT / room).rglob("*.py")):
        for noun, verb in _TOLD.findall(file.read_text("utf-8")):
            if noun in NOUNS and (noun,) not in alone:
                assert (noun, verb) in there, f"{file.relative_to(ROOT)} tells to type {noun} {verb}"


def _without_redirection(words: list[str]) -> list[str]:
    """What the program is given: the shell keeps `> FILE`."""
    return words[: words.index(">")] if ">" in words else words


def _parsed(words: list[str]) -> tuple[str, ...]:
    """The path of the command these words call, after every one of its options was accepted."""
    context = root.make_context("hutong", list(words), obj=Terminal(environment={}))
    path: tuple[str, ...] = ()
    command: click.Command = root
    rest = [*context._protected_args, *context.args]
    while isinstance(command, click.Group):
        name, found, rest = command.resolve_command(context, rest)
        assert name is not None
        assert found is not None
        command, path = found, (*path, name)
        try:
            context = command.make_context(name, list(rest), parent=context)
        except click.exceptions.Exit:  # it printed an example of its input and was done
            return path
        if isinstance(command, click.Group):
            rest = [*context._protected_args, *context.args]
    return path
