"""Settings: none is needed, each says where it came from, and a slip of the hand is never ignored."""

from pathlib import Path

import pytest

from exchange.errors import BadSetting, NotANode
from exchange.node.settings import TABLE, Settings, read_settings, write_settings
from tests.exchange.nodes import Site


def settings(place: Path, text: str = "", **environment: str) -> Settings:
    (place / "node.toml").write_text(text, encoding="utf-8")
    return read_settings(place / "node.toml", environment)


def test_without_anything_set_every_value_is_the_default(tmp_path: Path) -> None:
    found = settings(tmp_path)
    assert {one.key: found[one.key] for one in TABLE} == {one.key: one.default for one in TABLE}
    assert {one.origin for one in found.values.values()} == {"default"}


@pytest.mark.parametrize("written", ["2", '"2"', '"majority"', '"none"'])
def test_how_many_witnesses_must_sign_is_a_word_or_a_number(tmp_path: Path, written: str) -> None:
    found = settings(tmp_path, f"[witness]\nquorum = {written}\n")["witness.quorum"]
    assert str(found) == written.strip('"')
    assert str(settings(tmp_path, HUTONG_WITNESS_QUORUM=written.strip('"'))["witness.quorum"]) == str(found)


@pytest.mark.parametrize("written", ["0", "-1", "100", '"most"', '"0"', "true", "1.5"])
def test_no_other_number_or_word_says_how_many_witnesses_must_sign(tmp_path: Path, written: str) -> None:
    with pytest.raises(BadSetting):
        settings(tmp_path, f"[witness]\nquorum = {written}\n")


def test_each_value_says_where_it_came_from(tmp_path: Path) -> None:
    found = settings(
        tmp_path,
        "[serve]\nport = 8400\n[research]\nsmall_cell = 5\n",
        HUTONG_SERVE_PORT="8500",
        HUTONG_CONSENT_INTERNAL_CARE="false",
        PATH="/bin",
        HUTONG_LANG="zh",
        HUTONG_NODE="somewhere",
    )
    keys = ("serve.port", "research.small_cell", "serve.host")
    origins = {key: (found[key], found.values[key].origin) for key in keys}
    assert origins == {
        "serve.port": (8500, "HUTONG_SERVE_PORT"),
        "research.small_cell": (5, "node.toml, research.small_cell"),
        "serve.host": ("127.0.0.1", "default"),
    }
    assert found["consent.internal_care"] is False


def test_tables_can_be_set_from_file_and_environment(tmp_path: Path) -> None:
    found = settings(
        tmp_path,
        '[consent.required_policies]\n"https://example.cn/policy" = "2"\n',
        HUTONG_CONSENT_STATUTORY_AUTHORITIES='{"PUBHLTH": ["Organization/ks-cdc"]}',
    )
    assert found["consent.required_policies"] == {"https://example.cn/policy": "2"}
    assert found["consent.statutory_authorities"] == {"PUBHLTH": ["Organization/ks-cdc"]}


WRONG = [
    ("[serve]\nprot = 1\n", "node.toml, serve.prot: no setting has this name"),
    ("[server]\nport = 1\n", "node.toml, server.port: no setting has this name"),
    ("port = 1\n", "node.toml, port: no setting has this name"),
    ('[serve]\nport = "8400"\n', "node.toml, serve.port: expected"),
    ("[serve]\nport = true\n", "node.toml, serve.port: expected"),
    ("[serve]\nport = 0\n", "node.toml, serve.port: expected"),
    ("[serve]\nport = 65536\n", "node.toml, serve.port: expected"),
    ("[serve]\ntimeout_seconds = 0\n", "node.toml, serve.timeout_seconds: expected"),
    ("[research]\nsmall_cell = -1\n", "node.toml, research.small_cell: expected"),
    ("[emergency]\nspool_minutes = 0\n", "node.toml, emergency.spool_minutes: expected"),
    ("[consent]\ntz_hours = 99\n", "node.toml, consent.tz_hours: expected"),
    ("[consent]\ninternal_care = 1\n", "node.toml, consent.internal_care: expected"),
    (
        '[consent]\nstatutory_authorities = {PUBHLTH = "ks-cdc"}\n',
        "node.toml, consent.statutory_authorities: expected",
    ),
    ("[serve\n", "node.toml: is not TOML"),
]


@pytest.mark.parametrize(("text", "says"), WRONG)
def test_what_cannot_be_a_setting_is_an_error_that_names_the_place(
    tmp_path: Path, text: str, says: str
) -> None:
    with pytest.raises(BadSetting) as refused:
        settings(tmp_path, text)
    assert str(refused.value).startswith(says)
    assert refused.value.exit_code == 6


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HUTONG_SERVE_PORT", "secret-value"),
        ("HUTONG_SERVE_PORT", "-1"),
        ("HUTONG_CONSENT_INTERNAL_CARE", "nein"),
        ("HUTONG_SERVE_PROT", "8400"),
        ("HUTONG_RESEARCH_", "1"),
    ],
)
def test_a_variable_that_cannot_be_used_is_named_and_not_its_value(
    tmp_path: Path, name: str, value: str
) -> None:
    with pytest.raises(BadSetting) as refused:
        settings(tmp_path, **{name: value})
    assert str(refused.value).startswith(f"{name}: ")
    assert value not in str(refused.value).removeprefix(name)
    assert value not in refused.value.zh.removeprefix(name)


def test_a_file_that_is_not_there_is_no_node(tmp_path: Path) -> None:
    with pytest.raises(NotANode):
        read_settings(tmp_path / "node.toml", {})


def test_a_file_that_is_not_utf8_is_said(tmp_path: Path) -> None:
    (tmp_path / "node.toml").write_bytes(b'[node]\nname = "\xff"\n')
    with pytest.raises(BadSetting, match="cannot be read"):
        read_settings(tmp_path / "node.toml", {})


@pytest.mark.parametrize("name", ["昆山", 'with "quotes" and \\', "tab\tand\nline", "🏥", "\u007f"])
def test_what_is_written_is_read_back(tmp_path: Path, name: str) -> None:
    file = tmp_path / "node.toml"
    write_settings(file, {"node.id": "ks", "node.name": name, "serve.url": "https://ks.example"})
    found = read_settings(file, {})
    assert (found["node.name"], found["serve.url"]) == (name, "https://ks.example")
    assert "small_cell" not in file.read_text(encoding="utf-8")  # defaults stay defaults


def test_a_setting_reaches_what_it_is_for(site: Site) -> None:
    with site.open(HUTONG_EMERGENCY_SPOOL_MINUTES="5", HUTONG_CONSENT_EVIDENCE_REQUIRED="false") as node:
        assert node.spool.open_for.total_seconds() == 300
        assert node.office.consent_config.evidence_required is False


def test_every_setting_is_explained_in_both_languages() -> None:
    assert [one.key for one in TABLE if not (one.en and one.zh)] == []
    assert len({one.variable for one in TABLE}) == len(TABLE)
