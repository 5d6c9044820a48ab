"""The node that keeps the record has it on record too how the patient was recognised, and from where it was asked."""

import secrets

import orjson
import pytest

from exchange.audit.details import details_of
from exchange.decisions import decisions
from exchange.elsewhere import elsewhere
from exchange.federation.messages import NotAMessage, encode, question_of, read_question
from ledger.sealing import unseal
from tests.federation.asking import Two, asked, question, request
from tests.federation.nodes import PATIENT


def test_both_sides_have_it_on_record_sealed(two: Two) -> None:
    before = len(two.asker.kinds())
    assert asked(two, request(two, authn_method="health-card", zone="mobile")).permit
    holder = two.holder.node()
    told = details_of(holder.office, list(decisions(holder.log))[-1]).told["request"]
    assert (told["authn_method"], told["zone"]) == ("health-card", "mobile")
    asking = two.asker.node()
    sealed = unseal(asking.log.read(before).sealed, key=asking.vault.key_of(elsewhere("ks", PATIENT)).key)
    assert (sealed["authn_method"], sealed["zone"]) == ("health-card", "mobile")


def test_a_question_that_does_not_say_it_is_as_it_always_was(two: Two) -> None:
    words = orjson.loads(encode(question(two)))
    assert not {"authn_method", "zone"} & words.keys()
    assert read_question(orjson.dumps(words)).authn_method == ""


@pytest.mark.attack
@pytest.mark.parametrize(
    "said",
    [
        {"zone": "欧阳静姝"},
        {"authn_method": "110105199003070013"},
        {"zone": None},
        {"authn_method": ["code"]},
    ],
)
def test_a_peer_writes_no_words_of_its_own_there(two: Two, said: dict[str, object]) -> None:
    with pytest.raises(NotAMessage):
        question(two, **said)


@pytest.mark.attack
def test_words_nobody_knows_are_not_sent_either(two: Two) -> None:
    with pytest.raises(NotAMessage):
        question_of(request(two, zone="moon"), holder="ks", entropy=secrets.token_bytes)
