from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from scomm import paths

PAGE = """\
---
jupytext:
  text_representation:
    extension: .md
    format_name: myst
kernelspec:
  name: python3
  display_name: Python 3
---

# Small page

```{code-cell} ipython3
# Count the counties with a date
from scomm.data.tables import load
from scomm.record import say, finding
from scomm.stats.proportions import share

counties = load("activation")
dated = int(counties["date_secure"].notna().sum())
say(dated=dated, part=float(share(dated, 2 * dated)))
finding("1.1", "{value:int} counties have a date.", value=dated, unit="count", estimand="counties",
        period="2008 to 2013", population="counties", tables=["activation"], route="test")
```

There are {n}`dated` of them, {n}`part:pct2`.
"""

OTHER = (
    PAGE.replace("Small page", "Other page").split("```{code-cell}")[0]
    + """
```{code-cell} ipython3
# Add without reading any table
from scomm.record import say
say(sum=1 + 1)
```

The sum is {n}`sum`.
"""
)


@dataclass
class Book:
    """A small book in a folder of its own, built by the real command."""

    folder: Path

    def build(self, *options: str) -> subprocess.CompletedProcess[str]:
        environment = {
            key: value for key, value in os.environ.items() if not key.startswith("SCOMM_")
        }
        environment["SCOMM_ROOT"] = str(self.folder)
        environment["PYTHONPATH"] = str(self.folder / "src")
        return subprocess.run(
            [str(Path(sys.executable).with_name("jupyter-book")), "build", ".", "-W", *options],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    def write(self, name: str, text: str) -> None:
        (self.folder / f"{name}.md").write_text(text, encoding="utf-8")

    def page(self, name: str) -> str:
        html = (self.folder / "_build" / "html" / f"{name}.html").read_text(encoding="utf-8")
        return re.sub(r"<[^>]+>", "", html[html.index("<article") : html.index("</article>")])


def executed(result: subprocess.CompletedProcess[str]) -> tuple[int, int]:
    """How many notebooks a build executed, and how many it left as they were."""
    found = re.search(r"notebooks: (\d+) executed, (\d+) unchanged", result.stdout)
    assert found, result.stdout + result.stderr
    return int(found[1]), int(found[2])


@pytest.fixture
def book(tmp_path: Path) -> Book:
    folder = tmp_path / "book"
    ignore = shutil.ignore_patterns("__pycache__")
    for name in ("src", "data", "_static", "_templates"):
        shutil.copytree(paths.ROOT / name, folder / name, ignore=ignore)
    for name in (
        "_config.yml",
        "requirements.txt",
        "references.bib",
        "CITATION.cff",
        "CHANGELOG.md",
    ):
        shutil.copy(paths.ROOT / name, folder / name)
    # These tests change tables and code at will; those of the published record have their own book.
    config = folder / "_config.yml"
    config.write_text(
        config.read_text().replace("  config:\n", "  config:\n    scomm_draft: true\n")
    )
    chapters = "\n".join(f"  - file: {name}" for name in ("page", "other"))
    (folder / "_toc.yml").write_text(f"format: jb-book\nroot: index\nchapters:\n{chapters}\n")
    # What tools leave behind in a checkout is no page of the book.
    (folder / ".pytest_cache").mkdir()
    (folder / ".pytest_cache" / "README.md").write_text("# A cache\n")
    small = Book(folder)
    small.write("index", "# Index\n\nA small book.\n")
    small.write("page", PAGE)
    small.write("other", OTHER)
    return small
