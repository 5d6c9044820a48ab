"""How it ends: what research gets, what can be proved, and what to try next."""

import os
import shlex
import shutil
import sys
from pathlib import Path

from cli.story.cast import HOME, PATIENT, PROJECT, REGIONS, RESEARCHER
from cli.story.stage import Stage


def researched(stage: Stage) -> None:
    """Nothing before the approval; then an extract."""
    stage.scene(
        "科研：未经批准什么也拿不到；批准后只得到同意者的去标识化数据",
        "Research: nothing before the approval; after it, de-identified data of those who agreed",
    )
    home = ("--node", HOME.node)
    stage.types(*home, "consent", "import", f"people/consents/{HOME.code}.ndjson", "--by", HOME.officer)
    stage.types(*home, "research", "register", "people/protocol.toml", "--by", RESEARCHER)
    stage.types(*home, "research", "extract", PROJECT, "--out", "extract", expect=3)
    approval = ("--approval", "IRB-2026-017", "--until", "2027-06-30", "--by", HOME.officer)
    stage.types(*home, "research", "approve", PROJECT, *approval)
    stage.types(*home, "research", "extract", PROJECT, "--out", "extract")


def proved(stage: Stage) -> None:
    """Every ledger, a receipt, the rules in force, and every decision once more."""
    stage.scene(
        "账本：每一条都能验证，一份凭证可离线核对",
        "The ledger: every entry verifies; a receipt is checked offline",
    )
    for one in REGIONS:
        stage.types("--node", one.node, "ledger", "verify")
    stage.types("ledger", "check", "extract/receipt.json", "--opening", "extract/opening.json")
    stage.scene(
        "依据哪些规则？每次判定都能据此重做，结果逐字节一致",
        "By which rules? Every decision can be made again by them, byte for byte the same",
    )
    stage.types("--node", HOME.node, "policy", "status")
    stage.types("--node", HOME.node, "decision", "replay", "--all")


def next_steps(stage: Stage) -> None:
    """What is there to open, and what to type."""
    stage.say("")
    stage.say(f"全部留在 {stage.folder}；用浏览器打开 · all of it is in {stage.folder}; open with a browser:")
    for name in ("receipt.html", "decision.html"):
        stage.say(f"    {stage.folder / name}")
    stage.say("接着可以试 · try next:")
    node = ("--node", f"{stage.folder / HOME.node}")
    for words in (
        (*node, "status"),
        (*node, "audit", "search", "--break-glass"),
        (*node, "consent", "list", PATIENT),
    ):
        stage.say(f"  $ {_program()} {shlex.join(words)}")


def _program() -> str:
    """How the program is called here: by its name where the shell finds it, else by where it lies."""
    beside = Path(sys.executable).with_name("hutong")
    if shutil.which("hutong") or not beside.exists():
        return "hutong"
    return os.path.relpath(beside)
