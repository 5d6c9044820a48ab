"""Say to orderers and peers what their administrators say: join the channel, take over a chaincode, agree to it.

Every step looks first whether it was done, so that it can be repeated after anything.
"""

import json
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from ledger.fabric.network.errors import StepFailed
from ledger.fabric.network.identities import LOOPBACK
from ledger.fabric.network.layout import Layout
from ledger.fabric.network.packages import label_of, package_id
from ledger.fabric.network.participation import join
from ledger.fabric.network.parts import environment_of
from ledger.fabric.network.plan import AUDIT, CHAINCODES, ORDERER, Orderer, Plan, Region
from ledger.fabric.network.programs import Programs

VERSION, SEQUENCE = "1", "1"
_COMMAND_SECONDS = 60.0
# Right after a start there is no leader yet, or a peer has not seen the newest block.
_REPEAT_SECONDS, _AGAIN_SECONDS = 40.0, 0.4


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """The administrators of a network's organisations, at one desk."""

    plan: Plan
    layout: Layout
    programs: Programs
    environment: Mapping[str, str]

    def join_orderer(self, one: Orderer) -> None:
        """Have an orderer join the channel. Raises StepFailed."""
        step = (f"{one.name} joining the channel", f"{one.name} 加入通道")
        self._until(partial(join, one, self.plan, self.layout), step)

    def join_peer(self, region: Region) -> None:
        """Have a region's peer join the channel. Raises StepFailed."""
        step = (f"the peer of {region.name} joining the channel", f"{region.name} 的 peer 加入通道")
        self._until(lambda: self._peer_is_in(region), step)

    def install(self, region: Region, chaincode: str) -> None:
        """Hand a region's peer the package of a chaincode. Raises StepFailed."""
        step = (f"{region.name} installing {chaincode}", f"{region.name} 安装链码 {chaincode}")
        self._until(lambda: self._is_installed(region, chaincode), step)

    def define(self, chaincode: str) -> None:
        """Have every region agree to a chaincode, and the channel take it up. Raises StepFailed."""
        first = self.plan.regions[0]
        if self._is_defined(first, chaincode):
            return
        for region in self.plan.regions:
            step = (f"{region.name} approving {chaincode}", f"{region.name} 批准链码 {chaincode}")
            self._until(partial(self._approves, region, chaincode), step)
        step = (f"the channel taking up {chaincode}", f"通道启用链码 {chaincode}")
        self._until(lambda: self._commits(first, chaincode), step)

    def _peer_is_in(self, region: Region) -> bool:
        said = self._ask(region, "channel", "list")
        if said is None:
            return False
        if self.plan.channel in said.split():
            return True
        return self._ask(region, "channel", "join", "-b", str(self.layout.block)) is not None

    def _is_installed(self, region: Region, chaincode: str) -> bool:
        said = self._answer(region, "lifecycle", "chaincode", "queryinstalled", "--output", "json")
        if said is None:
            return False
        package = self.layout.package(region.name, chaincode)
        identity = package_id(package, label_of(chaincode))
        if any(one["package_id"] == identity for one in said.get("installed_chaincodes", ())):
            return True
        return self._ask(region, "lifecycle", "chaincode", "install", str(package)) is not None

    def _is_defined(self, region: Region, chaincode: str) -> bool:
        words = ("lifecycle", "chaincode", "querycommitted", "--output", "json")
        said = self._answer(region, *words, "-C", self.plan.channel, "-n", chaincode)
        return said is not None and str(said.get("sequence")) == SEQUENCE

    def _approves(self, region: Region, chaincode: str) -> bool:
        package = package_id(self.layout.package(region.name, chaincode), label_of(chaincode))
        words = ("lifecycle", "chaincode", "approveformyorg", "--package-id", package)
        if self._ask(region, *words, *self._definition(chaincode), *self._to_orderer()) is not None:
            return True
        # A region that has approved before is refused a second time.
        return self._agreed(region, chaincode)

    def _agreed(self, region: Region, chaincode: str) -> bool:
        words = ("lifecycle", "chaincode", "checkcommitreadiness", "--output", "json")
        said = self._answer(region, *words, *self._definition(chaincode))
        return bool(said and said.get("approvals", {}).get(region.msp))

    def _commits(self, region: Region, chaincode: str) -> bool:
        words = ["lifecycle", "chaincode", "commit", *self._definition(chaincode), *self._to_orderer()]
        for one in self.plan.regions:
            authority = self.layout.organisation(one.name) / "tls-ca.pem"
            words += ["--peerAddresses", f"{LOOPBACK}:{one.port}", "--tlsRootCertFiles", str(authority)]
        return self._ask(region, *words) is not None or self._is_defined(region, chaincode)

    def _definition(self, chaincode: str) -> list[str]:
        policy = policy_of(chaincode, [region.msp for region in self.plan.regions])
        words = ["-C", self.plan.channel, "-n", chaincode, "-v", VERSION, "--sequence", SEQUENCE]
        return [*words, "--signature-policy", policy]

    def _to_orderer(self) -> list[str]:
        authority = self.layout.organisation(ORDERER) / "tls-ca.pem"
        return ["-o", f"{LOOPBACK}:{self.plan.orderers[0].port}", "--tls", "--cafile", str(authority)]

    def _answer(self, region: Region, *words: str) -> dict[str, Any] | None:
        said = self._ask(region, *words)
        try:
            return None if said is None else dict(json.loads(said))
        except ValueError:
            return None

    def _ask(self, region: Region, *words: str) -> str | None:
        """What `peer` says to the region's administrator; None where it says no, and why is in the log."""
        environment = {
            **environment_of(self.environment, self.layout.peer(region.name)),
            "CORE_PEER_MSPCONFIGPATH": str(self.layout.organisation(region.name) / "admin" / "msp"),
        }
        with self.layout.log.open("ab") as log:
            try:
                done = subprocess.run(
                    [str(self.programs.peer), *words],
                    env=environment,
                    stdout=subprocess.PIPE,
                    stderr=log,
                    stdin=subprocess.DEVNULL,
                    check=False,
                    timeout=_COMMAND_SECONDS,
                )
            except subprocess.TimeoutExpired:
                return None
        return done.stdout.decode(errors="replace") if done.returncode == 0 else None

    def _until(self, done: Callable[[], bool], step: tuple[str, str]) -> None:
        give_up = time.monotonic() + _REPEAT_SECONDS
        while not done():
            if time.monotonic() > give_up:
                raise StepFailed(*step, str(self.layout.log))
            time.sleep(_AGAIN_SECONDS)

    def set_up(self, advance: Callable[[], None]) -> None:
        """Everything between parts that answer and a channel that can be used. Raises StepFailed."""
        for one in self.plan.orderers:
            self.join_orderer(one)
        advance()
        for region in self.plan.regions:
            self.join_peer(region)
        advance()
        for chaincode in CHAINCODES:
            for region in self.plan.regions:
                self.install(region, chaincode)
            self.define(chaincode)
            advance()


def policy_of(chaincode: str, msps: Sequence[str]) -> str:
    """Whose peers must endorse. Roots: any region's (the key itself is then bound to its own); consents: every one's.

    >>> policy_of("hutong-consent", ["KunshanMSP", "TianjinMSP"])
    "AND('KunshanMSP.peer','TianjinMSP.peer')"
    """
    peers = ",".join(f"'{msp}.peer'" for msp in msps)
    return f"{'OR' if chaincode == AUDIT else 'AND'}({peers})"
