"""The files of an extract hang on its receipt, and what was entered in error is no data."""

import orjson
import pytest

from exchange.research.mistakes import is_a_mistake
from ledger.sealing import is_opening, opening, seal
from tests.exchange.nodes import entropy


def test_an_opening_shows_what_was_committed_to_and_nothing_else_fits() -> None:
    sealed = seal({"manifest": "sha256:00"}, key=b"k" * 32, entropy=entropy("seal"))
    opened = opening(sealed.ciphertext, key=b"k" * 32)
    assert is_opening(opened, sealed.commitment)
    assert orjson.loads(opened["details"]) == {"manifest": "sha256:00"}
    for wrong in (
        opened | {"details": opened["details"].replace("00", "01")},
        opened | {"salt": "00" * 32},
        opened | {"salt": "zz"},
        {"details": opened["details"]},
        {},
    ):
        assert not is_opening(wrong, sealed.commitment)


@pytest.mark.parametrize(
    ("resource", "mistake"),
    [
        ({"status": "entered-in-error"}, True),
        ({"verificationStatus": {"coding": [{"code": "entered-in-error"}]}}, True),
        ({"status": "final", "note": [{"text": "not entered-in-error"}]}, False),
        ({"status": "final"}, False),
    ],
    ids=str,
)
def test_what_was_entered_in_error_says_so_itself(resource: dict[str, object], mistake: bool) -> None:
    assert is_a_mistake(orjson.dumps(resource)) is mistake
