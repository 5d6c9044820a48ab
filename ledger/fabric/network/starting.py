"""Start a network, new or stopped, and stop it. Both can be repeated after anything; data are never touched."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ledger.fabric.network.administering import Office
from ledger.fabric.network.errors import NotANetwork, PortTaken
from ledger.fabric.network.identities import Entropy
from ledger.fabric.network.layout import Layout
from ledger.fabric.network.making import make, require_ours
from ledger.fabric.network.parts import Part, command_of, environment_of, parts_of
from ledger.fabric.network.plan import (
    CHAINCODES,
    Plan,
    Shape,
    plan_of,
    read_plan,
    require_same,
    require_shape,
)
from ledger.fabric.network.ports import free_ports, is_free
from ledger.fabric.network.processes import alone, for_us_alone, running, start, stop
from ledger.fabric.network.programs import Programs, find_programs, require_libraries

# (steps done, of so many)
Advance = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Up:
    """A network that is ready: what it consists of, where, how many parts were started, the version of Fabric."""

    plan: Plan
    layout: Layout
    started: int
    version: str


def up(
    folder: Path,
    shape: Shape,
    *,
    environment: Mapping[str, str],
    clock: Callable[[], datetime],
    entropy: Entropy,
    advance: Advance = lambda _, __: None,
) -> Up:
    """Make the network where there is none, start what does not run, and return when transactions are endorsed.

    Raises FabricMissing, ProgramMissing, WrongVersion, PlaceTaken, OtherShape, BadShape, AtWork, PortTaken, PartEnded,
    PartSilent, StepFailed, and what the client raises when the network never gets ready.
    """
    require_shape(shape)
    require_libraries()
    # Not before the libraries are known to be there.
    from ledger.fabric.network.readiness import await_line, await_ready, is_ready

    layout = Layout(folder.absolute())
    programs = find_programs(environment)
    with for_us_alone():
        if not layout.plan.exists():
            require_ours(layout)
            layout.root.mkdir(parents=True, exist_ok=True)
            layout.root.chmod(0o700)
        with alone(layout.lock, folder):
            plan = _plan(layout, shape, programs, environment, clock(), entropy)
            parts = parts_of(plan, layout)
            steps = _Steps(advance, total=2 * len(parts) + 2 + len(CHAINCODES) + len(plan.regions))
            started = [part for part in parts if _started(part, layout, programs, environment, steps)]
            for part in parts:
                await_line(part, layout)
                steps.done()
            if not is_ready(plan, layout, clock=clock, entropy=entropy):
                office = Office(plan=plan, layout=layout, programs=programs, environment=environment)
                office.set_up(steps.done)
                for region in plan.regions:
                    await_ready(region, layout, clock=clock, entropy=entropy)
                    steps.done()
    return Up(plan=plan, layout=layout, started=len(started), version=programs.version)


def down(folder: Path) -> int:
    """Stop every process that `up` started here and that still runs; how many. Raises NotANetwork, BadPlan, AtWork."""
    layout = Layout(folder.absolute())
    if not layout.plan.exists():
        raise NotANetwork(str(folder))
    with alone(layout.lock, folder):
        # All at once: the server of a chaincode waits for its peer to hang up.
        return stop([part.folder for part in parts_of(read_plan(layout.plan), layout)])


class _Steps:
    """Counts what is done."""

    def __init__(self, advance: Advance, *, total: int) -> None:
        self._advance = advance
        self._total = total
        self._done = 0

    def done(self) -> None:
        self._done += 1
        self._advance(self._done, self._total)


def _plan(
    layout: Layout,
    shape: Shape,
    programs: Programs,
    environment: Mapping[str, str],
    now: datetime,
    entropy: Entropy,
) -> Plan:
    """The plan that is there, or a new one and everything that belongs to it."""
    if layout.plan.exists():
        plan = read_plan(layout.plan)
        require_same(plan, shape, str(layout.root))
        return plan
    plan = plan_of(shape, lambda count: free_ports(count, entropy))
    make(plan, layout, programs=programs, environment=environment, now=now, entropy=entropy)
    return plan


def _started(
    part: Part, layout: Layout, programs: Programs, environment: Mapping[str, str], steps: _Steps
) -> bool:
    """Start the part, unless it runs. Raises PortTaken."""
    stopped = running(part.folder) is None
    if stopped:
        for port in part.ports:
            if not is_free(port):
                raise PortTaken(part.name, part.name_zh, port)
        command = command_of(part, layout, programs)
        start(part.folder, command, environment_of(environment, part.folder))
    steps.done()
    return stopped
