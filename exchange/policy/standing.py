"""How the policy of a node stands: which rules, vouched for by whom, since when, and whether they can be asked now."""

from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import datetime

from exchange.node.node import Node
from exchange.policy.adopting import newest
from exchange.policy.choosing import Server, chosen_server
from exchange.policy.keeping import all_kept
from exchange.policy.rulebook import Rulebook
from ledger.errors import LedgerAltered, NoSuchEntry
from ledger.volumes import VolumeMissing
from policies.decision import Reason
from policies.engines import server_state


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """`reason` says why the engine cannot be asked now; None where it can.

    `source` is "packaged" or the name of the bundle file, `signed_by` the fingerprint of the key it is signed with.
    `entry` and `since` are those by which these rules came into force, "" and None before their first decision; with
    an `entry` and no `since` that entry is not as it was written.
    `kept` counts the bundles of other revisions. Of an OPA server: its `url` and the `revisions` it says it has.
    """

    engine: str
    digest: str
    source: str
    signed_by: str
    entry: str
    since: datetime | None
    kept: int
    reason: Reason | None
    url: str
    revisions: tuple[str, ...]


def standing(node: Node) -> Standing:
    """Look. The engine is tried, the record left as it is. Raises BadSetting, PolicyError where there are no rules."""
    with ExitStack() as stack:
        rules = Rulebook(node.layout, node.settings, node.office.master, stack)
        digest = rules.chosen.bundle.digest
        adopted = newest(node.log)
        entry = adopted.entry if adopted and adopted.digest == digest else ""
        server = chosen_server(node.settings, node.layout.root)
        if server is None:
            rules.in_force()  # loads it and asks its canaries
        reason, revisions = _asked(server, digest, node.settings["policy.deadline_ms"])
        return Standing(
            engine=rules.engine,
            digest=digest,
            source=rules.chosen.source,
            signed_by=rules.chosen.signed_by,
            entry=entry,
            since=_time_of(node, entry) if entry else None,
            kept=sum(one != digest for one in all_kept(node.layout.policies)),
            reason=reason,
            url=server.url if server else "",
            revisions=revisions,
        )


def _time_of(node: Node, entry: str) -> datetime | None:
    with suppress(LedgerAltered, NoSuchEntry, VolumeMissing):
        return node.log.find(entry).time
    return None


def _asked(server: Server | None, digest: str, deadline_ms: int) -> tuple[Reason | None, tuple[str, ...]]:
    if server is None:
        return None, ()
    return server_state(
        digest, server.url, ca_file=server.ca_file, token_file=server.token_file, deadline_ms=deadline_ms
    )
