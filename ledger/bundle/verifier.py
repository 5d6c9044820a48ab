#!/usr/bin/env python3
"""Check a bundle of evidence from a Hutong ledger: python3 verify.py [BUNDLE.zip] [--key VKEY] [--policy FILE].

核验互通账本的证据包：python3 verify.py [证据包.zip] [--key 公钥] [--policy 见证策略文件]

This one file needs Python 3.8 or newer and nothing else: no network, no other program, none of Hutong. It is
written to be read. What it checks, in this order:

0. where the ledger's key was ever changed: that each key was handed over by the one before it;
1. that every file of the bundle is the one the ledger's keeper signed for (MANIFEST, SHA-256, Ed25519, RFC 8032),
   and that nothing lies in it that is not checked below;
2. that each entry stands at its place in the ledger: SHA-256 path to the root (RFC 9162), root signed (C2SP);
3. that what an entry committed to is what is shown beside it: HMAC-SHA-256(salt, text);
4. that the state which other regions saw and signed (C2SP cosignatures) begins the same ledger (RFC 9162, 2.1.4);
5. that the state a time-stamp is about begins the same ledger. Who made the time-stamp, openssl tells.

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
import struct
import sys
import zipfile
import zlib
from typing import Any, Dict, Tuple

Point = Tuple[int, int, int, int]
State = Tuple[int, bytes]
Found = Dict[str, Any]

MANIFEST = "MANIFEST"
TITLE = "hutong evidence manifest 1"
# All that can lie in a bundle beside entries/ and openings/, and what comes in pairs.
ALWAYS = {MANIFEST, "README.txt", "verify.py", "bundle.json", "checkpoint.note"}
WITNESSED = {"witnessed.note", "witness.policy"}
STAMPED = {"timestamp.note", "timestamp.tsr"}
# What is told of an entry.
SAID = ("type", "subtype", "purpose", "decision", "why")
MOST_BYTES = 1 << 28
MOST_POLICY_BYTES = 1 << 16


class Wrong(Exception):
    """What does not hold, in English and Chinese."""

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(plain(en))
        self.zh = plain(zh)


def plain(text: str) -> str:
    """The text on one line, without signs that move or hide others on a screen: names in a bundle are its maker's."""
    return "".join(
        sign if sign.isprintable() else sign.encode("unicode_escape").decode("ascii") for sign in text
    )


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
    name, _, rest = vkey.partition("+")
    key_id, _, encoded = rest.partition("+")
    try:
        key = base64.b64decode(encoded.encode("ascii"), validate=True)
    except ValueError:
        key = b""
    found = hashlib.sha256(name.encode() + b"\n" + key).digest()[:4]
    named = name and not any(sign.isspace() or sign < " " for sign in name)
    if not named or len(key) != 33 or key[0] != kind or found.hex() != key_id:
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
    return _state_in(text_signed_by(note, vkey), vkey)


def read_state(note: bytes, vkey: str) -> State:
    """The same of a state that others signed, whichever key the ledger had then.

    Its own signature would add nothing: that the ledger of today went on from there is looked at, hash by hash.
    """
    return _state_in(read_note(note)[0], vkey)


def _state_in(text: str, vkey: str) -> State:
    lines = text.split("\n")
    root = base64.b64decode(lines[2].encode("ascii"), validate=True) if len(lines) == 4 else b""
    if len(lines) != 4 or lines[0] != vkey.partition("+")[0] or not lines[1].isdigit() or len(root) != 32:
        raise Wrong("a checkpoint is not one", "检查点格式有误")
    return int(lines[1]), root


def cosigned_by(note: bytes, vkey: str) -> int | None:
    """When (seconds since 1970) this witness signed the checkpoint; None where it did not."""
    name, key_id, key = read_key(vkey, 4)
    text, signatures = read_note(note)
    ours = [said for who, which, said in signatures if (who, which) == (name, key_id)]
    if not ours:
        return None
    seconds = int.from_bytes(ours[0][:8], "big")
    message = f"cosignature/v1\ntime {seconds}\n{text}".encode()
    if len(ours) > 1 or not signature_holds(key, message, ours[0][8:]):
        raise Wrong("the cosignature of " + name + " does not hold", name + " 的见证签名不成立")
    return seconds


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


class Policy:
    """Witnesses (name to key), groups (how many of whom), and who must have signed.

    One spelling is taken and no other: what could be read in two ways would ask for fewer than somebody meant.
    """

    def __init__(self, text: str) -> None:
        self.logs: list[str] = []
        self.witnesses: dict[str, str] = {}
        self.groups: dict[str, tuple[int, list[str]]] = {}
        self.quorum = ""
        lines = text.split("\n") if len(text.encode("utf-8")) <= MOST_POLICY_BYTES else []
        for number, line in enumerate(lines, 1):
            words = [word for word in line.replace("\t", " ").split(" ") if word]
            is_text = all(sign >= " " or sign == "\t" for sign in line) and "\x7f" not in line
            is_said = bool(words) and not words[0].startswith("#")
            if not is_text or (is_said and not self._take(words[0], words[1:])):
                raise _unreadable(": line {}".format(number), "：第 {} 行".format(number))
        if not self.quorum:
            raise _unreadable(": it has no quorum line, or is too long", "：缺少 quorum 行，或过长")

    def is_met(self, signed: dict[str, int]) -> bool:
        """Whether these are enough."""
        return self.quorum == "none" or self._has_signed(self.quorum, signed)

    def _has_signed(self, name: str, signed: dict[str, int]) -> bool:
        if name not in self.groups:
            return name in signed
        least, members = self.groups[name]
        return sum(self._has_signed(member, signed) for member in members) >= least

    def _take(self, kind: str, words: list[str]) -> bool:
        """Whether the line could be taken. Names are used only below the line that defines them."""
        if kind == "log" and len(words) in (1, 2):
            return self._take_log(words[0])
        if kind == "witness" and len(words) in (2, 3):
            return self._take_witness(words[0], words[1])
        if kind == "group" and len(words) >= 3:
            return self._take_group(words[0], words[1], words[2:])
        if kind == "quorum" and len(words) == 1 and not self.quorum:
            self.quorum = words[0]
            return words[0] == "none" or self._knows(words[0])
        return False

    def _take_log(self, vkey: str) -> bool:
        is_new = _is_new_key(vkey, 1, self.logs)
        self.logs.append(vkey)
        return is_new

    def _take_witness(self, name: str, vkey: str) -> bool:
        is_new = name != "none" and not self._knows(name)
        is_new = is_new and _is_new_key(vkey, 4, list(self.witnesses.values()))
        self.witnesses[name] = vkey
        return is_new

    def _take_group(self, name: str, word: str, members: list[str]) -> bool:
        """Every member is known and counts once, and so many can be reached."""
        is_new = name != "none" and not self._knows(name)
        counted = [*members, *(member for _, others in self.groups.values() for member in others)]
        least = {"any": "1", "all": str(len(members))}.get(word, word)
        can_be = least in [str(number) for number in range(1, len(members) + 1)]
        self.groups[name] = (int(least) if can_be else 0, members)
        return (
            is_new
            and can_be
            and len(counted) == len(set(counted))
            and all(map(self._knows, members))
            and (name not in members)
        )

    def _knows(self, name: str) -> bool:
        return name in self.witnesses or name in self.groups


def _unreadable(en: str, zh: str) -> Wrong:
    return Wrong("the witness policy cannot be read" + en, "见证策略无法读取" + zh)


def _is_new_key(vkey: str, kind: int, others: list[str]) -> bool:
    """Whether it is a key of this kind, and none of the others under another name."""
    try:
        return read_key(vkey, kind)[2] not in [read_key(other, kind)[2] for other in others]
    except Wrong:
        return False


def policy_met(text: str, note: bytes, vkey: str) -> tuple[bool, dict[str, int]]:
    """Whether enough of a policy's witnesses signed the note, and who did: name to time."""
    policy = Policy(text)
    if policy.logs and vkey not in policy.logs:
        raise Wrong("the witness policy is about another ledger", "见证策略针对的是另一个账本")
    said = {name: cosigned_by(note, key) for name, key in policy.witnesses.items()}
    signed = {name: when for name, when in said.items() if when is not None}
    return policy.is_met(signed), signed


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
    size, root = read_checkpoint(files["checkpoint.note"], vkey)
    keys = _keys(told.get("handovers", []), vkey, (size, root))
    if key is not None and key.strip() not in keys:
        raise Wrong(
            "the bundle is of another ledger than the key given", "证据包出自另一个账本，与所给公钥不符"
        )
    _require_manifest(files, vkey)
    _require_all_listed(files, told["entries"])
    entries = [_entry(files, one, size, root) for one in told["entries"]]
    found = {
        "origin": vkey.partition("+")[0],
        "size": size,
        "entries": entries,
        "key_given": key is not None,
        "keys": keys,
        "witnessed": None,
        "stamped": None,
    }
    if "witnessed.note" in files:
        found["witnessed"] = _witnessed(files, told, vkey, (size, root), policy)
    elif policy is not None:
        raise Wrong("no witness signed what is in the bundle", "证据包中没有见证签名")
    if "timestamp.note" in files:
        found["stamped"] = _stamped(files, told, vkey, (size, root))
    return found


def _keys(handovers: list[Found], vkey: str, newest: State) -> list[str]:
    """The keys the ledger ever had, oldest first, each handed over by the one before it; the last is `vkey`.

    A key hands over by signing a state together with its successor; the newest entry of that state names it.
    """
    keys: list[str] = []
    before, due = (0, b""), None
    for one in handovers:
        old, new = one["old_key"], one["new_key"]
        state = read_checkpoint(one["note"].encode("utf-8"), old)
        body = one["entry"].encode("utf-8")
        said = json.loads(one["entry"])["entry"]
        path = [bytes.fromhex(step) for step in one["inclusion_path"]]
        holds = (
            read_checkpoint(one["note"].encode("utf-8"), new) == state
            and (said["type"], said["subtype"], said["obligations"][0])
            == ("ledger", "handover", "signed-by:" + new)
            and root_from_inclusion(leaf_hash(body), state[0] - 1, state[0], path) == state[1]
            and state[0] > before[0]
            and due in (None, old)
            and new not in [*keys, old]
            and _begins(state, newest, one["consistency"])
        )
        if not holds:
            raise Wrong("a key of the ledger was not handed over", "账本密钥没有有效交接")
        keys.append(old)
        before, due = state, new
    if due not in (None, vkey):
        raise Wrong("the ledger's key was handed over to another", "账本密钥已交接给另一把")
    return [*keys, vkey]


def _require_manifest(files: dict[str, bytes], vkey: str) -> None:
    """Every file is named in the manifest with its SHA-256, and no other; the manifest names nothing else."""
    lines = text_signed_by(files[MANIFEST], vkey).rstrip("\n").split("\n")
    if lines[0] != TITLE:
        raise Wrong("the manifest is not one", "清单格式有误")
    listed = {name: digest for digest, _, name in (line.partition(" ") for line in lines[1:])}
    if len(listed) != len(lines) - 1:
        raise Wrong("the manifest is not one", "清单格式有误")
    for name in sorted((set(listed) | {MANIFEST}) ^ set(files)):
        if name in files:
            raise Wrong("a file was added: " + name, "有文件被加入：" + name)
        raise Wrong("a file is missing: " + name, "有文件缺失：" + name)
    for name, digest in listed.items():
        if hashlib.sha256(files[name]).hexdigest() != digest:
            raise Wrong("a file was changed: " + name, "文件被改动：" + name)


def _require_all_listed(files: dict[str, bytes], entries: list[Found]) -> None:
    """Some entry is proven, and no file lies in the bundle that looks like proof and is not checked."""
    if not entries:
        raise Wrong("the bundle proves no entry", "证据包没有证明任何条目")
    known = (
        ALWAYS | {one["file"] for one in entries} | {one["opening"] for one in entries if one.get("opening")}
    )
    for pair in (WITNESSED, STAMPED):
        known |= pair if pair <= set(files) else set()
    for name in sorted(set(files) - known):
        raise Wrong("a file proves nothing: " + name, "有文件不构成任何证明：" + name)


def _entry(files: dict[str, bytes], one: Found, size: int, root: bytes) -> Found:
    body = files[one["file"]]
    path = [bytes.fromhex(step) for step in one["path"]]
    if root_from_inclusion(leaf_hash(body), one["index"], size, path) != root:
        raise Wrong(
            "entry {} is not in the ledger".format(one["index"]), "第 {} 条不在账本中".format(one["index"])
        )
    read = json.loads(body.decode("utf-8"))
    if not all(isinstance(one, str) for one in (read["id"], *(read["entry"][name] for name in SAID))):
        raise TypeError
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


def _witnessed(files: dict[str, bytes], told: Found, vkey: str, newest: State, policy: str | None) -> Found:
    """The state other regions signed, which must lie in the same history as the checkpoint."""
    note = files["witnessed.note"]
    state = read_state(note, vkey)
    if not _begins(state, newest, told["consistency"]):
        raise Wrong("the witnesses saw another ledger", "见证方见过的是另一个账本")
    asked = files["witness.policy"].decode("utf-8") if policy is None else policy
    enough, signed = policy_met(asked, note, vkey)
    if not enough:
        raise Wrong("too few witnesses signed", "见证签名不足")
    return {"size": state[0], "by": signed, "policy_given": policy is not None}


def _stamped(files: dict[str, bytes], told: Found, vkey: str, newest: State) -> Found:
    """The state a time-stamp is about, which must lie in the same history as the checkpoint."""
    note = files["timestamp.note"]
    state = read_state(note, vkey)
    if not _begins(state, newest, told["stamp_consistency"]):
        raise Wrong("the time-stamp is about another ledger", "时间戳针对的是另一个账本")
    if hashlib.sha256(note).digest() not in files["timestamp.tsr"]:
        raise Wrong("the time-stamp is not about timestamp.note", "时间戳针对的不是 timestamp.note")
    return {"size": state[0]}


def _begins(state: State, newest: State, path: list[str]) -> bool:
    """Whether the ledger of `newest` went on from `state`."""
    return is_consistent(*state, *newest, [bytes.fromhex(step) for step in path])


def files_of(place: str | io.BytesIO) -> dict[str, bytes]:
    """The members of a zip file, each once. Raises Wrong; OSError where the file cannot be read."""
    try:
        with zipfile.ZipFile(place) as bundle:
            return _members(bundle)
    except zipfile.BadZipFile:
        raise Wrong("it is no zip file, or a damaged one", "不是 zip 文件，或已损坏") from None
    except (RuntimeError, ValueError, EOFError, OverflowError, zlib.error, struct.error):
        # A password, a way of packing that this Python does not know, or damage.
        raise Wrong("the zip file cannot be unpacked", "zip 文件无法解包") from None


def _members(bundle: zipfile.ZipFile) -> dict[str, bytes]:
    members = [one for one in bundle.infolist() if not one.is_dir()]
    if len(members) != len({one.filename for one in members}):
        raise Wrong("a file is in the bundle twice", "证据包中有重复的文件")
    _require_small(sum(one.file_size for one in members))
    files = {}
    for one in members:
        with bundle.open(one) as member:
            # No more than it says it is: a small zip file can hold gigabytes.
            files[one.filename] = member.read(one.file_size + 1)
    return files


def _require_small(size: int) -> None:
    if size > MOST_BYTES:
        raise Wrong("the bundle is too large", "证据包过大")


def words_of(found: Found) -> list[tuple[str, str]]:
    """What was found, in sentences: English, Chinese."""
    lines = []
    for one in found["entries"]:
        what = " ".join(filter(None, (one["entry"][name] for name in SAID)))
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
    if found["stamped"]:
        size = found["stamped"]["size"]
        lines.append(
            (
                "the time-stamp beside it is about its first {} entries".format(size),
                "所附时间戳针对其前 {} 条".format(size),
            )
        )
        typed = "openssl ts -verify -data timestamp.note -in timestamp.tsr -CAfile AUTHORITY.pem"
        lines.append(
            (
                "NOTE: who made it, and when, is not checked here; openssl tells: " + typed,
                "注意：由谁、何时签发不在此处核验，请用 openssl：" + typed,
            )
        )
    if len(found["keys"]) > 1:
        count = len(found["keys"])
        lines.append(
            (
                "its key was changed {} times, each time with the old key's signature".format(count - 1),
                "其密钥更换过 {} 次，每次均有旧密钥的签名".format(count - 1),
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
    return [(plain(en), plain(zh)) for en, zh in lines]


def main() -> int:
    """Check what is named on the command line, and print the verdict."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a terminal that has no Chinese gets the rest
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument(
        "bundle",
        nargs="?",
        help="the zip file, or the folder it was unpacked to; by default that of this file",
    )
    options.add_argument("--key", help="the ledger's key, from its keeper")
    options.add_argument("--policy", help="which witnesses must have signed, from somebody you trust")
    chosen = options.parse_args()
    for name in (chosen.bundle, chosen.policy):
        if name and not os.path.exists(name):
            options.error(plain(f"no file or folder of this name; 没有该文件或目录: {name}"))
    try:
        policy = None
        if chosen.policy:
            with open(chosen.policy, encoding="utf-8", newline="") as file:
                policy = file.read()
        here = chosen.bundle or os.path.dirname(os.path.abspath(__file__))
        files, beside = unpacked(here) if os.path.isdir(here) else (files_of(here), [])
        found = check(files, chosen.key, policy)
    except (Wrong, OSError, UnicodeDecodeError) as wrong:
        print(plain("DOES NOT HOLD: {}".format(wrong)))
        print("不成立：{}".format(getattr(wrong, "zh", "无法读取")))
        return 4
    print("HOLDS\n成立")
    for en, zh in words_of(found):
        print(f"  {en}\n  {zh}")
    if beside:
        names = plain(", ".join(beside))
        print(f"  NOTE: not of the bundle, and not looked at: {names}")
        print(f"  注意：以下文件不属于证据包，未作核验：{names}")
    return 0


def unpacked(here: str) -> tuple[dict[str, bytes], list[str]]:
    """The files of the bundle in a folder, and the names of what else lies beside them.

    In entries/ and openings/ everything counts: what looks like proof must be proof.
    """
    with open(os.path.join(here, MANIFEST), "rb") as file:
        lines = file.read(MOST_BYTES).decode("utf-8", "replace").split("\n")
    listed = {MANIFEST, *(line.partition(" ")[2] for line in lines)}
    names = sorted(name for name in os.listdir(here) if os.path.isfile(os.path.join(here, name)))
    ours = [name for name in names if name in listed]
    for part in ("entries", "openings"):
        for folder, _, below in os.walk(os.path.join(here, part)):
            ours += [
                os.path.relpath(os.path.join(folder, name), here).replace(os.sep, "/")
                for name in sorted(below)
            ]
    _require_small(sum(os.path.getsize(os.path.join(here, name)) for name in ours))
    files = {}
    for name in ours:
        with open(os.path.join(here, name), "rb") as file:
            files[name] = file.read()
    return files, [name for name in names if name not in listed]


if __name__ == "__main__":
    sys.exit(main())
