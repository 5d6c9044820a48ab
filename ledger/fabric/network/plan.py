"""What a network consists of: its channel, its orderers, its regions, and the port each part listens on.

Written down once, as network.json: the ports of peers and orderers stand in the channel's own configuration.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec

from ledger.fabric.network.errors import BadPlan, BadShape, NotANetwork, OtherShape

CHANNEL = "regions"
# Of one region's own, and of all that a patient's statement concerns: docs/adr/0003.
AUDIT, CONSENT = "hutong-audit", "hutong-consent"
CHAINCODES = (AUDIT, CONSENT)
REGIONS = ("kunshan", "tianjin")
BATCH_MS = 100
BFT_ORDERERS = 4
MOST_REGIONS = 8

ORDERER = "orderer"
_NAME = re.compile(r"[a-z][a-z0-9-]{0,30}")
_TAKEN = {ORDERER, "builder"}

Consensus = Literal["raft", "bft"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What somebody asks for. None: whatever there is, and two regions with one orderer where there is nothing.

    `batch_ms`: how long an orderer gathers transactions into a block.
    """

    regions: tuple[str, ...] | None = None
    orderers: Literal[1, 3] | None = None
    bft: bool | None = None
    batch_ms: int | None = None


class Orderer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One orderer: for peers and other orderers, for its administrator, for who watches it."""

    name: str
    port: int
    admin_port: int
    operations_port: int


class Region(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One region: its peer's ports, and by chaincode the one that its server listens on."""

    name: str
    msp: str
    port: int
    chaincode_port: int
    operations_port: int
    servers: dict[str, int]


class Plan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole network."""

    format: Literal[1] = 1
    channel: str
    consensus: Consensus
    batch_ms: int
    orderers: tuple[Orderer, ...]
    regions: tuple[Region, ...]

    @property
    def ports(self) -> list[int]:
        """Every port the network listens on."""
        found = [port for one in self.orderers for port in (one.port, one.admin_port, one.operations_port)]
        for region in self.regions:
            found += [region.port, region.chaincode_port, region.operations_port, *region.servers.values()]
        return found


def plan_of(shape: Shape, ports: Callable[[int], Sequence[int]]) -> Plan:
    """A new network of this shape; `ports` finds so many that are free."""
    names = shape.regions or REGIONS
    count = BFT_ORDERERS if shape.bft else shape.orderers or 1
    free = iter(ports(3 * count + (3 + len(CHAINCODES)) * len(names)))
    return Plan(
        channel=CHANNEL,
        consensus="bft" if shape.bft else "raft",
        batch_ms=shape.batch_ms or BATCH_MS,
        orderers=tuple(
            Orderer(
                name=f"{ORDERER}{number}",
                port=next(free),
                admin_port=next(free),
                operations_port=next(free),
            )
            for number in range(1, count + 1)
        ),
        regions=tuple(
            Region(
                name=name,
                msp=msp_of(name),
                port=next(free),
                chaincode_port=next(free),
                operations_port=next(free),
                servers={chaincode: next(free) for chaincode in CHAINCODES},
            )
            for name in names
        ),
    )


def require_shape(shape: Shape) -> None:
    """Return if a network can have this shape. Raises BadShape."""
    if shape.regions is not None:
        _require_names(shape.regions)
    if shape.bft and shape.orderers:
        raise BadShape(
            f"--bft has {BFT_ORDERERS} orderers of its own; leave --orderers out",
            f"--bft 自带 {BFT_ORDERERS} 个排序节点，请勿同时使用 --orderers",
        )


def msp_of(name: str) -> str:
    """The id under which the channel knows an organisation.

    >>> msp_of("kunshan")
    'KunshanMSP'
    """
    return f"{name[0].upper()}{name[1:]}MSP"


def written(plan: Plan) -> bytes:
    """The plan as it stands in its file."""
    return msgspec.json.format(msgspec.json.encode(plan), indent=2) + b"\n"


def read_plan(file: Path) -> Plan:
    """The plan in `file`. Raises NotANetwork, BadPlan."""
    try:
        return msgspec.json.decode(file.read_bytes(), type=Plan)
    except (FileNotFoundError, NotADirectoryError):
        raise NotANetwork(str(file.parent)) from None
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise BadPlan(file.name, f"cannot be read: {why}", f"无法读取：{why}") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        # msgspec names the keys and types, never the value.
        raise BadPlan(file.name, f"is wrong: {error}", f"有误：{error}") from None


def require_same(plan: Plan, shape: Shape, place: str) -> None:
    """Return if the network is what was asked for. Raises OtherShape."""
    regions = tuple(region.name for region in plan.regions)
    differs = (
        (shape.regions is not None and set(shape.regions) != set(regions))
        or (shape.bft is not None and shape.bft != (plan.consensus == "bft"))
        or (shape.orderers is not None and shape.orderers != len(plan.orderers))
        or (shape.batch_ms is not None and shape.batch_ms != plan.batch_ms)
    )
    if differs:
        count = len(plan.orderers)
        orderers = f"{count} orderer{'s' if count > 1 else ''} ({plan.consensus})"
        raise OtherShape(
            place,
            f"the regions {', '.join(regions)}, {orderers}, {plan.batch_ms} ms",
            f"地区 {'、'.join(regions)}，{count} 个排序节点({plan.consensus})，{plan.batch_ms} 毫秒",
        )


def _require_names(names: Sequence[str]) -> None:
    if not 0 < len(names) <= MOST_REGIONS or len(set(names)) != len(names):
        raise BadShape(
            f"a network has 1 to {MOST_REGIONS} regions, each of another name",
            f"网络有 1 至 {MOST_REGIONS} 个地区，名称互不相同",
        )
    if not all(_NAME.fullmatch(name) and name not in _TAKEN for name in names):
        raise BadShape(
            "a region's name has small letters, digits and hyphens, begins with a letter, and is not orderer",
            "地区名称由小写字母、数字和连字符组成，以字母开头，且不能是 orderer",
        )
