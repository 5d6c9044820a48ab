"""Put a node together. The only module that names concrete classes: which ledger, which engine, which store.

Opening is lazy where it is slow: the policy and the text engine are loaded when the first decision needs them.
"""

import os
import secrets
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from consent import Config, Registry
from exchange.aftermath import following_spooled
from exchange.directory import Organisation, is_region, read_directory
from exchange.erasing import finish
from exchange.errors import BadRegion
from exchange.federation.counter import Counter
from exchange.federation.joining import own_card
from exchange.federation.keys import NodeKeys
from exchange.federation.peers import PeerBook
from exchange.instants import to_us
from exchange.node.create import Founding, clear_folder, prepare_folder
from exchange.node.free_text import text_engine
from exchange.node.layout import Layout
from exchange.node.ledger_key import signer_of
from exchange.node.node import Node
from exchange.node.opening import open_log, open_records
from exchange.node.registry import first_registry, runner
from exchange.node.secrets import MASTER, MasterSecret, read_secret, write_secret
from exchange.node.settings import Settings, read_settings, write_settings
from exchange.node.tables import TABLES
from exchange.node.vault import Vault
from exchange.path import spool
from exchange.path.cleaners import Cleaners
from exchange.path.office import Office
from exchange.path.recording import Desk, Pen
from exchange.policy.adopting import Register, on_record, papers_on_record
from exchange.policy.ground import Ground
from exchange.policy.rulebook import Rulebook
from exchange.records import Store
from exchange.soundness import require_sound
from exchange.witnessing.vouching import witness_of
from ledger import Entry, Log
from ledger.errors import CannotAppend
from policies import Engine

Clock = Callable[[], datetime]
Entropy = Callable[[int], bytes]


def system_clock() -> datetime:
    """Now, in UTC."""
    return datetime.now(UTC)


def found_node(
    folder: Path,
    founding: Founding,
    environment: Mapping[str, str] = os.environ,
    *,
    clock: Clock = system_clock,
    entropy: Entropy = secrets.token_bytes,
) -> None:
    """Make the node: keys, settings, registry, stores, and the first entry of its ledger.

    Raises NodeExists, BadRegion, BadRegistry, BadSetting, CannotWrite. A folder that holds a node is left as it
    is; where something fails nothing of a node is left behind.
    """
    if not is_region(founding.region):
        raise BadRegion
    directory, registry = first_registry(founding)
    own = runner(directory, founding.organisation, founding.region)
    brought_along = Layout(folder).registry.exists()
    layout = prepare_folder(folder)
    try:
        _fill(layout, founding, own, registry, environment, clock, entropy)
    except BaseException:
        clear_folder(layout, registry=not brought_along)
        raise


def _fill(
    layout: Layout,
    founding: Founding,
    own: Organisation,
    registry: bytes,
    environment: Mapping[str, str],
    clock: Clock,
    entropy: Entropy,
) -> None:
    write_secret(layout.keys / MASTER, entropy(32))
    layout.registry.write_bytes(registry)
    write_settings(
        layout.settings,
        {
            "node.id": founding.node_id or own.id,
            "node.region": founding.region,
            "node.name": founding.name,
            "node.organisation": own.id,
        }
        | ({"serve.url": founding.url} if founding.url else {}),
    )
    master = MasterSecret(read_secret(layout.keys / MASTER))
    settings = read_settings(layout.settings, environment)
    Vault.create(layout.vault, master, entropy).close()
    Store(layout.records, key=master.for_use("records")).close()
    log = Log.create(
        layout.ledger, signer=signer_of(layout, settings, master), clock=clock, entropy=entropy, tables=TABLES
    )
    log.append(
        Entry(
            type="node",
            subtype="create",
            action="C",
            outcome="0",
            region=founding.region,
            node=settings["node.id"],
            source="node",
            organisation=own.id,
            claimed_us=to_us(clock()),
        )
    )
    log.close()


@contextmanager
def open_node(
    folder: Path,
    environment: Mapping[str, str] = os.environ,
    *,
    clock: Clock = system_clock,
    entropy: Entropy = secrets.token_bytes,
    asked_first: bool = False,
) -> Iterator[Node]:
    """The node in `folder`, open until the context is left.

    When its ledger cannot be written it opens for reading, and every access but an emergency fails. What waits
    in the spool goes into the ledger first, if that can be, unless the witnesses are to be `asked_first`.
    Raises NotANode, BadSetting, BadKeyFile, and what the stores raise when a file is not theirs.
    """
    layout = Layout(folder).require()
    settings = read_settings(layout.settings, environment)
    master = MasterSecret(read_secret(layout.keys / MASTER))
    signer = signer_of(layout, settings, master)
    with ExitStack() as stack:
        log, pen = open_log(layout, signer, clock, entropy, TABLES)
        stack.callback(log.close)
        records = stack.enter_context(open_records(layout, master, writable=pen is log))
        rules = Rulebook(layout, settings, master, stack)
        node = _node(layout, settings, master, log, pen, records, rules, clock, entropy)
        stack.callback(node.vault.close)
        if pen is log:
            if not asked_first:
                _drain(node)
            finish(node.office)
        yield node


@contextmanager
def open_counter(
    folder: Path,
    environment: Mapping[str, str] = os.environ,
    *,
    clock: Clock = system_clock,
    entropy: Entropy = secrets.token_bytes,
) -> Iterator[tuple[Node, Counter]]:
    """The node in `folder` as other nodes meet it. Every thread that asks for an office gets stores of its own.

    Raises what `open_node` raises, NotSound, and PolicyError where the rules cannot be used.
    """
    with open_node(folder, environment, clock=clock, entropy=entropy, asked_first=True) as node:
        require_sound(node, however_large=True)
        node.office.policy()  # rules that cannot be used are found out now, not by whoever asks first
        own = threading.local()

        def office() -> Office:
            # Emergencies that waited go into the ledger as soon as it takes them, not only when a node is opened.
            if node.spool.waiting():
                _drain(node)
            if not hasattr(own, "office"):
                records = Store(
                    node.layout.records, key=node.office.master.for_use("records"), writable=False
                )
                vault = Vault(node.layout.vault, node.office.master, entropy)
                own.office = replace(node.office, records=records, vault=vault)
            fresh: Office = own.office
            return fresh

        counter = Counter(
            keys=node.keys,
            card=own_card(node),
            peers=node.peers,
            office=office,
            witness=witness_of(node, office),
            clock=clock,
            entropy=entropy,
        )
        yield node, counter


def other_policy(file: Path) -> Engine:
    """The rules in another bundle, to see what they would have answered. Raises BundleUnreadable, PolicyUnusable."""
    from policies.wasm import what_if

    return what_if(file)


def _drain(node: Node) -> None:
    review = timedelta(hours=node.settings["emergency.review_hours"])
    with suppress(CannotAppend):  # room to open the ledger and none to write it: it waits on, status tells
        node.spool.drain(node.log, lambda entry: following_spooled(entry, review))


def verifier_key(folder: Path, environment: Mapping[str, str] = os.environ) -> str:
    """The key the node's ledger is checked with; needs the keys folder, not a ledger that opens."""
    layout = Layout(folder).require()
    master = MasterSecret(read_secret(layout.keys / MASTER))
    return signer_of(layout, read_settings(layout.settings, environment), master).verifier_key


def _node(
    layout: Layout,
    settings: Settings,
    master: MasterSecret,
    log: Log,
    pen: Pen,
    records: Store,
    rules: Rulebook,
    clock: Clock,
    entropy: Entropy,
) -> Node:
    peers = PeerBook(layout.peers)
    directory = read_directory(layout.registry).merge(one for card in peers for one in card.organisations)
    waiting = spool.Spool(
        path=_spool_file(layout, settings),
        key=master.for_use("spool"),
        open_for=timedelta(minutes=settings["emergency.spool_minutes"]),
        clock=clock,
        entropy=entropy,
    )
    desk = Desk(
        pen=pen,
        region=settings["node.region"],
        node=settings["node.id"],
        actor_key=master.for_use("actor"),
        entropy=entropy,
    )
    own = runner(directory, settings["node.organisation"], settings["node.region"])
    register = Register(
        folder=layout.policies,
        ground=Ground(settings=settings, registry=layout.registry.read_bytes(), papers=layout.papers),
        log=log,
        desk=desk,
        organisation=own.id,
        house_key=master.for_use("house"),
        clock=clock,
    )
    policy = on_record(rules, register)
    office = Office(
        desk=desk,
        spool=desk.with_pen(waiting),
        log=log,
        records=records,
        vault=Vault(layout.vault, master, entropy),
        consents=Registry(log.glance, hours_east=settings["consent.tz_hours"]),
        consent_config=_consent_config(settings),
        directory=directory,
        own=own,
        master=master,
        policy=policy,
        past_policy=rules.as_of,
        cleaners=Cleaners(master, text_engine(settings, layout.root)),
        papers=papers_on_record(policy, layout.papers),
        clock=clock,
    )
    return Node(
        layout=layout,
        settings=settings,
        office=office,
        spool=waiting,
        peers=peers,
        keys=NodeKeys.of(master),
        vkey=log.signer.verifier_key,
    )


def _consent_config(settings: Settings) -> Config:
    said = settings.section("consent")
    return Config(**{name: value for name, value in said.items() if not name.startswith("remind_")})


def _spool_file(layout: Layout, settings: Settings) -> Path:
    return Path(settings["emergency.spool_file"]) if settings["emergency.spool_file"] else layout.spool
