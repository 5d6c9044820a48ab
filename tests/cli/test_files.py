"""What goes into a file is there whole or not at all, and only its owner can read it."""

import os
import stat
from pathlib import Path

import pytest

from cli.errors import CannotRead, CannotWriteAnswer
from cli.files import answer_to, read_bytes


def test_an_answer_is_written_whole_for_its_owner_alone(tmp_path: Path) -> None:
    place = tmp_path / "record.json"
    with answer_to(place) as file:
        file.write(b"{}")
        assert not place.exists()
    assert place.read_bytes() == b"{}"
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [place]


def test_a_failure_leaves_neither_a_file_nor_half_of_one(tmp_path: Path) -> None:
    with pytest.raises(KeyError):
        _write_half(tmp_path / "record.json")
    assert list(tmp_path.iterdir()) == []


def test_a_failure_leaves_an_earlier_answer_as_it_was(tmp_path: Path) -> None:
    place = tmp_path / "record.json"
    place.write_bytes(b"before")
    with pytest.raises(KeyError):
        _write_half(place)
    assert place.read_bytes() == b"before"


def test_a_place_that_cannot_be_written_is_found_before_anything_is_asked(tmp_path: Path) -> None:
    asked = False
    with pytest.raises(CannotWriteAnswer) as told, answer_to(tmp_path / "nowhere" / "record.json"):
        asked = True
    assert not asked
    assert told.value.exit_code == 5


def test_a_folder_is_not_written_over(tmp_path: Path) -> None:
    with pytest.raises(CannotWriteAnswer), answer_to(tmp_path):
        raise AssertionError("it was asked")
    assert list(tmp_path.iterdir()) == []


def test_a_device_is_written_to_and_not_replaced() -> None:
    device = Path("/dev/null")
    with answer_to(device) as file:
        file.write(b"{}")
    assert device.is_char_device()


def test_a_link_keeps_pointing_where_it_pointed(tmp_path: Path) -> None:
    place, link = tmp_path / "record.json", tmp_path / "link.json"
    place.write_bytes(b"before")
    link.symlink_to(place)
    with answer_to(link) as file:
        file.write(b"{}")
    assert link.is_symlink()
    assert place.read_bytes() == b"{}"


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    place = str(tmp_path / "question.json")
    with pytest.raises(CannotRead, match=r"question\.json cannot be read: No such file") as told:
        read_bytes(place)
    assert told.value.exit_code == 6


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_nobody_may_read_is_named(tmp_path: Path) -> None:
    place = tmp_path / "question.json"
    place.write_bytes(b"{}")
    place.chmod(0)
    with pytest.raises(CannotRead, match="Permission denied"):
        read_bytes(str(place))


def _write_half(place: Path) -> None:
    with answer_to(place) as file:
        file.write(b"{")
        raise KeyError
