"""An extract, made now."""

from pathlib import Path

import click

from cli import output
from cli.commands.research.noun import project_and_folder, research, say_extracted
from cli.options import as_json
from cli.terminal import Terminal


@research.command()
@project_and_folder
@as_json
@click.pass_obj
def extract(terminal: Terminal, project: str, out: Path, as_json: bool) -> None:
    """Write what PROJECT may have into a new folder: de-identified, only of patients who agreed.

    Refused (exit code 3, nothing written) without an approval in force.

    Example:
        hutong --node kunshan research extract diabetes-control-2026 --out extract
    """
    from exchange.research.extract import extract as extract_data

    with terminal.open() as node, terminal.progress("extracting", "正在提取") as progress:
        extracted = extract_data(node, project, out, progress)
    if as_json:
        output.document(extracted.as_dict())
        return
    say_extracted(terminal, project, extracted)
