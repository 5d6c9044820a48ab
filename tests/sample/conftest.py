"""Two samples the tests read: the smallest there can be, and one large enough to count in."""

import pytest

from exchange.sample import write_sample
from tests.sample.reading import TODAY, Sample, read_sample


@pytest.fixture(scope="session")
def smallest(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    """Twelve people: four a region."""
    folder = tmp_path_factory.mktemp("sample") / "smallest"
    return read_sample(write_sample(folder, patients=12, seed=1, today=TODAY))


@pytest.fixture(scope="session")
def usual(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    """Three hundred people, seed 1: what `hutong sample` writes when nothing else is said."""
    folder = tmp_path_factory.mktemp("sample") / "usual"
    return read_sample(write_sample(folder, patients=300, seed=1, today=TODAY))
