"""Take another node's message about a withdrawal in, and acknowledge it. Nothing is believed that we cannot check.

A notice must speak of requests this node made to that very node; a report of what was done, of a notice this node
sent to that very node. A message that comes again gets the same acknowledgement, so that a crash between sending
and hearing back does no harm.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice

from exchange.audit.details import details_of
from exchange.audit.search import Filter, search
from exchange.federation.arrivals import taken
from exchange.federation.card import SKEW
from exchange.federation.envelope import Opened
from exchange.federation.errors import Rejected
from exchange.federation.messages import NotAMessage, salt
from exchange.federation.signing import LIFETIME
from exchange.instants import from_us
from exchange.path.office import Office
from exchange.withdrawal.incoming import CameBefore, entry_of_notice, filing, known
from exchange.withdrawal.outgoing import NoSuchOutgoing, Outgoing, about, following, notice
from exchange.withdrawal.wire import Acknowledged, Followed, Withdrawn, read_message
from ledger import Entry
from ledger.errors import CannotAppend
from ledger.identity import time_us_of
from ledger.proof import prove

# Entries that are read to find the requests of one message. Each is found within a few of its number; further on only
# where the clock had been set back.
MOST_READ = 5_000


def take(opened: Opened, office: Office) -> Acknowledged:
    """The acknowledgement of a message that just came in. Raises Rejected where it is not taken at all."""
    try:
        message = read_message(opened.plain)
    except NotAMessage:
        raise Rejected("not-a-question") from None
    if (message.sender, message.recipient) != (opened.peer.id, office.desk.node):
        raise Rejected("not-for-us")
    now = office.clock()
    if not now - LIFETIME - SKEW <= message.sent_at <= now + SKEW:
        raise Rejected("wrong-time")
    taking = _Taking(opened, office)
    try:
        return taking.withdrawn(message) if isinstance(message, Withdrawn) else taking.followed(message)
    except CannotAppend:
        raise Rejected("cannot-record") from None


@dataclass(frozen=True, slots=True)
class _Taking:
    """One message being taken in. What was signed is kept beside every entry about it (evidence.py)."""

    opened: Opened
    office: Office

    def withdrawn(self, message: Withdrawn) -> Acknowledged:
        """A patient there took back what we had received."""
        items = [{"request": one.request, "entry": one.entry} for one in message.items]
        before = known(self.office, self.opened.peer.id, message.notice)
        if before is not None:
            if list(before.asked) != items:
                return self._no(message, "NOTICE_DIFFERS")
            self._write(self._entry("again"), {})
            return self._yes(message, before.entry, before.unknown)
        accesses = self._ours([one.request for one in message.items])
        if not accesses:
            return self._no(message, "UNKNOWN_REQUEST")
        unknown = tuple(one.request for one in message.items if one.request not in accesses)
        details = {
            "notice": message.notice,
            "items": items,
            "accesses": sorted(accesses.values()),
            "unknown": list(unknown),
            "revoked_at": message.revoked_at.isoformat(),
        }
        entry = entry_of_notice(self.office, claimed=message.revoked_at, count=len(accesses))
        filed = filing(self.opened.peer.id, message.notice)
        try:
            recorded = taken(self.opened, self.office, entry, self._kept(details), self.office.desk, filed)
        except CameBefore:
            return self.withdrawn(message)
        return self._yes(message, recorded.id, unknown)

    def followed(self, message: Followed) -> Acknowledged:
        """A recipient says what it did about a notice of ours."""
        one = self._sent_to_them(message.notice)
        if one is None:
            return self._no(message, "UNKNOWN_NOTICE")
        kept = self._kept({"entry": message.entry, "at": message.at.isoformat()})
        if one.done == message.done:
            self._write(self._entry("again"), {})
        else:
            entry = about(self.office, one, "done", message.done, "")
            taken(self.opened, self.office, entry, kept, self.office.desk, following(one, message.done))
        return self._acknowledged(message, one.entry)

    def _ours(self, requests: list[str]) -> Mapping[str, str]:
        """Of `requests`, those this node made to that node, with our entries about them."""
        # What a message costs does not depend on who sends it: they share what may be read for one.
        most = MOST_READ // len(requests)
        peer = self.opened.peer.id
        found = ((one, own_request(self.office, one, holder=peer, most=most)) for one in requests)
        return {request: entry for request, entry in found if entry}

    def _sent_to_them(self, entry: str) -> Outgoing | None:
        with suppress(NoSuchOutgoing):
            one = notice(self.office, entry)
            if (one.kind, one.recipient) == ("node", self.opened.peer.id):
                return one
        return None

    def _yes(self, message: Withdrawn, entry: str, unknown: tuple[str, ...]) -> Acknowledged:
        receipt = prove(self.office.log, entry).decode()
        return self._acknowledged(message, entry, unknown=unknown, receipt=receipt)

    def _no(self, message: Withdrawn | Followed, code: str) -> Acknowledged:
        """Not accepted, and on record: somebody says something of us that we cannot find."""
        refused = replace(self._entry("refused"), outcome="8", why=code)
        entry = self._write(refused, {"notice": message.notice})
        return self._acknowledged(message, entry, code=code)

    def _acknowledged(
        self,
        message: Withdrawn | Followed,
        entry: str,
        *,
        code: str = "",
        unknown: tuple[str, ...] = (),
        receipt: str = "",
    ) -> Acknowledged:
        return Acknowledged(
            notice=message.notice,
            sender=self.office.desk.node,
            recipient=self.opened.peer.id,
            accepted=not code,
            code=code,  # type: ignore[arg-type]  # one of the three of wire.py, all written above
            unknown=unknown,
            entry=entry,
            receipt=receipt,
            salt=salt(self.office.desk.entropy),
        )

    def _entry(self, subtype: str) -> Entry:
        return replace(entry_of_notice(self.office, claimed=self.office.clock(), count=0), subtype=subtype)

    def _write(self, entry: Entry, details: Mapping[str, object]) -> str:
        return taken(self.opened, self.office, entry, self._kept(details), self.office.desk).id

    def _kept(self, details: Mapping[str, object]) -> dict[str, object]:
        return {
            **details,
            "peer": self.opened.peer.id,
            "nonce": self.opened.nonce,
            "words": self.opened.plain.decode(),
            "signature": dict(self.opened.signature),
        }


def own_request(office: Office, request: str, *, holder: str, most: int) -> str:
    """Our entry about `request` to `holder`, one of the `most` that follow its number's time; "" if none is.

    A request is numbered right before its entry is written, and the ledger's time never goes back.
    """
    numbered = time_us_of(request)
    if numbered is None or numbered > office.log.read(office.log.size - 1).time_us:
        return ""
    for one in islice(search(office.log, Filter(since=from_us(numbered))), most):
        entry = one.entry
        if (entry.type, entry.subtype, entry.phase) != ("access", "request", "intent"):
            continue
        asked = details_of(office, one).told
        if (asked.get("holder"), asked.get("request")) == (holder, request):
            return one.id
    return ""
