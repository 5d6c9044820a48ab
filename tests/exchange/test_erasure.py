"""Erasure is the destruction of one key: afterwards nobody can read, and every proof still holds."""

from pathlib import Path

import pytest

from exchange.audit import show, who_saw
from exchange.audit.story import RecordErased
from exchange.consenting import consents_of
from exchange.node.node import Node
from exchange.status import health
from ledger.proof import check, prove
from ledger.verify import verify
from tests.exchange.nodes import OTHER_HOSPITAL, REASON, Site, allow, emergency, put, question, released
from tests.exchange.people import AN, AN_NUMBER


@pytest.fixture
def intent(node: Node) -> str:
    """An access to AN's record, before her key is destroyed."""
    allow(node)
    put(question(node, patient=AN_NUMBER), node.office)
    put(emergency(node), node.office)
    found = released(question(node), node.office).intent.id
    assert node.vault.destroy(AN)
    return found


def test_who_looked_before_cannot_be_told_any_more_and_that_is_said(node: Node, intent: str) -> None:
    with pytest.raises(RecordErased) as erased:
        who_saw(node.office, AN)
    assert "密钥已销毁" in erased.value.zh
    assert intent not in str(erased.value)


def test_the_entry_is_shown_without_what_was_sealed_with_it(node: Node, intent: str) -> None:
    shown = show(node.office, intent)
    assert shown.as_dict()["details"] is None
    assert shown.lines("en")[-1] == "  the sealed details cannot be opened: their key was destroyed"
    assert shown.lines("zh")[-1] == "  密封内容无法打开:密钥已销毁"


def test_every_proof_still_holds(node: Node, intent: str) -> None:
    assert verify(node.log, node.vkey).ok
    assert check(prove(node.log, intent), node.vkey).entry.why == "CONSENT_PERMIT"
    assert all(one.ok for one in health(node) if one.name_en == "ledger")


def test_consents_are_gone_with_the_key(node: Node, intent: str) -> None:
    """So nobody else sees the record any more; the patient may agree again, under a new key."""
    assert consents_of(node, AN) == []
    assert put(question(node), node.office).code == "NO_CONSENT"
    allow(node)
    assert put(question(node), node.office).permit
    assert [look.permit for look in who_saw(node.office, AN)] == [False, True]


def test_no_file_of_the_node_holds_what_was_said(site: Site) -> None:
    """The record itself lies in records.db, which belongs to the hospitals; everything else forgets."""
    with site.open() as node:
        granted = allow(node)
        put(emergency(node), node.office)
        put(question(node, patient=AN_NUMBER), node.office)
        sentence = "玉峰中医医院为看病"
        said = [granted.consent_id, OTHER_HOSPITAL, REASON, "欧阳静姝", AN_NUMBER, sentence, f"Patient/{AN}"]
        keys = node.vault.key_of(AN)
        node.vault.destroy(AN)
        node.log.checkpoint()
        assert _holding(site.folder, [*(one.encode() for one in said), keys.key]) == []
    assert _holding(site.folder, [*(one.encode() for one in said), keys.key]) == []


def _holding(folder: Path, words: list[bytes]) -> list[tuple[str, bytes]]:
    kept = [
        path
        for path in folder.rglob("*")
        if path.is_file() and path.name not in ("records.db", "registry.toml")
    ]
    assert {"ledger.db", "vault.db", "master.key"} <= {path.name for path in kept}
    return [(path.name, word) for path in kept for word in words if word in path.read_bytes()]


def test_destroying_a_key_that_is_not_there_says_so(node: Node) -> None:
    node.vault.key_of(AN)
    assert [node.vault.destroy(AN), node.vault.destroy(AN), node.vault.destroy("p-404")] == [
        True,
        False,
        False,
    ]
    assert not node.vault.was_erased("p-404")
