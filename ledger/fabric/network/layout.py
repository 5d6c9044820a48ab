"""Where everything of a network lies in its folder."""

from dataclasses import dataclass
from pathlib import Path

from ledger.fabric.network.plan import ORDERER


@dataclass(frozen=True, slots=True)
class Layout:
    """The folder of a network. `root` is absolute: Fabric's programs are told whole paths."""

    root: Path

    @property
    def plan(self) -> Path:
        """What the network consists of. Where it is, the network was made to the end."""
        return self.root / "network.json"

    @property
    def unfinished(self) -> Path:
        """There while a network is being made in a folder that was empty before."""
        return self.root / ".unfinished"

    @property
    def lock(self) -> Path:
        """Held by whoever starts or stops the network."""
        return self.root / ".lock"

    @property
    def configtx(self) -> Path:
        """What the channel is made from."""
        return self.root / "configtx.yaml"

    @property
    def block(self) -> Path:
        """The channel's first block."""
        return self.root / "channel.block"

    @property
    def log(self) -> Path:
        """What Fabric's programs said while the network was set up."""
        return self.root / "setup.log"

    @property
    def builder(self) -> Path:
        """How a peer is told where a chaincode's server is."""
        return self.root / "builder"

    def organisation(self, name: str) -> Path:
        """An organisation's authorities, its MSP, its administrator."""
        return self.root / name

    def orderer(self, name: str) -> Path:
        """An orderer: identity, configuration, data, log."""
        return self.root / ORDERER / name

    def peer(self, region: str) -> Path:
        """A region's peer, likewise."""
        return self.root / region / "peer"

    def server(self, region: str, chaincode: str) -> Path:
        """The server of a chaincode beside a region's peer."""
        return self.root / region / chaincode

    def package(self, region: str, chaincode: str) -> Path:
        """What the region's peer is given to install."""
        return self.root / region / f"{chaincode}.tar.gz"

    def connection(self, region: str) -> Path:
        """How a region's node reaches the channel."""
        return self.root / region / "connection.toml"
