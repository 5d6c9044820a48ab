"""The patient takes it back: refused at once, and whoever had received something is told."""

from cli.story.asking import by_the_hospital
from cli.story.cast import HOME, PATIENT, TIANJIN
from cli.story.stage import ENTRY_ID, Stage


def taken_back(stage: Stage, consent: str) -> None:
    """Stop it, and see how far that reached."""
    stage.scene(
        "患者收回同意；同一请求立即被拒绝", "The patient takes it back; the same request is refused at once"
    )
    stage.types("--node", HOME.node, "consent", "revoke", PATIENT, consent)
    by_the_hospital(stage, expect=3)
    _reached(stage, consent)


def _reached(stage: Stage, consent: str) -> None:
    from exchange.withdrawal.words import DONE, WAITING

    stage.scene(
        "两个收到过数据的地区已接到通知并签名确认，用了多少秒；天津的安全负责人删除后答复",
        "Both regions that had received data are told and sign for it, with the seconds it took; Tianjin deletes it",
    )
    there = ("--node", TIANJIN.node, "notice")
    came = stage.types(*there, "incoming", until=ENTRY_ID.search)
    stage.types(*there, "answer", came.first(ENTRY_ID), "--done", "deleted", "--by", TIANJIN.officer)
    deleted, waiting = (pair[stage.lang == "zh"] for pair in (DONE["deleted"], WAITING))
    stage.types(
        "--node", HOME.node, "consent", "reach", PATIENT, consent,
        until=lambda told: deleted in told and waiting not in told,
    )  # fmt: skip
