"""Tests that need a browser or Spark: run where there is one, named in the last lines elsewhere."""

from __future__ import annotations

import importlib.util
import os
import shutil

import pytest

# Debian's package is `chromium`; other systems have the same program under other names.
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
HOW = "apt-get install chromium, then: make test"

SPARK = importlib.util.find_spec("pyspark") is not None and bool(
    shutil.which("java") or os.environ.get("JAVA_HOME")
)
HOW_SPARK = "apt-get install openjdk-17-jre-headless, then: make test-spark"


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("spark") and not SPARK:
        if os.environ.get("SCOMM_SPARK") == "required":
            pytest.fail(f"no Spark or no Java here, and this run needs both ({HOW_SPARK})")
        pytest.skip("no Spark here")
    if item.get_closest_marker("browser") is None or CHROMIUM:
        return
    if os.environ.get("SCOMM_BROWSER") == "required":
        pytest.fail(f"no Chromium here, and this run needs one ({HOW})")
    pytest.skip("no Chromium here")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = terminalreporter.stats.get("skipped", [])
    for what, why, how in (
        ("browser", "no Chromium here", HOW),
        ("Spark", "no Spark here", HOW_SPARK),
    ):
        count = sum(why in str(report.longrepr) for report in skipped)
        if count:
            terminalreporter.write_line(
                f"{count} {what} tests did not run: there is {why}. To run them: {how}"
            )


@pytest.fixture
def chromium() -> str:
    """The browser's program."""
    assert CHROMIUM
    return CHROMIUM
