"""After an erasure a patient begins anew: whoever asks about them hears that there was something before."""

from cli.terminal import Terminal


def tell_erased(terminal: Terminal) -> None:
    """Say on stderr that what is told begins after an erasure."""
    terminal.note(
        "a key of this patient was destroyed: what was agreed and who looked until then cannot be told any more",
        "该患者的密钥曾被销毁：此前的同意内容和查看情况已无法得知，以下仅为此后的情况",
    )
