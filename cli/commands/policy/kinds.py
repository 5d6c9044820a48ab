"""The kinds of data the rules know, with category and level."""

from typing import TYPE_CHECKING

import click

from cli import output
from cli.commands.policy.in_force import bundle_of
from cli.commands.policy.noun import policy
from cli.options import as_json
from cli.terminal import Terminal

if TYPE_CHECKING:
    from policies.grading import Kind

HEAD = (
    ("kind of data", "数据类别"),
    ("category", "GB/T 39725 类别"),
    ("level", "级别"),
    ("5 where labelled", "带标记时为 5 级"),
    ("kept as", "记录类型"),
    ("described by", "相关标准"),
)


@policy.command()
@as_json
@click.pass_obj
def kinds(terminal: Terminal, as_json: bool) -> None:
    """List the kinds of data with their category and level of GB/T 39725-2020, and the standards that describe them.

    Levels are assigned by the rules in force, by the label an item bears. With --node those of that node, which may
    be its region's own.

    Example:
        hutong policy kinds
    """
    import orjson

    from policies.bundle import DATA_ROOT
    from policies.grading import Grading

    grading = Grading(orjson.loads(bundle_of(terminal).data)[DATA_ROOT])
    if as_json:
        output.document(
            [
                {
                    "en": one.en,
                    "zh": one.zh,
                    "category": one.category,
                    "level": int(grading.level(one.label)),
                    "level_5_labels": list(one.sensitive),
                    "classes": list(one.classes),
                    "standards": list(one.standards),
                    "without": one.without and {"en": one.without.en, "zh": one.without.zh},
                }
                for one in grading.kinds
            ]
        )
        return
    terminal.table(
        HEAD,
        [
            (
                terminal.told(one.en, one.zh),
                terminal.told(grading.category(one).en, grading.category(one).zh),
                grading.level(one.label),
                " ".join(one.sensitive),
                " ".join(one.classes),
                _standards(one) or (terminal.told(one.without.en, one.without.zh) if one.without else ""),
            )
            for one in grading.kinds
        ],
    )
    if not grading.kinds:
        terminal.note("the rules in force have no table of kinds of data", "现行规则没有数据类别表")


def _standards(one: "Kind") -> str:
    """Their numbers; years and titles are in the JSON."""
    return ", ".join(standard.partition("-")[0] for standard in one.standards)
