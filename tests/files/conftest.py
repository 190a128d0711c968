"""What tests of files share."""

import gc
from collections.abc import Iterator

import pytest


@pytest.fixture
def frozen_heap() -> Iterator[None]:
    """Leave what is there out of garbage collection, which each refused NetCDF file asks for."""
    gc.freeze()
    yield
    gc.unfreeze()
