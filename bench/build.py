"""Time the build of the whole book: cold, with nothing changed, with one chapter's prose or one table
changed; and verification.

    python bench/build.py [times]

Works on a copy, so the checkout's own build stays as it is. The cold build is compared, in turns, with
a plain build of the same sources by the same extensions: one notebook after another, each in a kernel
that starts like any other, pages one after another. It fails nothing: times belong to a machine.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from citable import paths
from citable.edition.archive import source_files
from citable.tables.passports import sha256_of
from citable.tables.schema import TABLES

TIMES = 5

# What a plain build lacks: a server of kernels, several at once, pages on all processors.
_PLAIN = """\
import os
os.cpu_count = lambda: 1
from citable.execute import execution
execution.MIN_NOTEBOOKS_FOR_FORK_SERVER = 1_000
execution.default_workers = lambda: 1
"""
_BUILD = """\
import sys
sys.argv = ["jupyter-book", "build", ".", "-W", "--keep-going", "-q"]
from jupyter_book.cli.main import main
main()
"""


@contextmanager
def copied() -> Iterator[Path]:
    """Yield a copy of the sources, as a draft: changes are not compared with what is published."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "book"
        for name, file in source_files():
            to = root / name
            to.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, to)
        config = root / "_config.yml"
        draft = "  config:\n    citable_draft: true\n"
        config.write_text(config.read_text().replace("  config:\n", draft, 1))
        yield root


def _run(root: Path, *command: str) -> float:
    """Run Python in the copy and return the seconds. Raises SystemExit with what it printed."""
    environment = os.environ | {
        "CITABLE_ROOT": str(root),
        "PYTHONPATH": str(root / "src"),
        "SOURCE_DATE_EPOCH": "1795392000",
    }
    start = time.perf_counter()
    result = subprocess.run(
        [sys.executable, *command], cwd=root, env=environment, capture_output=True, text=True
    )
    seconds = time.perf_counter() - start
    if result.returncode:
        raise SystemExit(
            f"{' '.join(command)[:200]}\n{result.stdout[-3000:]}{result.stderr[-3000:]}"
        )
    return seconds


def build(root: Path, *, plain: bool = False, clean: bool = False) -> float:
    """Build the copy and return the seconds."""
    if clean:
        shutil.rmtree(root / "_build", ignore_errors=True)
    return _run(root, "-c", (_PLAIN if plain else "") + _BUILD)


def _executed(root: Path) -> set[str]:
    """Return which notebooks the store has, with their keys."""
    store = root / "_build" / ".executed" / "store"
    return {
        f"{file.relative_to(store)} {file.stat().st_mtime_ns}" for file in store.rglob("*.ipynb")
    }


def change_prose(root: Path, number: int) -> None:
    """Add a sentence to chapter 5."""
    with (root / "notebooks" / "05-nation.md").open("a", encoding="utf-8") as page:
        page.write(f"\nSentence {number}.\n")


def change_table(root: Path) -> str:
    """Take the last row out of a table, as an ingest of fewer records would; return its name."""
    name = "detainers_pa"
    file = root / "data" / "tables" / TABLES[name].filename
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join(lines[:-1]))
    manifest = root / "data" / "tables" / "manifest.json"
    document = json.loads(manifest.read_text())
    for entry in document["tables"]:
        if entry["table"] == name:
            entry["sha256"] = sha256_of(file)
    manifest.write_text(json.dumps(document))
    return name


def run(times: int = TIMES) -> list[dict[str, object]]:
    """Return a row a measurement: name, median seconds, compared with, ratio, number of runs."""
    rows: list[dict[str, object]] = []

    def row(name: str, ours: list[float], other: list[float] | None = None, what: str = "") -> None:
        found: dict[str, object] = {
            "name": f"{name}, seconds",
            "ours": round(statistics.median(ours), 2),
            "runs": len(ours),
        }
        if other:
            ratio = statistics.median(a / b for a, b in zip(ours, other, strict=True))
            theirs = round(statistics.median(other), 2)
            found |= {"compared_with": what, "theirs": theirs, "ratio": round(ratio, 2)}
        rows.append(found)

    with copied() as root:
        cold: list[float] = []
        plain: list[float] = []
        for _ in range(times):
            plain.append(build(root, plain=True, clean=True))
            cold.append(build(root, clean=True))
        row("build, cold", cold, plain, "a plain build")
        row("build, nothing changed", [build(root) for _ in range(times)])
        prose = []
        for number in range(times):
            change_prose(root, number)
            prose.append(build(root))
        row("build, one chapter's prose changed", prose)
        tables = []
        for _ in range(times):
            before = _executed(root)
            name = change_table(root)
            tables.append(build(root))
            again = len(_executed(root) - before)
        row(f"build, table {name} changed ({again} notebooks executed)", tables)
    verify: list[list[float]] = [[], []]
    for _ in range(times):
        for kept, arguments in zip(verify, ((), ("F6.3",)), strict=True):
            kept.append(_run(paths.ROOT, "-m", "scomm", "verify", *arguments))
    row("verify, everything", verify[0])
    row("verify, one finding", verify[1])
    return rows


if __name__ == "__main__":
    print(json.dumps(run(*map(int, sys.argv[1:])), indent=1))
