"""A receipt holds without us; whoever changes a letter of it, or makes one of other parts, is found out."""

import base64
import copy
import re
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import msgspec
import orjson
import pytest

from exchange.audit.agreement import disagreements
from exchange.consenting import NoSuchConsent, NoSuchVersion, revoke
from exchange.consenting.importing import import_consents
from exchange.erasing import erase
from exchange.node.node import Node
from exchange.receipts import Issued, ReceiptWrong, check_receipt, form, issue, page
from ledger import Change, Draft, Entry, Recorded
from ledger.proof import Proof, prove
from ledger.proof import check as check_proof
from ledger.sealing import is_opening, opening
from tests.exchange.nodes import OFFICER, OTHER_HOSPITAL, Site, allow, entries, last
from tests.exchange.people import AN, BO

Json = dict[str, Any]
ME = f"Patient/{AN}"


def made(node: Node, consent_id: str, version: int | None = None) -> Issued:
    return issue(node, AN, consent_id, version=version, by=ME)


def holds(receipt: Json) -> bool:
    try:
        check_receipt(orjson.dumps(receipt))
    except ReceiptWrong:
        return False
    return True


def signed_again(node: Node, honest: form.Receipt, record: Json) -> form.Receipt:
    """A receipt whose record the node itself put on record, whatever stands in it."""
    key = node.vault.key_of(AN).key
    entry = replace(check_proof(msgspec.json.encode(honest.receipt.proof)).entry, details="")
    told = {"receipt": honest.record["receipt_id"], "record_sha256": form.digest(record)}
    found = node.desk.write(entry, told, key=key)
    own = form.Proved(
        proof=msgspec.json.decode(prove(node.log, found.id), type=Proof),
        opening=form.Opening(**opening(found.sealed, key=key)),
    )
    return msgspec.structs.replace(honest, code=form.code_of(found.body.decode()), record=record, receipt=own)


def raw_of(node: Node, **more: Any) -> bytes:
    return form.write(made(node, allow(node, **more).consent_id).receipt)


def test_it_says_who_agreed_to_what_and_where_that_stands(node: Node) -> None:
    granted = allow(node)
    checked = check_receipt(form.write(made(node, granted.consent_id).receipt), node.vkey)
    assert checked.pinned
    assert checked.sentence["zh"].startswith("您同意昆山市玉峰中医医院为看病查看您的记录。")
    assert not checked.words_differ
    assert (checked.consent.id, checked.consent.index) == (granted.entry.id, granted.entry.index)
    assert checked.consent.size == node.log.size
    assert checked.consent.origin == f"hutong.{node.region}/{node.id}"
    said = checked.receipt.record["said"]
    assert [one["reference"] for one in said["signed_by"]] == [ME]
    assert said["collection_method"] == {"code": "counter", "zh": "窗口办理", "en": "at the counter"}


def test_it_has_the_fields_of_the_specification(node: Node) -> None:
    record = made(node, allow(node).consent_id).receipt.record
    for name in (
        *("schema_version", "record_id", "receipt_id", "pii_principal", "language", "jurisdiction", "event"),
        *("pii_controllers", "recipient_third_parties", "lawful_basis", "processing_method"),
        *("privacy_rights", "withdrawal_method", "notice", "policy"),
    ):
        assert record[name], name
    for name in ("purposes", "pii_types", "recipients", "signed", "evidence", "confirmed_separately"):
        assert record["said"][name], name


def test_what_nobody_knows_is_said_and_not_made_up(node: Node) -> None:
    record = made(node, allow(node).consent_id).receipt.record
    unknown = {(one["article"], one["en"]) for one in record["notice"] if one["answer"] is None}
    assert unknown == {
        ("PIPL 17", "how to reach them"),
        ("PIPL 17", "how long it is kept"),
        ("PIPL 23", "how to reach them"),
        ("PIPL 30", "why sensitive information is needed"),
        ("PIPL 30", "what it means for you"),
    }


def test_a_contact_in_the_registry_is_named(site: Site) -> None:
    registry = site.folder / "registry.toml"
    text = registry.read_text("utf-8")
    line = next(one for one in text.splitlines() if '"ks-tcm-hospital"' in one)
    called = line.replace(" },", ', contact = "医务科", phone = "0512-0000" },')
    registry.write_text(text.replace(line, called), "utf-8")
    with site.open() as node:
        record = made(node, allow(node).consent_id).receipt.record
        (answer,) = (
            one["answer"] for one in record["notice"] if one["article"] == "PIPL 23" and "reach" in one["en"]
        )
        assert answer["zh"] == "昆山市玉峰中医医院 医务科 0512-0000"


def test_that_a_receipt_was_made_is_on_record_and_the_node_stays_sound(node: Node) -> None:
    before = len(entries(node))
    issued = made(node, allow(node).consent_id)
    assert len(entries(node)) == before + 2
    found = last(node)
    assert (found.entry.type, found.entry.subtype, found.id) == ("receipt", "consent", issued.entry.id)
    assert ME.encode() not in found.body
    assert disagreements(node.log, node.house_key) == []


def test_the_proofs_in_it_are_those_anybody_can_check_by_themselves(node: Node) -> None:
    receipt = orjson.loads(raw_of(node))
    for name in ("receipt", "consent"):
        proof = orjson.dumps(receipt[name]["proof"])
        checked = check_proof(proof, node.vkey)
        commitment = checked.entry.details if name == "receipt" else checked.entry.consents[0]
        assert is_opening(receipt[name]["opening"], commitment)


def test_another_key_than_the_one_known_is_found(node: Node, site: Site) -> None:
    raw = raw_of(node)
    assert not check_receipt(raw).pinned
    other = node.vkey[:-6] + "AAAAAA"
    with pytest.raises(ReceiptWrong, match="another log"):
        check_receipt(raw, other)


def test_a_receipt_of_a_version_that_was_taken_back_shows_it(node: Node, site: Site) -> None:
    granted = allow(node)
    before = check_receipt(form.write(made(node, granted.consent_id).receipt))
    assert before.receipt.record["state"]["code"] == "in-force"
    site.clock.pass_by(timedelta(hours=1))
    revoked = revoke(node, AN, granted.consent_id, by=ME, reason="改变主意")
    for version in (1, 2):
        receipt = made(node, granted.consent_id, version).receipt
        checked = check_receipt(form.write(receipt))
        assert checked.receipt.record["state"]["code"] == "taken-back"
        assert checked.receipt.record["event"][-1]["entry"] == revoked.entry.id
        assert "已于 2026-11-25 10:00:00 收回" in page(receipt)
    assert checked.sentence["zh"].startswith("【已收回】")


def test_why_it_was_taken_back_is_not_in_the_receipt_of_what_was_given(node: Node) -> None:
    granted = allow(node)
    revoke(node, AN, granted.consent_id, by=ME, reason="改变主意")
    assert "改变主意".encode() not in form.write(made(node, granted.consent_id, 1).receipt)


def test_a_version_that_was_replaced_and_one_that_ended_say_so(node: Node, site: Site) -> None:
    granted = allow(node, ends="2026-11-30")
    site.clock.pass_by(timedelta(days=10))
    assert made(node, granted.consent_id).receipt.record["state"]["code"] == "ended"
    longer = copy.deepcopy(granted.resource)
    longer["provision"]["period"]["end"] = "2027-11-30"  # type: ignore[index] # a consent is JSON
    file = site.folder.parent / "longer.json"
    file.write_bytes(orjson.dumps(longer))
    report = import_consents(node, [file], by="ks-so-001")
    assert [(en, zh) for _, en, zh in report.changes] == [
        ("Last day: 30 Nov 2026 before, now 30 Nov 2027.", "截止日期由 2026-11-30 改为 2027-11-30。")
    ]
    receipt = made(node, granted.consent_id, 1).receipt
    assert receipt.record["state"]["code"] == "replaced"
    assert check_receipt(form.write(receipt)).consent.entry.subtype == "grant"


def test_a_refusal_has_a_receipt_too(node: Node) -> None:
    receipt = made(node, allow(node, refuse=True, confirmed=()).consent_id).receipt
    checked = check_receipt(form.write(receipt))
    assert checked.sentence["zh"].startswith("您不同意")
    assert receipt.record["notice"] == []
    assert "不让谁看" in page(receipt)


def test_what_does_not_take_effect_yet_is_on_it(node: Node) -> None:
    receipt = made(node, allow(node, confirmed=()).consent_id).receipt
    assert [one["zh"] for one in receipt.record["shortfalls"]] == [
        "向其他机构提供特别私密的信息须单独确认一次"
    ]
    assert "目前还不能完全生效" in page(receipt)


@pytest.mark.attack
def test_every_leaf_that_is_changed_is_found_out(node: Node) -> None:
    granted = allow(node)
    revoke(node, AN, granted.consent_id, by=ME)
    told = orjson.loads(form.write(made(node, granted.consent_id, 1).receipt))
    leaves = list(_leaves(told))
    assert len(leaves) > 150
    for path in leaves:
        for forged in _forged(_at(told, path)):
            changed = copy.deepcopy(told)
            _at(changed, path[:-1])[path[-1]] = forged
            assert not holds(changed), f"{path} was changed and nobody noticed"


@pytest.mark.attack
def test_every_part_that_is_taken_out_or_put_in_is_found_out(node: Node) -> None:
    told = orjson.loads(raw_of(node))
    for path in list(_branches(told)):
        for name in list(_at(told, path)):
            changed = copy.deepcopy(told)
            del _at(changed, path)[name]
            with pytest.raises(ReceiptWrong):
                check_receipt(orjson.dumps(changed))
        more = copy.deepcopy(told)
        _at(more, path)["beside"] = "it"
        with pytest.raises(ReceiptWrong):
            check_receipt(orjson.dumps(more))


@pytest.mark.attack
def test_parts_of_two_receipts_do_not_make_a_third(node: Node) -> None:
    one, other = (
        orjson.loads(raw_of(node, to=to)) for to in (OTHER_HOSPITAL, "Organization/ks-community-centre")
    )
    for names in (
        ("record",),
        ("receipt",),
        ("consent",),
        ("record", "receipt"),
        ("receipt", "consent"),
        ("code",),
    ):
        with pytest.raises(ReceiptWrong):
            check_receipt(orjson.dumps(one | {name: other[name] for name in names}))


@pytest.mark.attack
def test_a_node_that_puts_another_sentence_on_record_is_found_out(node: Node) -> None:
    """The node signs what it says, and it says other than the consent."""
    lies: list[tuple[str, Any]] = [
        ("sentence", {"zh": "您同意任何人查看。", "en": "You allow anyone."}),
        ("purposes", [{"code": "HMARKT", "zh": "看病", "en": "your care"}]),
        ("period", {"start": "", "end": "2099-12-31"}),
    ]
    honest = made(node, allow(node).consent_id).receipt
    assert check_receipt(form.write(signed_again(node, honest, honest.record)))
    for name, lie in lies:
        record = copy.deepcopy(honest.record)
        record["said"][name] = lie
        with pytest.raises(ReceiptWrong, match="other than the consent"):
            check_receipt(form.write(signed_again(node, honest, record)))


@pytest.mark.attack
def test_a_node_that_dates_a_consent_back_is_found_out(node: Node) -> None:
    honest = made(node, allow(node).consent_id).receipt
    record = copy.deepcopy(honest.record)
    record["event"][0]["event_time"] = "2020-01-01T00:00:00+08:00"
    with pytest.raises(ReceiptWrong, match="dates"):
        check_receipt(form.write(signed_again(node, honest, record)))


@pytest.mark.attack
def test_a_node_that_leaves_out_what_a_receipt_tells_is_found_out(node: Node) -> None:
    honest = made(node, allow(node).consent_id).receipt
    for name in ("said", "names", "event", "state", "record_id", "words"):
        record = {key: value for key, value in honest.record.items() if key != name}
        with pytest.raises(ReceiptWrong, match="leaves out"):
            check_receipt(form.write(signed_again(node, honest, record)))


@pytest.mark.attack
def test_a_node_that_says_again_what_was_true_a_month_ago_is_found_out(node: Node, site: Site) -> None:
    """The old record put on record anew, behind the withdrawal."""
    granted = allow(node)
    honest = made(node, granted.consent_id).receipt
    site.clock.pass_by(timedelta(days=30))
    revoke(node, AN, granted.consent_id, by=ME)
    with pytest.raises(ReceiptWrong, match="put on record at another time"):
        check_receipt(form.write(signed_again(node, honest, honest.record)), node.vkey)


@pytest.mark.attack
@pytest.mark.parametrize("name", ["issued", "state"])
def test_neither_of_its_times_can_be_another_than_its_entrys(node: Node, name: str) -> None:
    honest = made(node, allow(node).consent_id).receipt
    for later, holds_still in ((timedelta(seconds=50), True), (timedelta(seconds=70), False)):
        record = copy.deepcopy(honest.record)
        when = (datetime.fromisoformat(record["issued"]) + later).isoformat()
        record |= {"issued": when} if name == "issued" else {"state": record["state"] | {"as_of": when}}
        assert holds(orjson.loads(form.write(signed_again(node, honest, record)))) is holds_still


def test_a_receipt_holds_although_the_clock_was_set_back(node: Node, site: Site) -> None:
    granted = allow(node)
    site.clock.pass_by(-timedelta(hours=3))
    checked = check_receipt(form.write(made(node, granted.consent_id).receipt), node.vkey)
    assert checked.receipt.record["state"]["code"] == "in-force"


@pytest.mark.attack
def test_no_receipt_says_in_force_behind_a_withdrawal(node: Node, site: Site) -> None:
    """The patient takes it back while the receipt is made: what stands in the ledger's order is what it says."""
    granted = allow(node)
    said: list[tuple[str, int]] = []
    begun = threading.Event()

    def desk() -> None:
        with site.open() as own:
            while True:
                receipt = form.write(made(own, granted.consent_id, 1).receipt)
                checked = check_receipt(receipt, own.vkey)
                said.append((checked.receipt.record["state"]["code"], checked.made.index))
                begun.set()
                if said[-1][0] != "in-force":
                    return

    threads = [threading.Thread(target=desk) for _ in range(2)]
    for one in threads:
        one.start()
    assert begun.wait(30)
    revoked = revoke(node, AN, granted.consent_id, by=ME)
    for one in threads:
        one.join()
    assert all((code == "in-force") == (index < revoked.entry.index) for code, index in said)


def test_a_patient_who_speaks_while_a_receipt_is_made_gets_one_of_what_was_said(node: Node) -> None:
    """As if the withdrawal had come right before the receipt's entry: it is made again."""
    granted = allow(node)
    told: list[str] = []

    class Interrupted:
        def append(self, entry: Entry, *, sealed: bytes = b"", change: Change | None = None) -> Recorded:
            if not told:
                told.append(revoke(node, AN, granted.consent_id, by=ME).entry.id)
            return node.log.append(entry, sealed=sealed, change=change)

        def append_many(self, drafts: Sequence[Draft]) -> list[Recorded]:
            return node.log.append_many(drafts)

    interrupted = replace(node.office, desk=node.desk.with_pen(Interrupted()))
    receipt = made(replace(node, office=interrupted), granted.consent_id, 1).receipt
    assert receipt.record["state"]["code"] == "taken-back"
    assert check_receipt(form.write(receipt), node.vkey).receipt.record["event"][-1]["entry"] == told[0]


def test_words_of_another_edition_are_no_lie_but_their_codes_must_fit(node: Node) -> None:
    honest = made(node, allow(node).consent_id).receipt
    record = copy.deepcopy(honest.record) | {"words": "0-earlier"}
    record["said"]["sentence"]["zh"] = "昆山市玉峰中医医院可以看。"
    checked = check_receipt(form.write(signed_again(node, honest, record)))
    assert checked.words_differ
    assert checked.sentence["zh"].startswith("您同意昆山市玉峰中医医院")
    record["said"]["purposes"][0]["code"] = "HMARKT"
    with pytest.raises(ReceiptWrong, match="other than the consent"):
        check_receipt(form.write(signed_again(node, honest, record)))


@pytest.mark.parametrize(
    "raw", [b"", b"[]", b"{", b"null", b'{"format":"hutong-consent-receipt-1"}', b"\xff" * 9]
)
def test_what_is_no_receipt_is_called_so(raw: bytes) -> None:
    with pytest.raises(ReceiptWrong, match="not a receipt"):
        check_receipt(raw)


def test_a_name_given_twice_is_refused(node: Node) -> None:
    raw = raw_of(node)
    with pytest.raises(ReceiptWrong):
        check_receipt(raw.replace(b'"format"', b'"code": "x", "format"', 1))


def test_the_page_needs_nothing_from_elsewhere_and_runs_nothing(node: Node) -> None:
    told = page(made(node, allow(node).consent_id).receipt)
    assert "<script" not in told
    assert all(one.startswith("data:") for one in re.findall(r"(?:src|href)\s*=\s*[\"']?(\S+)", told))
    assert not re.search(r"url\(|@import|\son\w+\s*=", told)
    assert told.index("您同意昆山市玉峰中医医院") < told.index("<table>")
    assert "<svg" in told


def test_the_page_carries_the_receipt_itself(node: Node) -> None:
    receipt = made(node, allow(node).consent_id).receipt
    (data,) = re.findall(r'href="data:application/json;base64,([^"]+)"', page(receipt))
    assert check_receipt(base64.b64decode(data), node.vkey).receipt == receipt


@pytest.mark.attack
def test_markup_in_a_consent_is_text_on_the_page(node: Node) -> None:
    evil = "<script>alert(1)</script><img src=x onerror=alert(1)>&\"'"
    told = page(made(node, allow(node, channel=evil).consent_id).receipt)
    assert "<script" not in told
    assert "<img" not in told
    assert "&lt;script&gt;alert(1)" in told


def test_the_code_is_short_and_of_one_receipt_only(node: Node) -> None:
    consent_id = allow(node).consent_id
    codes = {made(node, consent_id).receipt.code for _ in range(3)}
    assert len(codes) == 3
    assert all(re.fullmatch(r"([A-Z2-7]{4}-){3}[A-Z2-7]{4}", code) for code in codes)


def test_a_receipt_holds_after_the_patient_had_everything_erased(node: Node) -> None:
    raw = raw_of(node)
    erase(node.office, AN, by=OFFICER, reason="-")
    assert check_receipt(raw, node.vkey).sentence["en"].startswith("You allow")


def test_nobody_gets_a_receipt_of_another_patients_consent(node: Node) -> None:
    granted = allow(node)
    with pytest.raises(NoSuchConsent):
        issue(node, BO, granted.consent_id, version=None, by=ME)
    with pytest.raises(NoSuchVersion):
        issue(node, AN, granted.consent_id, version=9, by=ME)


def _leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    pairs = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    )
    if pairs is None:
        yield path
        return
    for name, inner in pairs:
        yield from _leaves(inner, (*path, name))


def _branches(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every object in the receipt."""
    if isinstance(value, dict):
        yield path
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, inner in pairs:
        yield from _branches(inner, (*path, name))


def _at(value: Any, path: tuple[Any, ...]) -> Any:
    for name in path:
        value = value[name]
    return value


def _forged(leaf: Any) -> list[Any]:
    match leaf:
        case bool():
            return [not leaf, None]
        case int():
            return [leaf + 1, leaf - 1, str(leaf)]
        case str():
            middle = len(leaf) // 2
            other = "b" if leaf[middle : middle + 1] != "b" else "c"
            return [leaf + "x", leaf[:middle] + other + leaf[middle + 1 :], None]
        case _:
            return ["x", 0]
