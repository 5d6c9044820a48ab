"""Whoever asks later by which rules something was decided finds the rules, and since when they were in force."""

import hashlib
import os
import shutil
import threading
from dataclasses import replace
from pathlib import Path

import apsw
import pytest

from exchange.audit.showing import show
from exchange.decisions import decisions, replay
from exchange.errors import BadSetting, CannotWrite, ExchangeError
from exchange.evidence.papers import Papers
from exchange.node.node import Node
from exchange.node.settings import read_settings
from exchange.path.release import Refused
from exchange.path.request import Request
from exchange.policy.adopting import newest
from exchange.policy.choosing import chosen_bundle, chosen_server
from exchange.policy.keeping import all_kept, file_of
from exchange.policy.standing import standing
from exchange.soundness import NotSound, require_sound
from exchange.wiring import open_counter
from ledger import Recorded
from ledger.sealing import unseal
from policies.answer import TIMEOUT, refusal
from policies.bundle import BUNDLE, opened, read_bundle
from policies.errors import BundleUnreadable, KeyUnusable, NotSigned
from tests.exchange.engines import Says, asking
from tests.exchange.nodes import OWN_DOCTOR, Site, allow, deaf, emergency, entries, last, put, question
from tests.policies.own_rules import Region, reworded, stricter

PACKAGED = read_bundle().digest
OWN_NURSE = "ks-nu-001"  # whom the stricter rules refuse


@pytest.fixture
def fresh(site: Site) -> Site:
    """A node that has not decided anything yet: its rules are not on record and none are kept."""
    with apsw.Connection(str(site.folder / "ledger.db")) as db:
        db.execute("DELETE FROM policy_adopted")
    shutil.rmtree(site.folder / "policies")
    return site


@pytest.fixture
def region(tmp_path: Path) -> Region:
    return Region.made(tmp_path)


def _adopted(node: Node) -> list[Recorded]:
    return [one for one in entries(node) if (one.entry.type, one.entry.subtype) == ("policy", "adopt")]


def test_before_the_first_decision_the_ledger_says_by_which_rules(fresh: Site) -> None:
    with fresh.open() as node:
        known = node.log.size
        put(question(node), node.office)
        first, second, *_ = entries(node)[known:]
        assert (first.entry.type, first.entry.subtype, first.entry.policy) == ("policy", "adopt", PACKAGED)
        assert (second.entry.type, second.entry.policy) == ("access", PACKAGED)
        assert (first.entry.node, first.entry.organisation, first.entry.actor) == (node.id, node.own.id, "")
        told = unseal(first.sealed, key=node.house_key)
        ground = told.pop("ground")
        assert told == {"engine": "built-in", "bundle": "packaged", "signed_by": ""}
        assert ground["settings"]["consent.emergency_override"] is True
        assert len(ground["registry"]) == 64
        assert ground["documents"] == ""
        assert newest(node.log) is not None
        assert file_of(node.layout.policies, PACKAGED).read_bytes() == BUNDLE.read_bytes()


def test_looking_puts_nothing_on_record(fresh: Site) -> None:
    with fresh.open() as node:
        known = node.log.size
        found = standing(node)
        assert (found.since, found.entry, found.kept, found.reason) == (None, "", 0, None)
        assert node.office.policy().digest == PACKAGED
        assert node.log.size == known
        assert not node.layout.policies.exists()


def test_it_is_said_once_however_often_the_node_is_opened(site: Site) -> None:
    for _ in range(3):
        with site.open() as node:
            put(question(node), node.office)
            put(question(node), node.office)
            assert len(_adopted(node)) == 1


def _edit(file: Path, text: str) -> None:
    file.write_text((file.read_text("utf-8") if file.exists() else "") + text, "utf-8")


ORDERS = """
[[order]]
id = "o-1"
document = "7"
authority = "ks-cdc"
purposes = ["PUBHLTH"]
from = 2026-01-20
until = 2026-11-25
"""


@pytest.mark.attack
@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("node.toml", "\n[consent]\nevidence_required = false\n"),
        ("registry.toml", "\n# a line nobody was told of\n"),
        ("orders.toml", ORDERS),
    ],
)
def test_whoever_edits_what_decides_is_on_record_before_it_counts(site: Site, file: str, text: str) -> None:
    with site.open() as node:
        put(question(node), node.office)
        since, before = newest(node.log), _adopted(node)
        assert since is not None
    _edit(site.folder / file, text)
    with site.open() as node:
        put(question(node), node.office)
        put(question(node), node.office)
        *earlier, edited = _adopted(node)
        assert earlier == before
        grounds = [unseal(one.sealed, key=node.house_key)["ground"] for one in (before[-1], edited)]
        assert [name for name in grounds[0] if grounds[0][name] != grounds[1][name]] == [CHANGED[file]]
        # The rules are the same as before, and since when they count has not changed.
        now = newest(node.log)
        assert now is not None
        assert (now.entry, now.digest) == (since.entry, since.digest)
        require_sound(node)


CHANGED = {"node.toml": "settings", "registry.toml": "registry", "orders.toml": "documents"}


def test_a_document_that_comes_while_the_node_is_open_is_on_record_too(site: Site) -> None:
    with site.open() as node:
        put(question(node), node.office)
        before = len(_adopted(node))
        _edit(site.folder / "orders.toml", ORDERS)
        put(question(node), node.office)
        assert [last(node).entry.type, len(_adopted(node))] == ["access", before + 1]


@pytest.mark.attack
def test_a_document_that_looks_like_the_old_one_from_outside_is_on_record_too(site: Site) -> None:
    """Same size, same time of last change; only what it says is different."""
    file = site.folder / "orders.toml"
    with site.open() as node:
        file.write_text(ORDERS.replace("2026-11-25", "2026-02-01"), "utf-8")
        about = file.stat()
        put(_by_order(node), node.office)
        before = len(_adopted(node))
        file.write_text(ORDERS, "utf-8")
        os.utime(file, ns=(about.st_atime_ns, about.st_mtime_ns))
        assert file.stat().st_size == about.st_size
        assert put(_by_order(node), node.office).permit
        assert len(_adopted(node)) == before + 1


@pytest.mark.attack
def test_a_document_that_lay_there_for_the_blink_of_one_reading_is_on_record(site: Site) -> None:
    """Whoever swaps the file and swaps it back leaves the document they decided by in the ledger."""
    file = site.folder / "orders.toml"
    over = ORDERS.replace("2026-11-25", "2026-02-01")
    with site.open() as node:
        file.write_text(over, "utf-8")
        put(question(node), node.office)

        def swapped() -> Papers:
            file.write_text(ORDERS, "utf-8")
            found = node.office.papers()
            file.write_text(over, "utf-8")
            return found

        answer = put(_by_order(node), replace(node.office, papers=swapped))
        assert answer.permit
        digests = [
            unseal(one.sealed, key=node.house_key)["ground"]["documents"] for one in _adopted(node)[-3:]
        ]
        short, long = (hashlib.sha256(text.encode()).hexdigest() for text in (over, ORDERS))
        assert digests == [short, long, short]
        told = show(node.office, answer.result.intent.id).details.told  # type: ignore[union-attr]  # it was permitted
        assert told["request"]["based_on"]["paper"]["file"] == long
        require_sound(node)


def _by_order(node: Node) -> Request:
    return question(node, "ks-po-003", purpose="PUBHLTH", case="order:o-1")


@pytest.mark.attack
def test_a_process_that_goes_on_by_old_settings_says_so_before_it_decides(site: Site) -> None:
    """A server that was not started again after its settings were changed does not decide under the new entry."""
    with site.open() as older:
        put(question(older), older.office)
        with site.open(HUTONG_EMERGENCY_REVIEW_HOURS="48") as newer:
            hours = []
            for node in (newer, older, older, newer):
                put(question(node), node.office)
                ground = unseal(_adopted(node)[-1].sealed, key=node.house_key)["ground"]
                hours.append(ground["settings"]["emergency.review_hours"])
            usual = older.settings["emergency.review_hours"]
            assert hours == [48, usual, usual, 48]
            assert len(_adopted(older)) == 4
            require_sound(older)


def test_two_threads_with_their_first_question_say_it_once(fresh: Site) -> None:
    with fresh.open() as node:
        known = len(_adopted(node))
        threads = [
            threading.Thread(target=lambda: node.office.policy().decide({}), daemon=True) for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(_adopted(node)) == known + 1


def test_two_processes_with_their_first_question_say_it_once(fresh: Site) -> None:
    with fresh.open() as one, fresh.open() as other:
        known = len(_adopted(one))
        gate = threading.Barrier(2)

        def ask(node: Node) -> None:
            gate.wait()
            node.office.policy().decide({})

        threads = [threading.Thread(target=ask, args=(node,)) for node in (one, other)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(_adopted(one)) == known + 1


def test_a_region_runs_its_own_rules_and_every_change_is_on_record(site: Site, region: Region) -> None:
    own = region.sign(stricter())
    with site.open() as node:
        assert put(question(node, OWN_NURSE), node.office).permit
    with site.open(**region.settings) as node:
        refused = put(question(node, OWN_NURSE), node.office)
        assert (refused.permit, last(node).entry.policy) == (False, own)
        told = unseal(_adopted(node)[-1].sealed, key=node.house_key)
        assert told["bundle"] == "region.tar.gz"
        assert told["signed_by"] == standing(node).signed_by != ""
    with site.open() as node:
        assert put(question(node, OWN_NURSE), node.office).permit
        assert [one.entry.policy for one in _adopted(node)] == [PACKAGED, own, PACKAGED]
        assert set(all_kept(node.layout.policies)) == {PACKAGED, own}
        assert (standing(node).kept, standing(node).entry) == (1, _adopted(node)[-1].id)
        require_sound(node)


def test_a_decision_is_made_again_by_the_rules_that_made_it(site: Site, region: Region) -> None:
    with site.open() as node:
        allow(node)
        put(question(node), node.office)
        put(question(node, OWN_NURSE), node.office)
    region.sign(stricter())
    with site.open(**region.settings) as node:
        put(question(node, OWN_NURSE), node.office)
        made = [replay(node.office, one.id) for one in decisions(node.log)]
        assert len({one.entry.policy for one in decisions(node.log)}) == 2
        assert all(one.same for one in made), [one.parts for one in made]
    # The bundle file of the region is not needed any more.
    region.bundle.unlink()
    with site.open() as node:
        made = [replay(node.office, one.id) for one in decisions(node.log)]
        assert len(made) == 3
        assert all(one.same for one in made), [one.parts for one in made]


@pytest.mark.attack
@pytest.mark.parametrize("content", [b"", b"no bundle", reworded("as if")], ids=["empty", "none", "another"])
def test_a_kept_bundle_that_was_exchanged_does_not_answer_for_the_one_that_decided(
    site: Site, region: Region, content: bytes
) -> None:
    own = region.sign(stricter())
    with site.open(**region.settings) as node:
        put(question(node, OWN_NURSE), node.office)
        found = last(node)
    file_of(site.folder / "policies", own).write_bytes(content)
    with site.open() as node:
        again = replay(node.office, found.id)
        assert (again.possible, again.same) == (True, False)
        assert again.parts[0][0] == "the policy that decided is not kept, and today's is another"


def test_rules_that_are_gone_are_kept_again_with_the_next_decision_by_them(site: Site) -> None:
    kept = file_of(site.folder / "policies", PACKAGED)
    kept.write_bytes(b"spoilt")
    with site.open() as node:
        known = node.log.size
        assert replay(node.office, _refused(node).id).same
        assert opened(kept.read_bytes(), "kept").digest == PACKAGED
        assert len(_adopted(node)) == 1
        assert node.log.size == known + 1


def _refused(node: Node) -> Recorded:
    result = put(question(node), node.office).result
    assert isinstance(result, Refused)
    return result.entry


@pytest.mark.attack
@pytest.mark.parametrize("digest", ["", "sha256:..", "sha256:/etc/passwd", "sha256:" + "a" * 64, "x" * 71])
def test_what_an_entry_names_is_a_revision_and_not_a_path(site: Site, digest: str) -> None:
    with site.open() as node:
        assert node.office.past_policy(digest) is None


@pytest.mark.attack
def test_rules_that_are_not_the_regions_own_release_nothing(
    site: Site, region: Region, tmp_path: Path
) -> None:
    (tmp_path / "stranger").mkdir()
    stranger = Region.made(tmp_path / "stranger")
    stranger.sign(reworded())
    for bundle, error in (
        (stranger.bundle.read_bytes(), NotSigned),
        (reworded(), NotSigned),
        (BUNDLE.read_bytes(), NotSigned),
        (b"", BundleUnreadable),
    ):
        region.bundle.write_bytes(bundle)
        with site.open(**region.settings) as node:
            known = node.log.size
            with pytest.raises(error):
                put(question(node, OWN_DOCTOR), node.office)
            assert node.log.size == known
    region.sign(reworded())
    region.key.write_bytes(b"no key")
    with site.open(**region.settings) as node, pytest.raises(KeyUnusable):
        put(question(node), node.office)


SETTINGS: dict[str, dict[str, str]] = {
    "policy.key": {"HUTONG_POLICY_BUNDLE": "region.tar.gz"},
    "policy.bundle": {"HUTONG_POLICY_KEY": "policy.pem"},
    "policy.key: cannot be read": {"HUTONG_POLICY_BUNDLE": "a", "HUTONG_POLICY_KEY": "is-not-there.pem"},
    "policy.url": {"HUTONG_POLICY_ENGINE": "opa-server"},
    "policy.url: must be https": {
        "HUTONG_POLICY_ENGINE": "opa-server",
        "HUTONG_POLICY_URL": "http://opa.example:8181",
    },
    "policy.url: is not the address": {
        "HUTONG_POLICY_ENGINE": "opa-server",
        "HUTONG_POLICY_URL": "https://somebody:secret@opa.example",
    },
}


@pytest.mark.parametrize(("place", "environment"), SETTINGS.items(), ids=SETTINGS)
def test_half_a_setting_is_said_to_be_one(made: Path, place: str, environment: dict[str, str]) -> None:
    settings = read_settings(made / "node.toml", environment)
    choose = chosen_server if settings["policy.engine"] == "opa-server" else chosen_bundle
    with pytest.raises(BadSetting, match=place) as refused:
        choose(settings, made)
    assert "secret" not in str(refused.value)


UNSAFE = (
    "opa.example:8181",
    "ftp://opa.example",
    "https://",
    "https://opa.example:x",
    "https://opa.example?a=b",
    "https://opa.example#a",
    "http://127.0.0.1.example.org",
    "http://[::1",
)


@pytest.mark.parametrize("url", UNSAFE)
def test_what_is_no_safe_address_is_not_asked(made: Path, url: str) -> None:
    settings = read_settings(
        made / "node.toml", {"HUTONG_POLICY_ENGINE": "opa-server", "HUTONG_POLICY_URL": url}
    )
    with pytest.raises(BadSetting, match=r"policy\.url"):
        chosen_server(settings, made)


@pytest.mark.parametrize("url", ["http://localhost:8181", "http://[::1]:8181/opa", "https://opa.example"])
def test_this_machine_or_a_safe_way_is_asked(made: Path, url: str) -> None:
    settings = read_settings(
        made / "node.toml", {"HUTONG_POLICY_ENGINE": "opa-server", "HUTONG_POLICY_URL": url}
    )
    server = chosen_server(settings, made)
    assert server is not None
    assert server.url == url


def test_an_engine_nobody_knows_is_no_setting(site: Site) -> None:
    with pytest.raises(BadSetting, match="HUTONG_POLICY_ENGINE"), site.open(HUTONG_POLICY_ENGINE="cedar"):
        pass


def test_files_are_named_from_the_nodes_folder(site: Site, region: Region) -> None:
    own = region.sign(reworded())
    for file in (region.bundle, region.key):
        shutil.copy(file, site.folder / file.name)
    with site.open(HUTONG_POLICY_BUNDLE="region.tar.gz", HUTONG_POLICY_KEY="policy.pem") as node:
        assert node.office.policy().digest == own


# A day on which the record cannot be written.


def _no_room_for_bundles(site: Site) -> None:
    (site.folder / "policies").write_bytes(b"")


def test_without_a_place_for_the_rules_nothing_is_released(fresh: Site) -> None:
    _no_room_for_bundles(fresh)
    with fresh.open() as node:
        known = node.log.size
        with pytest.raises(CannotWrite, match="policies/") as refused:
            put(question(node, OWN_DOCTOR), node.office)
        assert (refused.value.exit_code, node.log.size) == (5, known)


def test_an_emergency_does_not_wait_for_the_record_which_is_made_up_for(fresh: Site) -> None:
    _no_room_for_bundles(fresh)
    with fresh.open() as node:
        answer = put(emergency(node), node.office)
        assert (answer.permit, _adopted(node)[1:]) == (True, [])
        os.unlink(node.layout.policies)
        put(question(node), node.office)
        assert [one.entry.policy for one in _adopted(node)][1:] == [PACKAGED]
        # And what was decided meanwhile can be made again: the rules are still the ones in force.
        assert all(replay(node.office, one.id).same for one in decisions(node.log))


def test_an_emergency_in_the_spool_is_made_again_by_the_rules_in_force(fresh: Site) -> None:
    with fresh.open() as node:
        reader = fresh.reader(node)
        office = deaf(node.office, reader)
        assert put(emergency(node), office).permit
        reader.close()
    with fresh.open() as node:
        assert [replay(node.office, one.id).same for one in decisions(node.log)] == [True]


CHANGES = (
    "DELETE FROM policy_adopted",
    "UPDATE policy_adopted SET digest = 'sha256:0'",
    "INSERT INTO policy_adopted VALUES ('z', 'x', 'y')",
)


@pytest.mark.attack
@pytest.mark.parametrize("change", CHANGES)
def test_the_table_beside_the_ledger_must_say_the_same(site: Site, change: str) -> None:
    with apsw.Connection(str(site.folder / "ledger.db")) as db:
        db.execute(change)
    with site.open() as node, pytest.raises(NotSound, match="the adoption of a policy"):
        require_sound(node)


# What the engine says in place of the rules.


def test_a_refusal_the_engine_itself_gave_is_not_compared_with_the_rules(site: Site) -> None:
    """A server that was down said no; that the rules would have said yes is no difference between the two."""
    with site.open() as node:
        silent = Says(lambda _: refusal(TIMEOUT), PACKAGED)
        put(question(node, OWN_DOCTOR), asking(node.office, silent))
        assert last(node).entry.why == "POLICY_TIMEOUT"
        again = replay(node.office, last(node).id)
        assert (again.possible, again.same) == (False, False)
        assert again.parts == (
            ("the policy gave no answer then (POLICY_TIMEOUT)", "当时策略没有给出结论(POLICY_TIMEOUT)"),
        )
        # With other rules one may still see what they would have said.
        assert replay(node.office, last(node).id, node.office.policy()).possible


def test_the_rules_of_a_decision_are_not_looked_for_where_another_policy_is_asked(site: Site) -> None:
    with site.open() as node:
        found = _refused(node)
        nothing = replace(node.office, past_policy=_nobody)
        assert replay(nothing, found.id, node.office.policy()).same
        assert replay(nothing, found.id).same


def _nobody(_: str) -> None:
    """Nothing is kept."""


def test_nothing_about_the_machine_is_in_the_entry(site: Site, region: Region) -> None:
    region.sign(reworded())
    with site.open(**region.settings) as node:
        put(question(node), node.office)
        entry = _adopted(node)[-1]
        told = unseal(entry.sealed, key=node.house_key)
        assert str(site.folder.parent) not in str(told)


def test_every_error_of_the_rules_in_force_says_what_to_do(site: Site) -> None:
    with site.open(HUTONG_POLICY_ENGINE="opa-server") as node, pytest.raises(ExchangeError) as refused:
        node.office.policy()
    assert refused.value.hint


def test_a_node_whose_rules_cannot_be_used_does_not_begin_to_serve(site: Site, region: Region) -> None:
    region.bundle.write_bytes(reworded())
    with pytest.raises(NotSigned), open_counter(site.folder, region.settings):
        pass
