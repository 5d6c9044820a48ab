"""A node put back from a backup still knows what it signed for others, and hears from them what it has forgotten."""

import shutil
from pathlib import Path

import pytest

from exchange.node.backup import back_up
from exchange.witnessing.vouching import witness_of
from ledger.errors import CannotAppend
from ledger.witness import Behind
from ledger.witness.asking import submission
from tests.federation.nodes import Site
from tests.witness.test_regions import Regions, rewritten, sites, something_happens

__all__ = ["sites"]  # the fixture


def backed_up(site: Site, to: Path) -> Path:
    return back_up(site.node(), to, secrets=False, progress=lambda _done, _total: None).folder


def restored(site: Site, copy: Path) -> Path:
    """As docs/how-to/back-up-and-restore.md says; the folder that was there before."""
    site.reopen()
    broken = site.folder.with_name(site.folder.name + ".broken")
    shutil.move(site.folder, broken)
    shutil.copytree(copy, site.folder)
    shutil.copytree(broken / "keys", site.folder / "keys")
    return broken


def test_what_other_regions_and_authorities_signed_is_in_the_copy(sites: Regions, tmp_path: Path) -> None:
    kunshan, *others = sites
    sites.ask(kunshan, *others)
    (kunshan.folder / "timestamps").mkdir()
    (kunshan.folder / "timestamps" / "1.tsr").write_bytes(b"a token")
    copy = backed_up(kunshan, tmp_path / "copy")
    assert (copy / "timestamps" / "1.tsr").read_bytes() == b"a token"
    restored(kunshan, copy)
    something_happens(kunshan)  # nobody has seen more of it


@pytest.mark.attack
def test_a_backup_that_is_too_old_is_not_written_to_once_the_others_were_asked(
    sites: Regions, tmp_path: Path
) -> None:
    kunshan, *others = sites
    sites.ask(kunshan, *others)
    copy = backed_up(kunshan, tmp_path / "copy")
    something_happens(kunshan)
    sites.ask(kunshan, *others)
    restored(kunshan, copy)
    with pytest.raises(Behind):
        sites.ask(kunshan, *others)
    kunshan.reopen()
    with pytest.raises(CannotAppend, match="has seen"):
        something_happens(kunshan)


@pytest.mark.attack
def test_nor_with_the_broken_folders_own_record_of_who_signed(sites: Regions, tmp_path: Path) -> None:
    kunshan, *others = sites
    copy = backed_up(kunshan, tmp_path / "copy")
    something_happens(kunshan)
    sites.ask(kunshan, *others)
    broken = restored(kunshan, copy)
    for file in broken.glob("witness.db*"):
        shutil.copy(file, kunshan.folder)
    with pytest.raises(CannotAppend, match="has seen"):
        something_happens(kunshan)


@pytest.mark.attack
def test_a_witness_put_back_signs_no_second_history(sites: Regions, tmp_path: Path) -> None:
    kunshan, tianjin, _ = sites
    something_happens(kunshan)
    first = submission(0, [], kunshan.node().log.checkpoint())
    assert witness_of(tianjin.node(), lambda: tianjin.node().office).add_checkpoint(first).status == 200
    copy = backed_up(tianjin, tmp_path / "copy")
    rewritten(kunshan, entries=3)
    restored(tianjin, copy)
    second = submission(0, [], kunshan.node().log.checkpoint())
    assert witness_of(tianjin.node(), lambda: tianjin.node().office).add_checkpoint(second).status == 409
