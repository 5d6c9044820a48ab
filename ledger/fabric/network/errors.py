"""What can go wrong with a network on this machine, in words whoever runs it can act on."""

from typing import ClassVar

from ledger.fabric.errors import FabricError


class ProgramMissing(FabricError):
    """A program of Fabric's is neither in FABRIC_BIN nor on PATH."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name}, a program of Hyperledger Fabric, is not there",
            f"找不到 Hyperledger Fabric 的程序 {name}",
            hint="it comes with the Hyperledger Fabric project's releases (3.x): unpack one, FABRIC_BIN names its bin",
            hint_zh="该程序随 Hyperledger Fabric 项目的发行版(3.x)提供：解压后用 FABRIC_BIN 指明其 bin 目录",
        )


class WrongVersion(FabricError):
    """A program of Fabric's is of a series this does not know."""

    def __init__(self, name: str, found: str | None, needed: str) -> None:
        super().__init__(
            f"{name} {f'is version {found}' if found else 'does not say its version'}; {needed} is needed",
            f"{name} {f'的版本为 {found}' if found else '未给出版本'}，需要 {needed}",
            hint="FABRIC_BIN names the folder with the programs of another release",
            hint_zh="请用 FABRIC_BIN 指明其他发行版的程序目录",
        )


class NotANetwork(FabricError):
    """The folder is none that `hutong fabric up` made."""

    exit_code: ClassVar[int] = 6

    def __init__(self, place: str) -> None:
        super().__init__(
            f"{place} holds no network",
            f"{place} 中没有网络",
            hint="make one in an empty folder: hutong fabric up DIR",
            hint_zh="请在空目录中新建：hutong fabric up 目录",
        )


class BadPlan(FabricError):
    """The file that describes the network cannot be read."""

    exit_code: ClassVar[int] = 6

    def __init__(self, place: str, en: str, zh: str) -> None:
        super().__init__(
            f"{place} {en}",
            f"{place} {zh}",
            hint="it is written by hutong fabric up and not meant to be changed; restore it from a backup",
            hint_zh="该文件由 hutong fabric up 写成，不应改动；请从备份恢复",
        )


class PlaceTaken(FabricError):
    """There is something else in the folder the network should be made in."""

    exit_code: ClassVar[int] = 2

    def __init__(self, place: str) -> None:
        super().__init__(
            f"{place} is not an empty folder; nothing was changed",
            f"{place} 不是空目录，未作任何改动",
            hint="name a folder that is not there yet: hutong fabric up DIR",
            hint_zh="请指定一个尚不存在的目录：hutong fabric up 目录",
        )


class OtherShape(FabricError):
    """The network that is there has other regions or orderers than were asked for."""

    exit_code: ClassVar[int] = 2

    def __init__(self, place: str, en: str, zh: str) -> None:
        super().__init__(
            f"the network in {place} has {en}; nothing was changed",
            f"{place} 中的网络为{zh}，未作任何改动",
            hint="leave the options out to start it as it is, or make another one in an empty folder",
            hint_zh="不加选项即按原样启动；或在空目录中另建",
        )


class BadShape(FabricError):
    """No network can have this shape."""

    exit_code: ClassVar[int] = 2

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(en, zh, hint="see hutong fabric up --help", hint_zh="请看 hutong fabric up --help")


class AtWork(FabricError):
    """Another command starts or stops the network just now."""

    def __init__(self, place: str) -> None:
        super().__init__(
            f"another command is starting or stopping the network in {place}",
            f"另一条命令正在启动或停止 {place} 中的网络",
            hint="wait until it is done, then look: hutong fabric status DIR",
            hint_zh="请等它完成后查看：hutong fabric status 目录",
        )


class PortTaken(FabricError):
    """Somebody else listens where a part of the network must."""

    def __init__(self, part: str, part_zh: str, port: int) -> None:
        super().__init__(
            f"{part} cannot start: another program listens on port {port}",
            f"{part_zh} 无法启动：端口 {port} 已被其他程序占用",
            hint="stop that program; the ports stand in the channel, and cannot be changed any more",
            hint_zh="请停止该程序；端口已写入通道，不能再改",
        )


class PartEnded(FabricError):
    """A part of the network ended by itself right after its start."""

    def __init__(self, part: str, part_zh: str, log: str) -> None:
        super().__init__(
            f"{part} ended right after it was started",
            f"{part_zh} 启动后随即退出",
            hint=f"why is at the end of {log}",
            hint_zh=f"原因见 {log} 末尾",
        )


class PartSilent(FabricError):
    """A part of the network runs and does not answer."""

    def __init__(self, part: str, part_zh: str, seconds: float, log: str) -> None:
        super().__init__(
            f"{part} was started and has not answered for {seconds:.0f} seconds",
            f"{part_zh} 已启动，{seconds:.0f} 秒内没有应答",
            hint=f"look at the end of {log}, then once more: hutong fabric up DIR",
            hint_zh=f"请查看 {log} 末尾，然后再次执行：hutong fabric up 目录",
        )


class StepFailed(FabricError):
    """One of Fabric's own programs said no while the network was set up."""

    def __init__(self, step: str, step_zh: str, log: str) -> None:
        super().__init__(
            f"setting up stopped at: {step}",
            f"建立网络时中止于：{step_zh}",
            hint=f"what the program said is at the end of {log}; hutong fabric up DIR goes on from here",
            hint_zh=f"程序的输出见 {log} 末尾；再次执行 hutong fabric up 目录 会从此处继续",
        )


class NotAllAnswer(FabricError):
    """Some part of the network does not answer; which, and what to do, was said beside each."""

    def __init__(self, silent: int, total: int) -> None:
        super().__init__(
            f"{silent} of {total} parts of the network do not answer",
            f"网络的 {total} 个部件中有 {silent} 个没有应答",
            hint="hutong fabric up DIR starts what is stopped, and keeps all data",
            hint_zh="hutong fabric up 目录 会启动已停止的部件，数据全部保留",
        )
