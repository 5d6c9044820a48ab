"""What can go wrong between a person and the program, in the shape every room uses."""

from typing import ClassVar


class TerminalError(Exception):
    """Something stopped a command before or after the house did its part."""

    exit_code: ClassVar[int] = 2

    def __init__(self, en: str, zh: str, *, hint: str = "", hint_zh: str = "") -> None:
        super().__init__(en)
        self.zh = zh
        self.hint = hint
        self.hint_zh = hint_zh


class DoNotGoTogether(TerminalError):
    """Two things were asked for that exclude or need each other."""

    def __init__(self, command: str, en: str, zh: str) -> None:
        super().__init__(
            en,
            f"选项不能这样组合：{zh}",
            hint=f"see hutong {command} --help",
            hint_zh=f"请看 hutong {command} --help",
        )


class CannotRead(TerminalError):
    """A file given on the command line cannot be read, or is not what it should be."""

    exit_code: ClassVar[int] = 6

    def __init__(
        self,
        place: str,
        en: str,
        zh: str,
        *,
        hint: str = "name a file that holds it, or - for standard input",
        hint_zh: str = "请给出内容正确的文件，或用 - 表示标准输入",
    ) -> None:
        super().__init__(f"{place} {en}", f"无法使用 {place}：{zh}", hint=hint, hint_zh=hint_zh)


class SetAside(TerminalError):
    """Some of what was read could not be used; the rest was."""

    exit_code: ClassVar[int] = 6

    def __init__(self, count: int, place: str) -> None:
        super().__init__(
            f"{count} of the records were not used; the others were",
            f"有 {count} 条记录未采用，其余均已采用",
            hint=f"each of them with its reason: {place}",
            hint_zh=f"逐条原因见：{place}",
        )


class NotAllUsable(TerminalError):
    """Some of what was given cannot be used; each was told where it stands."""

    exit_code: ClassVar[int] = 6

    def __init__(self, number: int, total: int, noun: str, en: str, zh: str) -> None:
        super().__init__(
            f"{number} of {total} {noun}{'' if total == 1 else 's'} {en}",
            f"{total} 项中有 {number} 项{zh}",
            hint="what is wrong stands beside each of them; the others count",
            hint_zh="逐项原因见上；其余各项有效",
        )


class CannotWriteAnswer(TerminalError):
    """The answer cannot be put where it should go."""

    exit_code: ClassVar[int] = 5

    def __init__(self, place: str, why: str) -> None:
        super().__init__(
            f"{place} cannot be written: {why}",
            f"无法写入 {place}：{why}",
            hint="name a place with free space where you may write",
            hint_zh="请换一个有空间且有写权限的位置",
        )


class Refused(TerminalError):
    """Consent or policy said no. The words are theirs."""

    exit_code: ClassVar[int] = 3


class NotVerified(TerminalError):
    """Something that should prove itself does not."""

    exit_code: ClassVar[int] = 4


class FolderTaken(TerminalError):
    """There is something in the folder the demonstration should go to."""

    def __init__(self, place: str) -> None:
        super().__init__(
            f"{place} is not an empty folder; nothing was changed",
            f"{place} 不是空目录，未作任何改动",
            hint="name a folder that is not there yet: hutong demo DIR",
            hint_zh="请指定一个尚不存在的目录：hutong demo 目录",
        )


class DemoStopped(TerminalError):
    """A command of the demonstration did not answer as the story goes on."""

    exit_code: ClassVar[int] = 1

    def __init__(self, command: str, code: int, expected: int) -> None:
        super().__init__(
            f"the demonstration stopped: exit code {code} instead of {expected} from hutong {command}",
            f"演示中止：hutong {command} 的退出码为 {code}，应为 {expected}",
            hint="what was made so far is in the folder; type the command there to look closer",
            hint_zh="已生成的内容保留在目录中；可在其中重新执行该命令查看",
        )
