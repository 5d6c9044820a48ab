"""Who vouches for a ledger: the other regions; and what an old copy of it is worth."""

import shutil

from cli.story.asking import by_the_hospital
from cli.story.cast import HOME, TIANJIN
from cli.story.stage import Stage

BACKUP, RESTORED = "tianjin-backup", "tianjin-restored"


def backed_up(stage: Stage) -> None:
    """A copy is made early, to be put back later."""
    stage.scene("天津做一次备份", "Tianjin makes a backup")
    stage.types("--node", TIANJIN.node, "node", "backup", BACKUP)


def witnessed(stage: Stage) -> None:
    """Each region signs what it saw of the others' ledgers."""
    stage.scene(
        "谁能保证账本没有被改写？其他地区为所见签名",
        "Who says that a ledger was not rewritten? The other regions sign what they saw of it",
    )
    for one in (HOME, TIANJIN):
        stage.types("--node", one.node, "witness", "ask")
    stage.types("--node", HOME.node, "ledger", "verify", "--witnessed")


def put_back(stage: Stage) -> None:
    """The same node with its ledger of this morning: it must not write, and says why."""
    stage.scene(
        "天津恢复了旧备份里的账本：昆山见过更长的，节点拒绝写入，也就什么都得不到",
        "Tianjin puts back the ledger of its old backup: Kunshan has seen a longer one, so the node refuses",
    )
    _put_back(stage)
    by_the_hospital(stage, at=RESTORED, expect=4)


def _put_back(stage: Stage) -> None:
    old, new = stage.folder / TIANJIN.node, stage.folder / RESTORED
    stage.say(f"  $ cp -r {TIANJIN.node} {RESTORED}; cp {BACKUP}/ledger.db {RESTORED}/")
    shutil.copytree(old, new)
    for name in ("ledger.db", "ledger.db-wal", "ledger.db-shm"):
        (new / name).unlink(missing_ok=True)
    shutil.copy(stage.folder / BACKUP / "ledger.db", new / "ledger.db")
