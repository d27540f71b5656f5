"""The whole built book in a browser: `make -f maintenance.mk pages`. Each page is a test; two run at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from citable.edition.policy import content_security_policy
from tools.browser import Server, kind, serve

# Of thousands of counties, made from one template, these: with a share of its own, with one of a city
# in it, with a facility, with an agency under 287(g), and with none of these.
COUNTIES = ("48453", "25025", "42101", "37119", "30033")


def pages(config: pytest.Config) -> list[str]:
    """Return the addresses of the pages of the built book; of counties, the heaviest and a few."""
    site = config.getoption("--site")
    found = sorted(str(file.relative_to(site)) for file in site.rglob("*.html"))
    if "index.html" not in found:
        raise pytest.UsageError(f"{site} is no built book; make book builds one")
    counties = [page for page in found if kind(page) == "county"]
    seen = {f"datasheets/county-{fips}.html" for fips in COUNTIES}
    seen |= set(sorted(counties, key=lambda page: (site / page).stat().st_size)[-1:])
    left_out = set(counties) - seen
    return [page for page in found if page not in left_out]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "any_page" in metafunc.fixturenames:
        metafunc.parametrize("any_page", pages(metafunc.config))
    if not {"one_of_kind", "weighed"} & set(metafunc.fixturenames):
        return
    site, found = metafunc.config.getoption("--site"), defaultdict(list)
    for page in pages(metafunc.config):
        found[kind(page)].append(page)
    # The heaviest page of a kind has most that could be wrong.
    heavy = {name: max(of, key=lambda p: (site / p).stat().st_size) for name, of in found.items()}
    if "weighed" in metafunc.fixturenames:
        weighed = [*found["chapter"], *found["appendix"], *heavy.values()]
        metafunc.parametrize("weighed", sorted(set(weighed)))
        return
    # A state's sheet with hundreds of counties says no more than one with a handful.
    heavy["sheet of a state"] = "datasheets/state-wy.html"
    metafunc.parametrize("one_of_kind", heavy.values(), ids=heavy.keys())


@pytest.fixture(scope="session")
def site(pytestconfig: pytest.Config) -> Iterator[Server]:
    """The built book, served compressed and under its own strict policy."""
    folder: Path = pytestconfig.getoption("--site").resolve()
    with serve(folder, content_security_policy(folder)) as server:
        yield server


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    weights: dict[str, list[tuple[float, int, str]]] = defaultdict(list)
    for reports in terminalreporter.stats.values():
        for report in reports:
            for name, value in getattr(report, "user_properties", []):
                if name == "weight" and getattr(report, "when", "") == "call":
                    page, kilobytes, requests = value
                    weights[kind(page)].append((kilobytes, requests, page))
    if not weights:
        return
    terminalreporter.write_line("First view of a page, compressed, from an empty cache:")
    row = "{:<18}{:>6}{:>13}{:>13}{:>10}  {}"
    terminalreporter.write_line(
        row.format("", "pages", "median KB", "most KB", "requests", "heaviest")
    )
    for name, of in weights.items():
        of.sort()
        middle, (most, _, page) = of[len(of) // 2][0], of[-1]
        terminalreporter.write_line(
            row.format(
                name, len(of), f"{middle:.0f}", f"{most:.0f}", max(r for _, r, _ in of), page
            )
        )
