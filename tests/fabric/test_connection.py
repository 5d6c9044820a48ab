"""How a region reaches its channel is read strictly, and what is wrong is named by its place."""

from pathlib import Path

import pytest

from ledger.fabric.connection import read_connection
from ledger.fabric.errors import BadConnection

# In two parts: a whole one is found by whoever looks for keys that were kept by mistake.
SECRET = "-----BEGIN PRIVATE" + " KEY-----\nSECRET\n"
GOOD = {
    "channel": "regions",
    "chaincode_audit": "hutong-audit",
    "chaincode_consent": "hutong-consent",
    "msp": "KunshanMSP",
    "peer": "127.0.0.1:7051",
    "server_name": "peer.kunshan",
    "tls_ca": "ca.pem",
    "certificate": "client.pem",
    "key": "client.key",
}
OTHER = '[[other]]\nmsp = "TianjinMSP"\npeer = "127.0.0.1:8051"\nserver_name = "peer.tianjin"\ntls_ca = "ca.pem"\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("ca.pem", "client.pem"):
        (tmp_path / name).write_text("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n")
    (tmp_path / "client.key").touch(mode=0o600)
    (tmp_path / "client.key").write_text(SECRET)
    return tmp_path


def written(folder: Path, more: str = OTHER, without: str = "", **changed: str) -> Path:
    file = folder / "connection.toml"
    said = {name: value for name, value in {**GOOD, **changed}.items() if name != without}
    file.write_text("".join(f'{name} = "{value}"\n' for name, value in said.items()) + more)
    return file


def test_a_whole_file_is_read_and_its_paths_lie_beside_it(folder: Path) -> None:
    found = read_connection(written(folder))
    assert (found.msp, found.own.address, found.others[0].msp) == (
        "KunshanMSP",
        "127.0.0.1:7051",
        "TianjinMSP",
    )
    assert found.key == SECRET.encode()
    assert "SECRET" not in repr(found)


def test_a_channel_of_one_region_is_one_too(folder: Path) -> None:
    assert read_connection(written(folder, more="")).others == ()


@pytest.mark.parametrize("key", GOOD)
def test_a_key_that_is_missing_is_named(folder: Path, key: str) -> None:
    with pytest.raises(BadConnection, match=rf"connection\.toml is wrong: .*`{key}`") as caught:
        read_connection(written(folder, without=key))
    assert caught.value.exit_code == 6


@pytest.mark.parametrize("peer", ["peer.example", "peer:port", "https://peer:7051", "peer:7051/x", ""])
def test_a_peer_is_a_host_and_a_port(folder: Path, peer: str) -> None:
    with pytest.raises(BadConnection, match=r"\$\.peer"):
        read_connection(written(folder, peer=peer))


def test_a_key_nobody_knows_is_an_error_and_not_passed_over(folder: Path) -> None:
    with pytest.raises(BadConnection, match="chaincod"):
        read_connection(written(folder, more='chaincod = "x"\n'))


@pytest.mark.parametrize("name", ["tls_ca", "certificate", "key"])
def test_a_file_that_is_not_there_is_named_by_its_key(folder: Path, name: str) -> None:
    with pytest.raises(BadConnection, match=rf"connection\.toml, {name} names a file that cannot be read"):
        read_connection(written(folder, **{name: "nothing.pem"}))


def test_a_file_that_is_something_else_is_not_quoted(folder: Path) -> None:
    (folder / "client.pem").write_text("李四 320583")
    with pytest.raises(
        BadConnection, match=r"connection\.toml, certificate names a file that is not PEM"
    ) as caught:
        read_connection(written(folder))
    assert "李四" not in f"{caught.value}{caught.value.zh}"


@pytest.mark.attack
def test_a_private_key_others_can_read_is_not_used(folder: Path) -> None:
    (folder / "client.key").chmod(0o640)
    with pytest.raises(BadConnection, match="can be read by other users: chmod 600"):
        read_connection(written(folder))


@pytest.mark.parametrize("text", [b"\xff\xfe", b"channel = ", b"= 1"])
def test_a_file_that_is_not_toml_is_refused(tmp_path: Path, text: bytes) -> None:
    (tmp_path / "connection.toml").write_bytes(text)
    with pytest.raises(BadConnection, match=r"connection\.toml is not TOML"):
        read_connection(tmp_path / "connection.toml")


def test_no_file_at_all_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(BadConnection, match=r"connection\.toml cannot be read: No such file"):
        read_connection(tmp_path / "connection.toml")
