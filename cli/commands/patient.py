"""What is kept about a patient, taken as a whole: it can be erased."""

import click

from cli import output
from cli.kinds import Noun
from cli.options import WORDS, as_json, person
from cli.options import patient as patient_argument
from cli.terminal import Terminal


@click.group(cls=Noun)
def patient() -> None:
    """Erase what this node keeps sealed about a patient."""


@patient.command()
@patient_argument
@person
@click.option(
    "--reason",
    required=True,
    type=WORDS,
    help="Why, in your words; kept sealed, so do not write who the patient is.",
)
@as_json
@click.pass_obj
def erase(terminal: Terminal, patient: str, by: str, reason: str, as_json: bool) -> None:
    """Destroy the key of PATIENT: nobody can open what was sealed about them. There is no way back.

    Only a security officer may. The entries stay and every proof still holds, and an entry says that the key was
    destroyed. Who received what the patient took back is counted first, so that they are still told. On a node that
    does not verify nothing is destroyed. What an erasure does not reach is said on standard error.

    Example:
        hutong --node kunshan patient erase ks-pt-0001 --by ks-so-001 --reason "request of 2026-11-20"
    """
    from exchange.erasing import REMAINS
    from exchange.erasing import erase as destroy
    from exchange.officers import require_officer
    from exchange.soundness import require_sound

    with terminal.open() as node:
        require_officer(node.directory, by)
        # What somebody changed can still be seen now; afterwards it could not be told from an erasure.
        require_sound(node, however_large=True)
        holders = [card.id for card in node.peers]
        done = destroy(node.office, patient, by=by, reason=reason, holders=holders)
    entries = [one.id for one in done.entries]
    if as_json:
        remains = [terminal.told(en, zh) for en, zh in REMAINS]
        output.document(
            {"erased": entries, "entries_kept": done.kept, "waiting": done.waiting, "remains": remains}
        )
        return
    listed = ", ".join(entries)
    terminal.say(f"erased: the key is destroyed; entry {listed}", f"已销毁密钥；账本条目 {listed}")
    terminal.note(
        f"{done.kept} entries about the patient stay and verify; what was sealed under the key opens for nobody",
        f"有关该患者的 {done.kept} 条账本条目保留且可验证；用该密钥密封的内容无人能打开",
    )
    if done.waiting:
        terminal.note(
            f"{done.waiting} recipients are still to be told of what was taken back: hutong notice outgoing",
            f"尚有 {done.waiting} 个接收方待告知收回：hutong notice outgoing",
        )
    for en, zh in REMAINS:
        terminal.note(en, zh)
