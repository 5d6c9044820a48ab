"""Make a second machine of a region: a node of its own name and log, with the region's keys and nothing else yet.

It gets the keys from a backup of the first machine's folder (or from whatever keeps the region's keys), never from the
channel: what lies on a channel cannot be destroyed, and a patient's key must be.
"""

import json
import re
import shutil
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

import apsw

from exchange.directory import read_directory
from exchange.errors import BadKeyFile
from exchange.fabric.errors import OtherNodesKeys, SameName
from exchange.instants import to_us
from exchange.node.create import clear_folder, prepare_folder
from exchange.node.layout import Layout
from exchange.node.registry import runner
from exchange.node.secrets import MASTER, MasterSecret, read_secret, write_secret
from exchange.node.settings import Settings, read_settings
from exchange.node.tables import TABLES
from exchange.node.vault import Vault
from exchange.records import Store
from ledger import Entry, Log, Signer

Clock = Callable[[], datetime]
Entropy = Callable[[int], bytes]
# What is the second machine's own; all else decides, and must be the same.
OWN = re.compile(r"(?ms)^\[ledger\]\n.*?(?=^\[|\Z)|^(?:id|url|port|host) = [^\n]*\n")


def found_second(
    folder: Path,
    source: Path,
    *,
    node_id: str,
    connection: Path,
    environment: Mapping[str, str],
    clock: Clock,
    entropy: Entropy,
) -> int:
    """Make the node `node_id` in the empty `folder`, with the keys in `source`; how many patients have one.

    It is on the channel of `connection`. Raises NodeExists, SameName, OtherNodesKeys, CannotWrite; where something
    fails nothing is left behind.
    """
    first = Layout(source)
    master = _master(first)
    settings = read_settings(first.settings, environment)
    if settings["node.id"] == node_id:
        raise SameName(node_id)
    layout = prepare_folder(folder)
    try:
        return _fill(layout, first, master, settings, node_id, connection, clock, entropy)
    except BaseException:
        clear_folder(layout, registry=True)
        raise


def take_keys(layout: Layout, source: Path) -> int:
    """Add the patients' keys in the vault of `source` that are not in this one; how many. Raises OtherNodesKeys.

    A key that was destroyed here stays destroyed.
    """
    first = Layout(source)
    if _master(first) != MasterSecret(read_secret(layout.keys / MASTER)):
        raise OtherNodesKeys(str(source))
    if not first.vault.is_file():
        raise OtherNodesKeys(str(source))
    db = apsw.Connection(str(layout.vault), flags=apsw.SQLITE_OPEN_READWRITE)
    try:
        db.set_busy_timeout(5000)
        db.execute("PRAGMA secure_delete=ON; PRAGMA synchronous=FULL")
        db.execute("ATTACH ? AS other", (str(first.vault),))
        db.execute(
            "INSERT OR IGNORE INTO patient_key SELECT * FROM other.patient_key"
            " WHERE lookup NOT IN (SELECT lookup FROM erased)"
            " AND lookup NOT IN (SELECT lookup FROM other.erased)"
        )
        return db.changes()
    except apsw.Error:
        raise BadKeyFile("vault.db", "cannot be read, here or there", "无法读取（本机或来源）") from None
    finally:
        db.close()


def _master(first: Layout) -> MasterSecret:
    try:
        return MasterSecret(read_secret(first.keys / MASTER))
    except BadKeyFile as bad:
        raise OtherNodesKeys(str(first.root)) from bad


def _settings(text: str, node_id: str, connection: Path) -> str:
    """The first machine's settings as the second one's."""
    common = OWN.sub("", text if text.endswith("\n") else text + "\n")
    named = common.replace("[node]\n", f"[node]\nid = {json.dumps(node_id)}\n", 1)
    where = json.dumps(str(connection.absolute()), ensure_ascii=False)
    return f'{named}\n[ledger]\nbackend = "fabric"\nconnection = {where}\n'


def _fill(
    layout: Layout,
    first: Layout,
    master: MasterSecret,
    settings: Settings,
    node_id: str,
    connection: Path,
    clock: Clock,
    entropy: Entropy,
) -> int:
    if not first.vault.is_file() or not first.registry.is_file():
        raise OtherNodesKeys(str(first.root))
    write_secret(layout.keys / MASTER, master.value)
    shutil.copyfile(first.registry, layout.registry)
    layout.settings.write_text(_settings(first.settings.read_text("utf-8"), node_id, connection), "utf-8")
    if read_settings(layout.settings, {})["node.id"] != node_id:
        raise OtherNodesKeys(str(first.root))
    Vault.create(layout.vault, master, entropy).close()
    keys = take_keys(layout, first.root)
    Store(layout.records, key=master.for_use("records")).close()
    own = runner(read_directory(layout.registry), settings["node.organisation"], settings["node.region"])
    signer = Signer(f"hutong.{settings['node.region']}/{node_id}", master.for_use("ledger signer"))
    with Log.create(layout.ledger, signer=signer, clock=clock, entropy=entropy, tables=TABLES) as log:
        log.append(
            Entry(
                type="node",
                subtype="create",
                action="C",
                outcome="0",
                region=settings["node.region"],
                node=node_id,
                source="node",
                organisation=own.id,
                claimed_us=to_us(clock()),
            )
        )
    return keys
