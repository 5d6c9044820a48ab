"""The demonstration: three regions, one patient, and the real commands a person would type (docs/adr/0013).

Each scene says in Chinese and English what happens, types the command, shows what it answers, and stops
the demonstration when an exit code is not the expected one. The folder it leaves is an ordinary one.
"""

import os
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from cli.errors import FolderTaken
from cli.story.asking import asked, explained, opened_in_an_emergency, shown_a_code, who_looked
from cli.story.cast import REGIONS
from cli.story.opening import joined, peopled, three_regions
from cli.story.proving import next_steps, proved, researched
from cli.story.stage import Say, Stage, free_ports, listening
from cli.story.taking_back import taken_back
from cli.story.witnessing import backed_up, put_back, witnessed

__all__ = ["tell"]


def tell(
    folder: Path, patients: int, say: Say, environment: Mapping[str, str] = os.environ, *, lang: str = "zh"
) -> None:
    """Tell the whole story in `folder`, which must be new or empty; commands answer in `lang`.

    Raises FolderTaken, DemoStopped.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FolderTaken(str(folder))
    folder.mkdir(parents=True, exist_ok=True)
    stage = Stage(folder, say, {k: v for k, v in environment.items() if k != "HUTONG_NODE"}, lang)
    ports = dict(zip((region.node for region in REGIONS), free_ports(len(REGIONS)), strict=True))
    say("互通 Hutong：只按患者同意共享健康档案，并能向任何人证明。")
    say("Records travel only as each patient agreed, and anybody can prove afterwards that they did.")
    three_regions(stage, ports)
    peopled(stage, patients)
    joined(stage)
    backed_up(stage)
    with ExitStack() as served:
        listening([served.enter_context(stage.serving(node, port)) for node, port in ports.items()])
        consent = asked(stage)
        explained(stage)
        shown_a_code(stage)
        opened_in_an_emergency(stage)
        who_looked(stage)
        taken_back(stage, consent)
        witnessed(stage)
        put_back(stage)
    researched(stage)
    proved(stage)
    next_steps(stage)
