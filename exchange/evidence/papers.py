"""Documents in force: orders of a public authority, and agreements with whoever processes records for a hospital.

The operator keeps them in `orders.toml` of the node's folder, read anew for every request, so that an order ends on
its last day and a new one counts at once:

    [[order]]
    id = "ph-2026-07"
    document = "昆政办发〔2026〕7号"
    authority = "ks-cdc"
    purposes = ["PUBHLTH"]
    from = 2026-01-20
    until = 2026-03-31

    [[agreement]]
    id = "pa-2026-03"
    document = "昆一院数据处理协议 2026-03"
    controller = "ks-first-hospital"
    processor = "ks-platform"
    purposes = ["HQUALIMP"]
    from = 2026-01-01
    until = 2026-12-31
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated

import msgspec

from exchange.errors import ExchangeError
from exchange.vocabulary import PURPOSES

Name = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9\-.]{1,64}\Z")]
Text = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class BadOrders(ExchangeError):
    """orders.toml cannot be used; then no document in it counts."""

    exit_code = 6

    def __init__(
        self,
        en: str,
        zh: str,
        *,
        hint: str = "until it is corrected no order and no agreement counts; docs/how-to/let-a-patient-show-a-code.md",
        hint_zh: str = "更正之前，任何指令和协议均不作为依据；格式见 docs/how-to/let-a-patient-show-a-code.md",
    ) -> None:
        super().__init__(f"orders.toml {en}", f"orders.toml {zh}", hint=hint, hint_zh=hint_zh)


class _Lasting(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A document with a number, for some purposes, from its first to its last day (China's days)."""

    id: Name
    document: Text
    purposes: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
    starts: date = msgspec.field(name="from")
    until: date

    def covers(self, purpose: str, today: date) -> bool:
        """Whether it is in force on `today`, its last day included, for exactly this purpose."""
        return purpose in self.purposes and self.starts <= today <= self.until


class Order(_Lasting, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A statutory order; `authority` is the organisation that may rely on it."""

    authority: Name


class Agreement(_Lasting, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A processing agreement (PIPL art. 21): `processor` works on the records of `controller`."""

    controller: Name
    processor: Name


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    order: tuple[Order, ...] = ()
    agreement: tuple[Agreement, ...] = ()


@dataclass(frozen=True, slots=True)
class Papers:
    """The documents of one node. `digest`: SHA-256, in hex, of the file they were read from; "" for none."""

    orders: tuple[Order, ...] = ()
    agreements: tuple[Agreement, ...] = ()
    digest: str = ""

    def told(self, kind: str, name: str) -> dict[str, object]:
        """What a decision that names a document keeps of it: the file it was looked for in, and all it says there."""
        listed: tuple[Order | Agreement, ...] = self.orders if kind == "order" else self.agreements
        found = next((one for one in listed if one.id == name), None)
        return {"file": self.digest} | ({} if found is None else msgspec.to_builtins(found))

    def order_holds(self, name: str, *, authority: str, purpose: str, today: date) -> bool:
        """Whether the order `name` lets this organisation ask for `purpose` on `today`."""
        return any(
            one.id == name and one.authority == authority and one.covers(purpose, today)
            for one in self.orders
        )

    def agreement_holds(
        self, name: str, *, controller: str, processor: str, purpose: str, today: date
    ) -> bool:
        """Whether the agreement `name` lets `processor` work on the records of `controller` for `purpose`."""
        return any(
            one.id == name
            and (one.controller, one.processor) == (controller, processor)
            and one.covers(purpose, today)
            for one in self.agreements
        )


def read_papers(file: Path) -> Papers:
    """The documents in `file`; none where there is no file. Raises BadOrders."""
    content, digest = as_it_lies(file)
    try:
        found = msgspec.toml.decode(content, type=_File)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        # msgspec names the place and the types, never the value.
        raise BadOrders(f"is not in order: {error}", f"有误：{error}") from None
    _require_sense("order", found.order)
    _require_sense("agreement", found.agreement)
    return Papers(found.order, found.agreement, digest)


def as_it_lies(file: Path) -> tuple[bytes, str]:
    """The file and its SHA-256 in hex, of one reading; nothing and "" where there is none. Raises BadOrders."""
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        return b"", ""
    except OSError as error:
        raise BadOrders(
            f"cannot be read ({error.strerror})",
            "无法读取",
            hint="until it can be read, or is gone, nothing but emergencies is decided",
            hint_zh="在其可读或移除之前，除紧急调阅外一律不作判定",
        ) from None
    return content, hashlib.sha256(content).hexdigest()


def _require_sense(section: str, papers: Iterable[_Lasting]) -> None:
    seen: set[str] = set()
    for one in papers:
        if one.id in seen:
            raise BadOrders(f"has {section} {one.id} twice", f"中 {section} {one.id} 重复")
        seen.add(one.id)
        if one.starts > one.until:
            raise BadOrders(
                f"has {section} {one.id} ending before it begins", f"中 {section} {one.id} 止期早于起期"
            )
        if not PURPOSES.issuperset(one.purposes):
            raise BadOrders(
                f"has {section} {one.id} with a purpose nobody knows", f"中 {section} {one.id} 含未知目的代码"
            )
