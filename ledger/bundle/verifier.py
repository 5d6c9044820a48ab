#!/usr/bin/env python3
"""Check a bundle of evidence from a Hutong ledger: python3 verify.py [BUNDLE.zip] [--key VKEY] [--policy FILE].

核验互通账本的证据包：python3 verify.py [证据包.zip] [--key 公钥] [--policy 见证策略文件]

This one file needs Python 3.8 or newer and nothing else: no network, no other program, none of Hutong. It is
written to be read. What it checks, in this order:

1. that every file of the bundle is the one the ledger's keeper signed for (MANIFEST, SHA-256, Ed25519, RFC 8032);
2. that each entry stands at its place in the ledger: SHA-256 path to the root (RFC 9162), root signed (C2SP);
3. that the state which other regions saw and signed (C2SP cosignatures) begins the same ledger (RFC 9162, 2.1.4);
4. that what an entry committed to is what is shown beside it: HMAC-SHA-256(salt, text).

Whose ledger it is, only --key tells: get the key from its keeper or from the supervisor, not from the bundle.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import hmac
import io
import json
import os
import sys
import zipfile
from typing import Any, Dict, Tuple

Point = Tuple[int, int, int, int]
Found = Dict[str, Any]

MANIFEST = "MANIFEST"
TITLE = "hutong evidence manifest 1"


class Wrong(Exception):
    """What does not hold, in English and Chinese."""

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(en)
        self.zh = zh


# ---- Ed25519 (RFC 8032, section 5.1.7), slowly and plainly -----------------------------------------------------------

_P = 2**255 - 19
_L = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, _P - 2, _P) % _P
_ROOT = pow(2, (_P - 1) // 4, _P)


def _recover_x(y: int, sign: int) -> int | None:
    if y >= _P:
        return None
    square = (y * y - 1) * pow(_D * y * y + 1, _P - 2, _P) % _P
    if square == 0:
        return None if sign else 0
    x = pow(square, (_P + 3) // 8, _P)
    if (x * x - square) % _P:
        x = x * _ROOT % _P
    if (x * x - square) % _P:
        return None
    return _P - x if (x & 1) != sign else x


def _point(encoded: bytes) -> Point | None:
    number = int.from_bytes(encoded, "little")
    y = number & ((1 << 255) - 1)
    x = _recover_x(y, number >> 255)
    return None if x is None else (x, y, 1, x * y % _P)


def _add(one: Point, other: Point) -> Point:
    a = (one[1] - one[0]) * (other[1] - other[0]) % _P
    b = (one[1] + one[0]) * (other[1] + other[0]) % _P
    c = 2 * one[3] * other[3] * _D % _P
    d = 2 * one[2] * other[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _times(number: int, point: Point) -> Point:
    total = (0, 1, 1, 0)
    while number:
        if number & 1:
            total = _add(total, point)
        point = _add(point, point)
        number >>= 1
    return total


_BASE_Y = 4 * pow(5, _P - 2, _P) % _P
_BASE_X = _recover_x(_BASE_Y, 0) or 0
_BASE = (_BASE_X, _BASE_Y, 1, _BASE_X * _BASE_Y % _P)


def signature_holds(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether `signature` (64 bytes) over `message` was made with the private half of `public_key` (32 bytes)."""
    if len(public_key) != 32 or len(signature) != 64:
        return False
    key, start = _point(public_key), _point(signature[:32])
    scalar = int.from_bytes(signature[32:], "little")
    if key is None or start is None or scalar >= _L:
        return False
    challenge = hashlib.sha512(signature[:32] + public_key + message).digest()
    left = _times(scalar, _BASE)
    right = _add(start, _times(int.from_bytes(challenge, "little") % _L, key))
    return (left[0] * right[2] - right[0] * left[2]) % _P == 0 and (
        left[1] * right[2] - right[1] * left[2]
    ) % _P == 0


# ---- signed notes, checkpoints, cosignatures (C2SP) ------------------------------------------------------------------


def read_key(vkey: str, kind: int) -> tuple[str, bytes, bytes]:
    """Name, key id (4 bytes) and public key of a verifier key line; `kind` 1 signs notes, 4 cosigns them."""
    name, _, rest = vkey.strip().partition("+")
    key_id, _, encoded = rest.partition("+")
    try:
        key = base64.b64decode(encoded.encode("ascii"), validate=True)
    except ValueError:
        key = b""
    found = hashlib.sha256(name.encode() + b"\n" + key).digest()[:4]
    if len(key) != 33 or key[0] != kind or found.hex() != key_id:
        raise Wrong("a key is not one: " + name, "不是有效的公钥：" + name)
    return name, found, key[1:]


def read_note(note: bytes) -> tuple[str, list[tuple[str, bytes, bytes]]]:
    """Text of a signed note, and its signatures: name, key id, the rest."""
    text, gap, lines = note.decode("utf-8").rpartition("\n\n")
    if not gap:
        raise Wrong("a note has no signature", "签名文本没有签名")
    signatures = []
    for line in lines.rstrip("\n").split("\n"):
        dash, name, encoded = line.split(" ")
        said = base64.b64decode(encoded.encode("ascii"), validate=True)
        if dash != "\u2014":
            raise Wrong("a signature line is malformed", "签名行格式有误")
        signatures.append((name, said[:4], said[4:]))
    return text + "\n", signatures


def text_signed_by(note: bytes, vkey: str) -> str:
    """The text of a note that this key signed."""
    name, key_id, key = read_key(vkey, 1)
    text, signatures = read_note(note)
    ours = [said for who, which, said in signatures if (who, which) == (name, key_id)]
    if len(ours) != 1 or not signature_holds(key, text.encode(), ours[0]):
        raise Wrong("a signature of " + name + " does not hold", name + " 的签名不成立")
    return text


def read_checkpoint(note: bytes, vkey: str) -> tuple[int, bytes]:
    """Size and root of the ledger in a checkpoint that its own key signed."""
    lines = text_signed_by(note, vkey).split("\n")
    root = base64.b64decode(lines[2].encode("ascii"), validate=True) if len(lines) == 4 else b""
    if len(lines) != 4 or lines[0] != vkey.partition("+")[0] or not lines[1].isdigit() or len(root) != 32:
        raise Wrong("a checkpoint is not one", "检查点格式有误")
    return int(lines[1]), root


def cosigned_by(note: bytes, vkey: str) -> int | None:
    """When (seconds since 1970) this witness signed the checkpoint; None where it did not."""
    name, key_id, key = read_key(vkey, 4)
    text, signatures = read_note(note)
    for who, which, said in signatures:
        if (who, which) == (name, key_id):
            seconds = int.from_bytes(said[:8], "big")
            message = f"cosignature/v1\ntime {seconds}\n{text}".encode()
            if not signature_holds(key, message, said[8:]):
                raise Wrong("the cosignature of " + name + " does not hold", name + " 的见证签名不成立")
            return seconds
    return None


# ---- the tree (RFC 9162, section 2.1) --------------------------------------------------------------------------------


def leaf_hash(body: bytes) -> bytes:
    """The hash of an entry."""
    return hashlib.sha256(b"\x00" + body).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash over two subtrees."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_from_inclusion(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes | None:
    """The root a path leads to (2.1.3.2); None where it is no path of such a tree."""
    if not 0 <= index < size:
        return None
    at, last, found = index, size - 1, leaf
    for step in path:
        if last == 0:
            return None
        if at & 1 or at == last:
            found = node_hash(step, found)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            found = node_hash(found, step)
        at, last = at >> 1, last >> 1
    return found if last == 0 else None


def is_consistent(old: int, old_root: bytes, size: int, root: bytes, path: list[bytes]) -> bool:
    """Whether the tree of `old` leaves began that of `size` (2.1.4.2)."""
    if old == size:
        return not path and old_root == root
    if not 0 < old < size:
        return False
    steps = ([old_root] if old & (old - 1) == 0 else []) + path
    if not steps:
        return False
    at, last = old - 1, size - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    first = second = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            first, second = node_hash(step, first), node_hash(step, second)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            second = node_hash(second, step)
        at, last = at >> 1, last >> 1
    return last == 0 and first == old_root and second == root


# ---- which witnesses are enough (C2SP tlog-policy) -------------------------------------------------------------------


def policy_met(text: str, note: bytes) -> tuple[bool, dict[str, int]]:
    """Whether enough of a policy's witnesses signed the note, and who did: name to time."""
    signed: dict[str, int] = {}
    groups: dict[str, tuple[int, list[str]]] = {}
    names: set[str] = set()
    quorum = "none"
    for line in text.split("\n"):
        words = line.replace("\t", " ").split(" ")
        words = [word for word in words if word]
        if not words or words[0].startswith("#"):
            continue
        if words[0] == "witness":
            names.add(words[1])
            when = cosigned_by(note, words[2])
            if when is not None:
                signed[words[1]] = when
        elif words[0] == "group":
            least = {"any": 1, "all": len(words) - 3}.get(words[2])
            groups[words[1]] = (least if least is not None else int(words[2]), words[3:])
        elif words[0] == "quorum":
            quorum = words[1]

    def has_signed(name: str) -> bool:
        if name in groups:
            least, members = groups[name]
            return sum(has_signed(member) for member in members) >= least
        return name in signed

    if quorum != "none" and quorum not in groups and quorum not in names:
        raise Wrong("the witness policy cannot be read", "见证策略无法读取")
    return (quorum == "none" or has_signed(quorum)), signed


# ---- the bundle ------------------------------------------------------------------------------------------------------


def check(files: dict[str, bytes], key: str | None = None, policy: str | None = None) -> Found:
    """Check a bundle: `files` is name to content. Returns what was found, as a dictionary. Raises Wrong."""
    try:
        return _checked(files, key, policy)
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, RecursionError):
        raise Wrong("the bundle is not whole, or not one", "证据包不完整，或不是证据包") from None


def _checked(files: dict[str, bytes], key: str | None, policy: str | None) -> Found:
    told = json.loads(files["bundle.json"].decode("utf-8"))
    vkey = told["verifier_key"]
    if key is not None and key.strip() != vkey:
        raise Wrong(
            "the bundle is of another ledger than the key given", "证据包出自另一个账本，与所给公钥不符"
        )
    _require_manifest(files, vkey)
    size, root = read_checkpoint(files["checkpoint.note"], vkey)
    entries = [_entry(files, one, size, root) for one in told["entries"]]
    found = {
        "origin": vkey.partition("+")[0],
        "size": size,
        "entries": entries,
        "key_given": key is not None,
        "witnessed": None,
    }
    if "witnessed.note" in files:
        found["witnessed"] = _witnessed(files, told, vkey, (size, root), policy)
    elif policy is not None:
        raise Wrong("no witness signed what is in the bundle", "证据包中没有见证签名")
    return found


def _require_manifest(files: dict[str, bytes], vkey: str) -> None:
    """Every file is named in the manifest with its SHA-256, and no other; the manifest names nothing else."""
    lines = text_signed_by(files[MANIFEST], vkey).rstrip("\n").split("\n")
    if lines[0] != TITLE:
        raise Wrong("the manifest is not one", "清单格式有误")
    listed = {name: digest for digest, _, name in (line.partition(" ") for line in lines[1:])}
    if len(listed) != len(lines) - 1 or set(listed) | {MANIFEST} != set(files):
        raise Wrong("a file is missing or was added", "有文件缺失或被加入")
    for name, digest in listed.items():
        if hashlib.sha256(files[name]).hexdigest() != digest:
            raise Wrong("a file was changed: " + name, "文件被改动：" + name)


def _entry(files: dict[str, bytes], one: Found, size: int, root: bytes) -> Found:
    body = files[one["file"]]
    path = [bytes.fromhex(step) for step in one["path"]]
    if root_from_inclusion(leaf_hash(body), one["index"], size, path) != root:
        raise Wrong(
            "entry {} is not in the ledger".format(one["index"]), "第 {} 条不在账本中".format(one["index"])
        )
    read = json.loads(body.decode("utf-8"))
    if one.get("opening"):
        opened = json.loads(files[one["opening"]].decode("utf-8"))
        said = hmac.new(
            bytes.fromhex(opened["salt"]), opened["details"].encode("utf-8"), hashlib.sha256
        ).hexdigest()
        if said != read["entry"]["details"]:
            raise Wrong(
                "what is shown for entry {} is not what it committed to".format(one["index"]),
                "为第 {} 条出示的内容与其承诺不符".format(one["index"]),
            )
    return {
        "index": one["index"],
        "id": read["id"],
        "time_us": read["time_us"],
        "opened": bool(one.get("opening")),
        "entry": read["entry"],
    }


def _witnessed(
    files: dict[str, bytes], told: Found, vkey: str, newest: tuple[int, bytes], policy: str | None
) -> Found:
    """The state other regions signed, which must lie in the same history as the checkpoint."""
    note = files["witnessed.note"]
    state = read_checkpoint(note, vkey)
    path = [bytes.fromhex(step) for step in told["consistency"]]
    old, new = sorted((state, newest))
    if not is_consistent(old[0], old[1], new[0], new[1], path):
        raise Wrong("the witnesses saw another ledger", "见证方见过的是另一个账本")
    enough, signed = policy_met(files["witness.policy"].decode("utf-8") if policy is None else policy, note)
    if not enough:
        raise Wrong("too few witnesses signed", "见证签名不足")
    return {"size": state[0], "by": signed, "policy_given": policy is not None}


def files_of(place: str | io.BytesIO) -> dict[str, bytes]:
    """The members of a zip file, each once."""
    with zipfile.ZipFile(place) as bundle:
        names = bundle.namelist()
        if len(names) != len(set(names)):
            raise Wrong("a file is in the bundle twice", "证据包中有重复的文件")
        return {name: bundle.read(name) for name in names}


def words_of(found: Found) -> list[tuple[str, str]]:
    """What was found, in sentences: English, Chinese."""
    lines = []
    for one in found["entries"]:
        entry = one["entry"]
        what = " ".join(
            filter(None, (entry["type"], entry["subtype"], entry["purpose"], entry["decision"], entry["why"]))
        )
        shown = (
            ("; what it kept sealed is shown beside it", "；其密封内容一并出示")
            if one["opened"]
            else ("", "")
        )
        lines.append(
            (
                "entry {} ({}) is in the ledger: {}{}".format(one["index"], one["id"], what, shown[0]),
                "第 {} 条（{}）在账本中：{}{}".format(one["index"], one["id"], what, shown[1]),
            )
        )
    lines.append(
        (
            "the ledger {} had {} entries then".format(found["origin"], found["size"]),
            "账本 {} 当时共 {} 条".format(found["origin"], found["size"]),
        )
    )
    if found["witnessed"]:
        names = ", ".join(found["witnessed"]["by"])
        size = found["witnessed"]["size"]
        lines.append(
            (
                "its first {} entries were seen and signed by: {}".format(size, names or "nobody"),
                "其前 {} 条已由以下各方见证并签名：{}".format(size, names or "无"),
            )
        )
    if not found["key_given"]:
        lines.append(
            (
                "NOTE: whose ledger this is was taken from the bundle itself; give --key to know it",
                "注意：账本属于谁取自证据包本身；请用 --key 给出其公钥",
            )
        )
    if found["witnessed"] and not found["witnessed"]["policy_given"]:
        lines.append(
            (
                "NOTE: which witnesses must sign was taken from the bundle; give --policy to ask for your own",
                "注意：须由谁见证取自证据包本身；请用 --policy 给出您自己的要求",
            )
        )
    return lines


def main() -> int:
    """Check what is named on the command line, and print the verdict."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument(
        "bundle", nargs="?", help="the bundle; by default the zip file this file lies in, unpacked or not"
    )
    options.add_argument("--key", help="the ledger's key, from its keeper")
    options.add_argument("--policy", help="which witnesses must have signed, from somebody you trust")
    chosen = options.parse_args()
    try:
        policy = None
        if chosen.policy:
            with open(chosen.policy, encoding="utf-8") as file:
                policy = file.read()
        found = check(_given(chosen.bundle), chosen.key, policy)
    except (Wrong, OSError, zipfile.BadZipFile, UnicodeDecodeError) as wrong:
        print("DOES NOT HOLD: {}\n不成立：{}".format(wrong, getattr(wrong, "zh", "无法读取")))
        return 4
    print("HOLDS\n成立")
    for en, zh in words_of(found):
        print(f"  {en}\n  {zh}")
    return 0


def _given(place: str | None) -> dict[str, bytes]:
    if place is not None:
        return files_of(place)
    here = os.path.dirname(os.path.abspath(__file__))
    files = {}
    for folder, _, names in os.walk(here):
        for name in names:
            whole = os.path.join(folder, name)
            with open(whole, "rb") as file:
                files[os.path.relpath(whole, here).replace(os.sep, "/")] = file.read()
    return files


if __name__ == "__main__":
    sys.exit(main())
