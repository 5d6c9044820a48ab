"""People to try things on."""

from datetime import date
from pathlib import Path

import click
from click import IntRange

from cli import output
from cli.kinds import Verb
from cli.options import DAY, as_json
from cli.terminal import Terminal

HEAD = (("region", "地区"), ("patients", "患者"), ("records", "记录"))


@click.command(cls=Verb)
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path), help="A new folder for the files.")
@click.option("--patients", type=IntRange(min=1), default=300, metavar="N", help="How many people to invent.")
@click.option("--seed", type=IntRange(min=0), default=1, metavar="N", help="The same seed, the same people.")
@click.option(
    "--today", type=DAY, metavar="DATE", help="The day their records end, e.g. 2026-06-30; else today."
)
@as_json
@click.pass_obj
def sample(
    terminal: Terminal, folder: Path, patients: int, seed: int, today: date | None, as_json: bool
) -> None:
    """Invent the people of three Chinese regions and their records, as FHIR R4 NDJSON in DIR.

    Nobody in them is real: identity numbers have area codes that are no longer given to anybody.

    Example:
        hutong sample --patients 300 --seed 1 people
    """
    from exchange.directory import region_name
    from exchange.sample import write_sample

    last = today or terminal.today()
    with terminal.progress("inventing", "正在生成") as progress:
        written = write_sample(folder, patients=patients, seed=seed, today=last, progress=progress)
    if as_json:
        output.document(
            {
                "folder": str(folder),
                "seed": seed,
                "today": last,
                "people": written.people,
                "patients": dict(written.patients),
                "resources": {region: dict(counts) for region, counts in written.resources.items()},
                "unlabelled": written.unlabelled,
            }
        )
        return
    rows = [
        (
            f"{region} {region_name(region, terminal.lang)}",
            str(written.patients[region]),
            str(sum(counts.values())),
        )
        for region, counts in written.resources.items()
    ]
    terminal.table(HEAD, rows, right=(1, 2))
    terminal.note(
        f"{written.people} people, {written.total} records in {folder}; a folder a region",
        f"{written.people} 人，{written.total} 条记录，位于 {folder}，每个地区一个目录",
    )
