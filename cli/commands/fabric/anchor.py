"""Putting onto the channel what waits."""

import click

from cli import output
from cli.commands.fabric.noun import fabric
from cli.options import as_json
from cli.terminal import Terminal


@fabric.command()
@as_json
@click.pass_obj
def anchor(terminal: Terminal, as_json: bool) -> None:
    """Put onto the channel what waits, and take over what the region's other machines told; serve does it by itself.

    After an alarm it asks the channel again whether it still differs. Exit code 4 where it does, 5 where the channel
    is not reached: what waits is in the log and stays there.

    Example:
        hutong --node kunshan fabric anchor
    """
    from exchange.fabric.errors import ChannelDiffers
    from exchange.fabric.opening import open_channel

    with terminal.open() as node, open_channel(node) as channel:
        from exchange.fabric.turn import turn

        done = turn(node, channel, at_once=True, look_again=channel.anchors.alarm is not None)
        alarm, reached = channel.anchors.alarm, channel.anchors.reached("batches")
    if alarm is not None:
        raise ChannelDiffers(alarm.en, alarm.zh)
    stop, seq = (reached.stop, reached.seq) if reached else (0, 0)
    if as_json:
        output.document(
            {
                "anchored": done.anchored,
                "batches": seq,
                "stop": stop,
                "told": done.told,
                "heard": done.heard.versions,
                "erased": done.heard.erased,
            }
        )
        return
    terminal.say(
        f"{done.anchored} entries anchored: the channel has the first {stop}, in {seq} batches",
        f"已上链 {done.anchored} 条：通道现有前 {stop} 条，共 {seq} 批",
    )
    terminal.say(
        f"{done.told} statements of patients told, {done.heard.versions} taken over, {done.heard.erased} erased",
        f"告知患者表态 {done.told} 项，接收 {done.heard.versions} 项，销毁 {done.heard.erased} 位",
    )
