"""Helpers for tests that start processes: wait for a condition, create folders once a run."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from citable.files.locks import directory_lock

# After so many seconds a test that hangs ends; nothing is judged by how long it takes.
HANGS = 900


def wait_until(condition: Callable[[], object], what: str) -> None:
    """Return as soon as a condition holds; fail, naming it, if the test would hang for ever."""
    end = time.monotonic() + HANGS
    while not condition():
        if time.monotonic() > end:
            pytest.fail(f"it never happened: {what}")
        time.sleep(0.01)


def once_a_run(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """Return a folder that ``make`` fills once a test run, by whichever worker needs it first.

    The other workers wait for it. It is read only for tests: one that changes it works on a copy.
    """
    base = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:  # the folder of the run, not of this worker
        base = base.parent
    folder, done = base / name, base / f"{name}.done"
    with directory_lock(folder, f"making {name}"):
        if not done.is_file():
            make(folder)
            done.touch()
    return folder
