"""Kunshan holds a record, Zhuhai asks for it; both are real nodes on this machine."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.federation.nodes import Clock, Site, consent, fill, found, introduce


@dataclass(frozen=True)
class Two:
    """The holder, being served, and the asker. The patient lets Zhuhai's first hospital see the record."""

    holder: Site
    asker: Site
    clock: Clock


@pytest.fixture(scope="session")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    folder: Path = tmp_path_factory.mktemp("two")
    clock = Clock()
    holder = found(folder / "ks", node="ks", region="320583", clock=clock)
    asker = found(folder / "zh", node="zh", region="440400", clock=clock)
    introduce(holder, asker)
    fill(holder, folder)
    consent(holder, "c-1", recipient="Organization/zh-first-hospital")
    with holder.served():
        yield Two(holder, asker, clock)
    holder.close()
    asker.close()
