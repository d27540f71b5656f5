"""Tests that need a browser: run where there is one, named in the last lines where there is none."""

from __future__ import annotations

import os
import shutil

import pytest

# Debian's package is `chromium`; other systems have the same program under other names.
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
HOW = "apt-get install chromium, then: make test"


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("browser") is None or CHROMIUM:
        return
    if os.environ.get("SCOMM_BROWSER") == "required":
        pytest.fail(f"no Chromium here, and this run needs one ({HOW})")
    pytest.skip("no Chromium here")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    left_out = [
        report
        for report in terminalreporter.stats.get("skipped", [])
        if "no Chromium here" in str(report.longrepr)
    ]
    if left_out:
        terminalreporter.write_line(
            f"{len(left_out)} browser tests did not run: there is no Chromium here. To run them: {HOW}"
        )


@pytest.fixture
def chromium() -> str:
    """The browser's program."""
    assert CHROMIUM
    return CHROMIUM
