"""Whatever a hospital hands in is read, and every line that cannot be is named by file and number."""

import gzip
import io
import json
import os
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from exchange.records import Found, Problem, read_paths
from exchange.records.errors import PathNotFound
from exchange.records.lines import CutShort, Lines, TooLong
from tests.records.made_up import LI, WANG, bundle, entry, lines, written

GOOD = lines(LI, WANG)


def read(*paths: Path | str, stdin: bytes = b"") -> list[Found | Problem]:
    return [*read_paths(paths, stdin=io.BytesIO(stdin))]


def said(items: list[Found | Problem]) -> list[str]:
    return [f"{item.type}/{item.id}" if isinstance(item, Found) else item.reason for item in items]


def test_lines_are_read_whatever_ends_them_and_blank_ones_say_nothing(tmp_path: Path) -> None:
    file = tmp_path / "p.ndjson"
    file.write_bytes(b"\n" + written(LI) + b"\r\n   \n\n" + written(WANG))
    first, second = read(file)
    assert said([first, second]) == ["Patient/li", "Patient/wang"]
    assert (first.place.line, second.place.line) == (2, 5)


@pytest.mark.parametrize("name", ["p.ndjson", "p.jsonl", "p.json", "anything"])
def test_lines_are_lines_whatever_the_file_is_called(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(GOOD)
    assert said(read(tmp_path / name)) == ["Patient/li", "Patient/wang"]


@pytest.mark.parametrize("name", ["p.ndjson.gz", "p.json.gz", "p.ndjson"])
def test_a_compressed_file_is_known_by_its_first_bytes(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(gzip.compress(GOOD))
    assert said(read(tmp_path / name)) == ["Patient/li", "Patient/wang"]


@pytest.mark.parametrize("packed", [False, True])
def test_standard_input_is_read(packed: bool) -> None:
    assert said(read("-", stdin=gzip.compress(GOOD) if packed else GOOD)) == ["Patient/li", "Patient/wang"]
    assert read("-", stdin=b"{}")[0].place.file == "<stdin>"


def test_one_resource_written_over_many_lines_is_one_resource(tmp_path: Path) -> None:
    file = tmp_path / "li.json"
    file.write_text(json.dumps(LI, indent=2), "utf-8")
    [item] = read(file)
    assert said([item]) == ["Patient/li"]
    assert item.place.line == 0


def test_a_bundle_may_be_a_file_or_a_line(tmp_path: Path) -> None:
    one = bundle(entry(LI), entry(WANG))
    (tmp_path / "b.json").write_text(json.dumps(one, indent=1), "utf-8")
    (tmp_path / "b.ndjson").write_bytes(lines(LI, one))
    assert said(read(tmp_path / "b.json")) == ["Patient/li", "Patient/wang"]
    assert said(read(tmp_path / "b.ndjson")) == ["Patient/li", "Patient/li", "Patient/wang"]


def test_a_folder_is_read_in_the_order_of_its_names_and_without_what_is_hidden(tmp_path: Path) -> None:
    for name, one in (("b.ndjson", WANG), ("a/a.json", LI), (".hidden/x.json", LI), (".x.json", LI)):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(written(one))
    (tmp_path / "README.txt").write_text("not a record", "utf-8")
    (tmp_path / "gone.json").symlink_to(tmp_path / "nowhere.json")
    os.mkfifo(tmp_path / "pipe.ndjson")  # opening it would wait for ever
    assert said(read(tmp_path)) == ["Patient/wang", "Patient/li"]


def test_a_path_that_is_not_there_is_said_before_anything_is_read(tmp_path: Path) -> None:
    (tmp_path / "p.ndjson").write_bytes(GOOD)
    with pytest.raises(PathNotFound, match=r"missing\.json is not there; nothing was imported"):
        read_paths([tmp_path / "p.ndjson", tmp_path / "missing.json"])


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody without the right to read")
def test_a_folder_nobody_may_look_into_is_named_and_the_rest_is_read(open_folder: Path) -> None:
    shut = open_folder / "shut"
    shut.mkdir(mode=0)
    (open_folder / "p.ndjson").write_bytes(GOOD)
    os.seteuid(65534)
    try:
        items = read(open_folder)
    finally:
        os.seteuid(0)
    assert said(items) == ["Patient/li", "Patient/wang", "unreadable"]
    assert str(items[-1]).startswith(f"{shut}: cannot be read")


BAD_LINES = [
    (b'{"resourceType":"Patient","id":"x"', "not-json"),
    (b"[1]", "not-an-object"),
    (b'{"id":"x"}', "no-type"),
    (b'{"resourceType":"Person2","id":"x"}', "unknown-type"),
    (b'{"resourceType":["Patient"],"id":"x"}', "unknown-type"),
    (b'{"resourceType":"Patient"}', "no-id"),
    (b'{"resourceType":"Patient","id":7}', "bad-id"),
    (b'{"resourceType":"Patient","id":""}', "bad-id"),
    (b'{"resourceType":"Patient","id":"' + b"x" * 65 + b'"}', "bad-id"),
    ('{"resourceType":"Patient","id":"王"}'.encode(), "bad-id"),
    (b'{"resourceType":"Patient","id":"x\\n"}', "bad-id"),
    (b'{"resourceType":"Patient","id":"x","id":"y"}', "duplicate-key"),
    (b'{"resourceType":"Patient","id":"x","multipleBirthInteger":NaN}', "not-a-number"),
    (b'\xef\xbb\xbf{"resourceType":"Patient","id":"x"}', "byte-order-mark"),
    (b'{"resourceType":"Patient","id":"x","name":"\xc0\xaf"}', "not-utf8"),
]


@pytest.mark.parametrize(("bad", "reason"), BAD_LINES)
def test_a_bad_line_is_named_by_file_and_line_and_the_others_are_read(
    tmp_path: Path, bad: bytes, reason: str
) -> None:
    file = tmp_path / "p.ndjson"
    file.write_bytes(written(LI) + b"\n" + bad + b"\n" + written(WANG) + b"\n")
    first, problem, last = read(file)
    assert said([first, last]) == ["Patient/li", "Patient/wang"]
    assert isinstance(problem, Problem)
    assert (problem.reason, problem.place.line, problem.raw) == (reason, 2, bad)
    assert problem.en.startswith(f"{file}:2: ")
    assert problem.zh.startswith(f"{file}:2:")


def test_the_longest_id_is_64_long(tmp_path: Path) -> None:
    (tmp_path / "p.ndjson").write_bytes(b'{"resourceType":"Patient","id":"' + b"x" * 64 + b'"}')
    assert said(read(tmp_path / "p.ndjson")) == ["Patient/" + "x" * 64]


def test_what_is_wrong_is_said_without_the_value(tmp_path: Path) -> None:
    (tmp_path / "p.ndjson").write_bytes(b'{"resourceType":"Patient","id":"320583199003072213"x}')
    [problem] = read(tmp_path / "p.ndjson")
    assert isinstance(problem, Problem)
    for text in (problem.en, problem.zh, repr(problem)):
        assert "320583199003072213" not in text


def test_a_document_that_is_broken_is_named_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "p.json").write_bytes(b'{\n "resourceType": "Patient",\n "id": oops\n}')
    [problem] = read(tmp_path / "p.json")
    assert str(problem) == f"{tmp_path}/p.json:3: is not JSON (column 8)"
    assert isinstance(problem, Problem)
    assert problem.zh == f"{tmp_path}/p.json:3:不是 JSON(第 8 列)"


def test_lines_are_found_behind_a_first_one_that_is_broken(tmp_path: Path) -> None:
    (tmp_path / "p.json").write_bytes(b'{"resourceType":\n' + GOOD)
    assert said(read(tmp_path / "p.json")) == ["not-json", "Patient/li", "Patient/wang"]


def test_a_compressed_file_that_ends_early_gives_what_it_has_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "p.ndjson.gz").write_bytes(gzip.compress(GOOD)[:-12])
    assert said(read(tmp_path / "p.ndjson.gz"))[-1] == "cut-short"


def test_a_line_as_long_as_the_limit_is_read_and_a_longer_one_is_skipped_whole() -> None:
    longest, longer = b"a" * 9 + b"\n", b"b" * 25 + b"\n"
    source = Lines(io.BytesIO(longest + longer + b"c\n"), limit=10)
    assert source.next() == longest
    with pytest.raises(TooLong):
        source.next()
    assert source.next() == b"c\n"
    assert (source.number, source.bytes_read) == (3, 38)


def test_a_damaged_compressed_stream_is_no_crash() -> None:
    damaged = bytearray(gzip.compress(GOOD * 100))
    damaged[40] ^= 0xFF
    source = Lines(io.BufferedReader(gzip.GzipFile(fileobj=io.BytesIO(damaged))))
    with pytest.raises(CutShort):
        source.rest()


@given(st.lists(st.binary(max_size=60), max_size=8), st.booleans())
def test_no_content_makes_reading_stop(junk: list[bytes], packed: bool) -> None:
    """Whatever stands before it, the last line is read."""
    raw = b"".join(part.replace(b"\n", b" ") + b"\n" for part in (*junk, written(LI)))
    assume(packed or not raw.startswith(b"\x1f\x8b"))
    assert said(read("-", stdin=gzip.compress(raw) if packed else raw))[-1] == "Patient/li"


def test_a_reading_that_is_given_up_leaves_no_file_open(tmp_path: Path) -> None:
    (tmp_path / "p.ndjson").write_bytes(GOOD)
    reading = read_paths([tmp_path / "p.ndjson"])
    next(reading)
    reading.close()
    assert [*reading] == []
    assert not any(os.path.samefile(f"/proc/self/fd/{fd}", tmp_path / "p.ndjson") for fd in open_files())


def open_files() -> list[str]:
    return [fd for fd in os.listdir("/proc/self/fd") if os.path.exists(f"/proc/self/fd/{fd}")]
