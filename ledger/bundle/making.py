"""Put a bundle together: entries and paths, the signed states, what is opened, and the program that checks it all."""

import hashlib
import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files

import msgspec

from ledger.checkpoint import Checkpoint
from ledger.errors import LedgerAltered
from ledger.keys import Handover
from ledger.log import Log
from ledger.tiles import Tree
from ledger.witness import Cosigned

FORMAT = "hutong-evidence-1"
TITLE = "hutong evidence manifest 1"
MANIFEST = "MANIFEST"
# Zip files keep a time for each member; all get the earliest there is, so that the same evidence is the same file.
_NO_TIME = (1980, 1, 1, 0, 0, 0)

_README = """Evidence from a Hutong ledger · 互通账本证据包

To check it, without a network and without Hutong (Python 3.8 or newer):
核验方法（无需网络，无需安装互通，需 Python 3.8 或更新版本）：

    python3 verify.py

Unpacked as it is, or: python3 verify.py BUNDLE.zip. Add --key with the ledger's key as its keeper told you: only then
do you know whose ledger it is. Exit code 0: it holds; 4: it does not.
解包后直接运行，或：python3 verify.py 证据包.zip。请用 --key 给出由保管方告知的账本公钥，否则无法确认账本属于谁。
退出码 0 表示成立，4 表示不成立。

entries/         the entries as they were hashed · 条目原文（参与散列的内容）
openings/        what entries kept sealed, with the salts; only if it was asked for · 密封内容及承诺所用的盐
checkpoint.note  the state of the ledger, signed · 已签名的账本状态
witnessed.note   a state that other regions saw and signed · 其他地区见过并签名的状态
witness.policy   how many of them must sign · 须有多少方签名
timestamp.*      a time-stamp of an authority (RFC 3161) over a state of the ledger · 时间戳机构对账本状态的时间戳：
                 verify.py says which state; by whom and when · 是哪一状态由 verify.py 核对；由谁、何时签发：
                 openssl ts -verify -data timestamp.note -in timestamp.tsr -CAfile AUTHORITY.pem
bundle.json      places, paths in the tree, key · 位置、散列路径、公钥
MANIFEST         every file with its SHA-256, signed · 各文件的 SHA-256，已签名
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What goes into a bundle.

    `entries`: ids. `openings`: id to what `ledger.sealing.opening` gave. `witnessed`, `policy`: a state other regions
    signed, and who had to (C2SP tlog-policy). `stamped`: a signed state, and the answer of a time-stamp authority about
    it (DER).
    """

    entries: Sequence[str]
    openings: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    witnessed: Cosigned | None = None
    policy: str = ""
    stamped: tuple[bytes, bytes] | None = None


class _One(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    index: int
    file: str
    path: list[str]
    opening: str = ""


class _Handover(msgspec.Struct, frozen=True, kw_only=True):
    old_key: str
    new_key: str
    note: str
    entry: str
    inclusion_path: list[str]
    consistency: list[str]


class _Bundle(msgspec.Struct, frozen=True, kw_only=True):
    format: str
    verifier_key: str
    entries: list[_One]
    consistency: list[str]
    stamp_consistency: list[str]
    handovers: list[_Handover] | msgspec.UnsetType = msgspec.UNSET


def make(log: Log, material: Material) -> bytes:
    """The bundle, a zip file: the same evidence always gives the same bytes. Raises NoSuchEntry, LedgerAltered."""
    members: dict[str, bytes] = {"README.txt": _README.encode(), "verify.py": verifier()}
    with log.tree() as (_, tree):
        note = log.checkpoint()
        entries = []
        for entry_id in dict.fromkeys(material.entries):
            found = log.find(entry_id)
            name = f"entries/{found.index}-{found.id}.json"
            members[name] = found.body
            opened = f"openings/{found.id}.json" if entry_id in material.openings else ""
            if opened:
                members[opened] = msgspec.json.encode(material.openings[entry_id])
            path = [step.hex() for step in tree.inclusion_proof(found.index)]
            entries.append(_One(index=found.index, file=name, path=path, opening=opened))
        consistency = _with_witnessed(members, material, tree)
        stamp_consistency = _with_stamped(members, material, log, tree)
        handovers = [_handover(one, tree) for one in log.keys.handovers]
    members["checkpoint.note"] = note
    told = _Bundle(
        format=FORMAT,
        verifier_key=log.signer.verifier_key,
        entries=entries,
        consistency=consistency,
        stamp_consistency=stamp_consistency,
        handovers=handovers or msgspec.UNSET,
    )
    members["bundle.json"] = msgspec.json.format(msgspec.json.encode(told), indent=2) + b"\n"
    members[MANIFEST] = log.signer.sign(_manifest(members))
    return _zipped(members)


def verifier() -> bytes:
    """The program in the bundle, as it is published."""
    return files("ledger.bundle").joinpath("verifier.py").read_bytes()


def _with_witnessed(members: dict[str, bytes], material: Material, tree: Tree) -> list[str]:
    """Add what other regions signed, if there is any; the path from there to the newest state."""
    # That a ledger was empty once shows nothing of any entry.
    if material.witnessed is None or not material.witnessed.checkpoint.size:
        return []
    members["witnessed.note"] = material.witnessed.note
    members["witness.policy"] = material.policy.encode()
    return _path_from(material.witnessed.checkpoint, tree, "other regions signed", "其他地区见证过")


def _with_stamped(members: dict[str, bytes], material: Material, log: Log, tree: Tree) -> list[str]:
    """The same for the state that has a time-stamp."""
    if material.stamped is None:
        return []
    note, answer = material.stamped
    state = Checkpoint.open(note, log.keys)
    if not state.size:
        return []
    members["timestamp.note"], members["timestamp.tsr"] = note, answer
    return _path_from(state, tree, "were time-stamped", "盖过时间戳")


def _handover(one: Handover, tree: Tree) -> _Handover:
    """A change of key as the court's program reads it, and the path from there to the newest state."""
    path = _path_from(one.state(), tree, "were signed with an earlier key", "以早先密钥签名")
    return _Handover(**msgspec.structs.asdict(one), consistency=path)


def _path_from(state: Checkpoint, tree: Tree, en: str, zh: str) -> list[str]:
    """Hashes that lead from `state` to the newest. Raises LedgerAltered where the ledger is not what it was then."""
    if state.size > tree.size or tree.root(state.size) != state.root:
        raise LedgerAltered(
            "ledger",
            f"it does not go on from the {state.size} entries that {en}; it has {tree.size}",
            f"账本现有 {tree.size} 条，与{zh}的 {state.size} 条不相衔接",
        )
    return [] if state.size == tree.size else [step.hex() for step in tree.consistency_proof(state.size)]


def _manifest(members: Mapping[str, bytes]) -> str:
    lines = (f"{hashlib.sha256(members[name]).hexdigest()} {name}\n" for name in sorted(members))
    return f"{TITLE}\n{''.join(lines)}"


def _zipped(members: Mapping[str, bytes]) -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_STORED) as bundle:
        for name in sorted(members):
            about = zipfile.ZipInfo(name, _NO_TIME)
            about.external_attr = 0o644 << 16
            bundle.writestr(about, members[name])
    return whole.getvalue()
