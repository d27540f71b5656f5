"""Skip tests that need a browser or Spark where it is missing, and list them in the summary."""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright

from tools.browser import CHROMIUM, DESKTOP, Visit

# One thread for linear algebra: workers compete for the processors, and threads that wait for one spin.
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")  # read when NumPy is first imported

# Conditions are waited for; how long they take on a busy machine is not what these tests are about.
PATIENCE = 120_000
expect.set_options(timeout=PATIENCE)
HOW = "apt-get install chromium, then: make check"

SPARK = importlib.util.find_spec("pyspark") is not None and bool(
    shutil.which("java") or os.environ.get("JAVA_HOME")
)
HOW_SPARK = "apt-get install openjdk-17-jre-headless, then: make -f maintenance.mk test-spark"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--site", type=Path, help="a built book, for the tests in tests/site")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    # The sweep over a whole built book is a run of its own, `make -f maintenance.mk pages`: it needs the book.
    if collection_path == Path(__file__).parent / "site" and not config.getoption("--site"):
        return True
    return None


@pytest.hookimpl(tryfirst=True)  # before tests are selected by their markers
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave to `make check` what needs more than Python: a browser, Spark."""
    for item in items:
        if item.get_closest_marker("browser") or item.get_closest_marker("spark"):
            item.add_marker(pytest.mark.check)


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


@pytest.fixture(
    params=[pytest.param(2, id="two"), pytest.param(20, id="twenty", marks=pytest.mark.exhaustive)]
)
def moments(request: pytest.FixtureRequest) -> int:
    """At how many moments of its run a command is killed."""
    return int(request.param)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, one a file of tests: its event loop would be in the way of other files."""
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield running
        running.close()


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Visit]]:
    """Return what opens an address as a reader with a clean browser does."""
    contexts: list[BrowserContext] = []

    def opened(address: str = "", width: int = DESKTOP, height: int = 900, **options: Any) -> Visit:
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        visit = Visit(context.new_page())
        if address:
            visit.page.goto(address, wait_until="networkidle")
        return visit

    yield opened
    for context in contexts:
        context.close()
