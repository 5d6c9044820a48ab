"""Free text of a node goes through the engine its settings name, and the record of an access says which that was."""

import compileall
from pathlib import Path

import pytest

import deid.text.version
from deid.errors import BadRecognizers
from deid.text.engine import TextEngine
from deid.text.version import digest_of_engine
from tests.exchange.nodes import Site

OURS = '[[label]]\nwords = ["腕带号"]\ntype = "MRN"\n'


def _today(site: Site, **settings: str) -> str:
    with site.open(**settings) as node:
        return node.office.cleaners.make("research", use="test", today=node.office.clock().date()).report.text


def test_what_the_text_was_cleaned_by_changes_with_profile_and_recognisers(site: Site) -> None:
    plain = _today(site)
    (site.folder / "ours.toml").write_text(OURS, "utf-8")
    ours = _today(site, HUTONG_DEID_RECOGNIZERS="ours.toml")
    (site.folder / "ours.toml").write_text(OURS.replace("腕带号", "床旁号"), "utf-8")
    others = _today(site, HUTONG_DEID_RECOGNIZERS="ours.toml")
    assert len({plain, ours, others, _today(site, HUTONG_DEID_PROFILE="fast")}) == 4
    assert plain == _today(site) == TextEngine().digest


def test_a_mistake_in_the_recognisers_is_met_when_the_node_is_opened(site: Site) -> None:
    (site.folder / "ours.toml").write_text("[[label]]\n", "utf-8")
    with (
        pytest.raises(BadRecognizers, match=r"ours\.toml, line 1"),
        site.open(HUTONG_DEID_RECOGNIZERS="ours.toml"),
    ):
        pass


def test_records_that_carry_no_free_text_say_nothing_of_an_engine(site: Site) -> None:
    with site.open() as node:
        assert node.office.cleaners.of_exchange("care", node.office.clock().date()).report.text == ""


def test_the_digest_of_the_engine_is_over_its_files_and_not_over_what_python_makes_of_them() -> None:
    before = digest_of_engine()
    compileall.compile_dir(Path(deid.text.version.__file__).parent, quiet=1)
    digest_of_engine.cache_clear()
    assert digest_of_engine() == before
