"""See the rules in force."""

import click

from cli import output
from cli.commands.policy.in_force import bundle_of
from cli.commands.policy.noun import policy
from cli.options import as_json
from cli.terminal import Terminal

HEAD = (("kind", "种类"), ("code", "代码"), ("what it says", "含义"), ("law", "依据"))
KINDS = {
    "code": ("refuses", "拒绝"),
    "obligation": ("demands", "义务"),
    "recognition": ("does not recognise", "不予互认"),
}


@policy.command()
@as_json
@click.pass_obj
def show(terminal: Terminal, as_json: bool) -> None:
    """List the rules in force, with the law each rests on, and the digest every decision in the ledger names.

    With --node those of that node, which may be its region's own.

    Example:
        hutong policy show
    """
    from policies.bundle import unpack
    from policies.metadata import rules_in

    bundle = bundle_of(terminal)
    digest, files = bundle.digest, unpack(bundle.packed, "the bundle")
    found = rules_in({name: text.decode() for name, text in files.items() if name.endswith(".rego")})
    if as_json:
        told = [
            {"kind": one.kind, "code": one.code, "law": one.law, "en": one.en, "zh": one.zh} for one in found
        ]
        output.document({"digest": digest, "rules": told})
        return
    terminal.table(
        HEAD,
        [
            (terminal.told(*KINDS[one.kind]), one.code, terminal.told(one.en, one.zh), one.law)
            for one in found
        ],
    )
    terminal.note(f"bundle {digest}", f"策略包 {digest}")
