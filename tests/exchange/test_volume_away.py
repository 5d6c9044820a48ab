"""A disk with closed volumes is not mounted: the node says so, and does what can be done without it."""

import orjson
import pytest

from exchange.rotating import rotate
from exchange.status import health
from ledger.closing import close_volumes
from tests.cli.typing_in import typed
from tests.exchange.nodes import OFFICER, Site, allow, emergency, put

AWAY = "ledger-1.db, with the entries 0 to"
TO_DO = "put it back beside ledger.db, or a symbolic link to it"


@pytest.fixture
def away(site: Site) -> Site:
    """A node whose entries all lie in a volume, which is away."""
    with site.open() as node:
        allow(node)
        put(emergency(node), node.office)
        rotate(node, by=OFFICER)
        close_volumes(node.log)
    (site.folder / "ledger-1.db").rename(site.folder.parent / "ledger-1.db")
    return site


def test_the_status_goes_on_and_says_what_is_away_and_what_to_do(away: Site) -> None:
    with away.open() as node:
        found = {one.name_en: one for one in health(node)}
    ledger = found["ledger"]
    assert (ledger.code, ledger.exit_code, ledger.detail["file"]) == ("volume-missing", 5, "ledger-1.db")
    assert AWAY in ledger.en
    assert TO_DO in ledger.en
    assert "ledger-1.db" in ledger.zh
    assert "放回" in ledger.zh
    assert {name for name, one in found.items() if not one.ok} == {"ledger"}
    assert found["records"].en.startswith("22 patients, ")


def test_the_keys_are_listed_with_the_day_they_were_changed(away: Site) -> None:
    told = typed("--node", str(away.folder), "ledger", "keys", "--json")
    assert (told.exit_code, AWAY in told.stderr, TO_DO in told.stderr) == (0, True, True)
    first, second = orjson.loads(told.stdout)["keys"]
    assert first["changed"].startswith("2026-11-25T01:00:00")
    assert second["changed"] is None


def test_a_card_is_made_and_the_operator_hears_what_is_away(away: Site) -> None:
    told = typed("--node", str(away.folder), "node", "card")
    assert (told.exit_code, AWAY in told.stderr) == (0, True)
    assert orjson.loads(told.stdout)["ledger_handovers"]


def test_nothing_is_said_where_nothing_is_away(away: Site) -> None:
    (away.folder.parent / "ledger-1.db").rename(away.folder / "ledger-1.db")
    told = typed("--node", str(away.folder), "ledger", "keys")
    assert (told.exit_code, told.stderr) == (0, "")
    with away.open() as node:
        assert [one.name_en for one in health(node) if not one.ok] == []
