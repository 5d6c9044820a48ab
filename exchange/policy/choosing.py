"""Which bundle a node runs and which engine it asks: what its settings name, and nothing in its place."""

import ipaddress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from exchange.errors import BadSetting
from exchange.node.settings import Settings
from policies.bundle import Bundle, contents, opened, read_bundle

PACKAGED = "packaged"
BUILT_IN, OPA_SERVER = "built-in", "opa-server"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The rules in force: the bundle, the name of the file it came from, and the key that vouches for it.

    `source` is "packaged" for the rules that came with the program; `signed_by` is the fingerprint of the key, "" for
    the packaged ones, which are pinned instead.
    """

    bundle: Bundle
    source: str
    signed_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """Where the OPA server is, and how the two know each other."""

    url: str
    ca_file: Path | None
    token_file: Path | None


def chosen_bundle(settings: Settings, root: Path) -> Chosen:
    """The bundle the node runs; `root` is the node's folder, from which the files are named.

    Raises BadSetting, and a PolicyError where the bundle cannot be read, or is not signed by the node's key.
    """
    bundle, key = file_in(settings, root, "policy.bundle"), file_in(settings, root, "policy.key")
    if bundle is None and key is None:
        return Chosen(bundle=read_bundle(), source=PACKAGED, signed_by="")
    if bundle is None or key is None:
        missing = "policy.bundle" if bundle is None else "policy.key"
        raise BadSetting(
            missing,
            "is needed as well: a bundle of one's own is used only with the key it is signed by",
            "也须填写：自有策略包必须与其签名公钥一并设置",
        )
    from policies.signing import read_policy_key, require_signed

    trusted = read_policy_key(_read(key, "policy.key"), key.name)
    packed = contents(bundle)
    require_signed(packed, trusted, bundle.name)
    return Chosen(bundle=opened(packed, bundle.name), source=bundle.name, signed_by=trusted.fingerprint)


def chosen_server(settings: Settings, root: Path) -> Server | None:
    """The OPA server the node asks; None where it asks the built-in engine. Raises BadSetting."""
    if settings["policy.engine"] == BUILT_IN:
        return None
    url: str = settings["policy.url"]
    _require_safe(url)
    return Server(
        url=url,
        ca_file=file_in(settings, root, "policy.ca_file"),
        token_file=file_in(settings, root, "policy.token_file"),
    )


def file_in(settings: Settings, root: Path, key: str) -> Path | None:
    """The file a setting names, as seen from the node's folder; None where it names none."""
    return root / settings[key] if settings[key] else None


def _read(file: Path, setting: str) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise BadSetting(
            setting, f"cannot be read: {error.strerror}", f"无法读取：{error.strerror}"
        ) from None


def _require_safe(url: str) -> None:
    """An answer that somebody on the way may change is no answer: https, or this machine."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        parts, host = urlsplit(""), ""
    if (
        parts.scheme not in ("http", "https")
        or not host
        or parts.query
        or parts.fragment
        or parts.username is not None
    ):
        raise BadSetting(
            "policy.url",
            "is not the address of an OPA server, such as https://opa.example:8181",
            "不是 OPA 服务器地址，例如 https://opa.example:8181",
        )
    if parts.scheme == "http" and not _is_here(host):
        raise BadSetting(
            "policy.url",
            "must be https, unless the server is on this machine",
            "须为 https，除非服务器就在本机",
        )


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
