"""Settings of the tests of statistics."""

import gc
from collections.abc import Iterator

import pytest
from hypothesis import settings

settings.register_profile("stats", max_examples=60, deadline=None, derandomize=True)
settings.load_profile("stats")


@pytest.fixture(scope="module", autouse=True)
def unwatched() -> Iterator[None]:
    """Set aside what other tests of this process hold: statsmodels forces a collection in each call of Holm."""
    gc.freeze()
    yield
    gc.unfreeze()
