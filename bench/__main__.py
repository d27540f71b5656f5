"""Every benchmark, as one table: `make -f maintenance.mk bench`.

Medians of runs in turns with what each is compared with. Writes bench/results.json with the machine
and the versions. Seconds belong to a machine; the ratios are what can be quoted.
"""

from __future__ import annotations

import argparse
import json
import platform
from importlib.metadata import version
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench import build, ingest, pages, places
from citable import paths
from citable.edition.verify import machine
from scomm import __version__

COLUMNS = ("name", "ours", "runs", "compared_with", "theirs", "ratio")
PARTS = {"ingest": ingest, "places": places, "pages": pages, "build": build}


def main() -> None:
    """Run what was asked for, print it, and keep it beside what other parts gave before."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("parts", nargs="*", help=f"which of {', '.join(PARTS)}; else all")
    asked = parser.parse_args().parts or list(PARTS)
    if unknown := set(asked) - set(PARTS):
        parser.error(f"no part {sorted(unknown)[0]!r}; there are {', '.join(PARTS)}")
    file = Path(__file__).with_name("results.json")
    kept = json.loads(file.read_text(encoding="utf-8"))["parts"] if file.is_file() else {}
    grid = Table("what", "median", "runs", "compared with", "its", "ratio")
    for name in asked:
        if name == "ingest" and paths.originals() is None:
            print("ingest: left out, the originals are not here")
            continue
        kept[name] = PARTS[name].run()
        for row in kept[name]:
            shown = (row.get(column, "") for column in COLUMNS)
            grid.add_row(
                *(f"{value:g}" if isinstance(value, float) else str(value) for value in shown)
            )
    document = {
        "edition": __version__,
        "machine": machine(),
        "jupyter-book": version("jupyter-book"),
        "system": platform.platform(),
        "parts": {name: kept[name] for name in PARTS if name in kept},
    }
    file.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    Console(width=140).print(grid)


if __name__ == "__main__":
    main()
