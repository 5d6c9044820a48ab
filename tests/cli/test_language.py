"""The terminal speaks the language that was asked for, else the one the machine is set to."""

import pytest

from cli.language import language
from tests.cli.typing_in import typed


@pytest.mark.parametrize(
    ("words", "environment", "spoken"),
    [
        ([], {}, "en"),
        ([], {"LANG": "zh_CN.UTF-8"}, "zh"),
        ([], {"LC_MESSAGES": "zh_TW.UTF-8", "LANG": "en_US.UTF-8"}, "zh"),
        ([], {"LC_ALL": "en_US.UTF-8", "LANG": "zh_CN.UTF-8"}, "en"),
        ([], {"LC_ALL": "", "LANG": "zh_CN.UTF-8"}, "zh"),
        ([], {"HUTONG_LANG": "zh", "LC_ALL": "en_US.UTF-8"}, "zh"),
        ([], {"HUTONG_LANG": "en", "LC_ALL": "zh_CN.UTF-8"}, "en"),
        (["--lang", "zh"], {"HUTONG_LANG": "en"}, "zh"),
        (["--lang=en"], {"LANG": "zh_CN.UTF-8"}, "en"),
        (["--node", "--lang", "--lang", "zh"], {}, "zh"),
        (["--node", "somewhere", "--lang", "zh", "status"], {}, "zh"),
        (["deid", "text", "--lang", "zh"], {}, "en"),
        (["--lang"], {}, "en"),
    ],
)
def test_what_was_asked_for_counts_before_what_the_machine_is_set_to(
    words: list[str], environment: dict[str, str], spoken: str
) -> None:
    assert language(words, environment) == spoken


def test_an_error_before_the_command_is_told_in_the_language_too() -> None:
    assert typed("--lang", "zh", "--nonsense").stderr.startswith("hutong: 错误：")


def test_a_language_nobody_speaks_here_is_an_error() -> None:
    told = typed("--lang", "fr", "status")
    assert told.exit_code == 2
    assert told.stderr.splitlines()[0] == "hutong: error: --lang must be one of zh, en"
