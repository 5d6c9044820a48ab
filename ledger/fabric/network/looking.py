"""Look at a network: which part runs, which answers, and until when its certificates hold."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography.x509 import load_pem_x509_certificate

from ledger.fabric.network.errors import NotANetwork
from ledger.fabric.network.identities import Entropy
from ledger.fabric.network.layout import Layout
from ledger.fabric.network.parts import Part, parts_of
from ledger.fabric.network.plan import ORDERER, Plan, read_plan
from ledger.fabric.network.processes import running
from ledger.fabric.network.programs import require_libraries

_HANDS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One part: its process if it runs, whether it answers, how many blocks it has (orderers and peers)."""

    part: Part
    pid: int | None
    answers: bool
    blocks: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """All parts, and the day the certificates end."""

    plan: Plan
    layout: Layout
    seen: tuple[Seen, ...]
    certificates_until: datetime

    @property
    def silent(self) -> list[Seen]:
        """Those that do not answer."""
        return [one for one in self.seen if not one.answers]


def look(folder: Path, *, clock: Callable[[], datetime], entropy: Entropy) -> Look:
    """Ask every part, all at the same time; each has a few seconds. Raises NotANetwork, BadPlan, FabricMissing."""
    layout = Layout(folder.absolute())
    if not layout.plan.exists():
        raise NotANetwork(str(folder))
    plan = read_plan(layout.plan)
    require_libraries()
    from ledger.fabric.network.readiness import height_of, serves

    def see(part: Part) -> Seen:
        process = running(part.folder)
        # Who does not run need not be asked: the answer would be somebody else's, or a long wait.
        if process is None:
            return Seen(part=part, pid=None, answers=False, blocks=None)
        if part.kind == "chaincode":
            answers = serves(part, layout, clock=clock, entropy=entropy)
            return Seen(part=part, pid=process.pid, answers=answers, blocks=None)
        blocks = height_of(part, plan, layout, clock=clock, entropy=entropy)
        return Seen(part=part, pid=process.pid, answers=blocks is not None, blocks=blocks)

    with ThreadPoolExecutor(_HANDS) as hands:
        seen = tuple(hands.map(see, parts_of(plan, layout)))
    return Look(plan=plan, layout=layout, seen=seen, certificates_until=_until(layout))


def _until(layout: Layout) -> datetime:
    """All certificates of a network end on the same day: that of its authorities."""
    authority = layout.organisation(ORDERER) / "ca.pem"
    return load_pem_x509_certificate(authority.read_bytes()).not_valid_after_utc
