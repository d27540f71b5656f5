"""Verify an edition under several Pythons, each in an environment of its own made from the lock.

    python -m bench.pythons dist/one-in-four-2026.11 python3.11 python3.12 python3.13

Writes data/reproduced/pythons.csv, which appendix F shows. Not part of any build: it takes some
minutes for each Python, and what it needs is installed.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from citable import paths
from citable.files.atomic import write_atomically
from scomm.data.paths import PYTHONS

COLUMNS = (
    "python",
    "system",
    "processor",
    *("findings", "findings_agree", "findings_same_digits"),
    *("numbers", "numbers_agree"),
    *("exhibits", "exhibits_agree"),
    "result",
)
ENVIRONMENTS = Path(__file__).parent / "tmp" / "pythons"


def environment(python: str) -> Path:
    """Return the Python of an environment that has the lock installed, made if it is not there."""
    folder = ENVIRONMENTS / python.replace(os.sep, "_")
    target = (f"PYTHON={python}", f"VENV={folder}", f"{folder}/.ready")
    subprocess.run(["make", "--silent", *target], cwd=paths.ROOT, check=True, stdout=sys.stderr)
    return folder / "bin" / "python"


def verified(python: Path, edition: Path) -> dict[str, Any]:
    """Return the report of a verification as JSON. Raises SystemExit if there is none."""
    result = subprocess.run(
        [str(python), "-m", "scomm", "verify", "--edition", str(edition), "--json"],
        env=os.environ | {"PYTHONPATH": str(paths.SRC), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode not in (0, 1):
        raise SystemExit(f"{python}: {result.stderr[-2000:]}")
    return dict(json.loads(result.stdout))


def row(report: dict[str, Any]) -> dict[str, Any]:
    """Return a line of the table: how many there are of each kind, and how many agree."""
    of = Counter(item["kind"] for item in report["rows"])
    agree = Counter(item["kind"] for item in report["rows"] if item["status"] == "PASS")
    same = sum(
        item["kind"] == "finding" and item["published"] == item["recomputed"]
        for item in report["rows"]
    )
    machine = report["machine"]
    return {
        "python": machine["python"],
        "system": machine["system"].split("-")[0],
        "processor": machine["processor"],
        "findings": of["finding"],
        "findings_agree": agree["finding"],
        "findings_same_digits": same,
        "numbers": of["number"],
        "numbers_agree": agree["number"],
        "exhibits": of["exhibit"],
        "exhibits_agree": agree["exhibit"],
        "result": report["result"],
    }


def main() -> None:
    """Verify under each Python named, and write the table."""
    parser = argparse.ArgumentParser(prog="python -m bench.pythons", description=__doc__)
    parser.add_argument("edition", type=Path)
    parser.add_argument("pythons", nargs="+")
    asked = parser.parse_args()
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for python in asked.pythons:
        found = row(verified(environment(python), asked.edition))
        print(found, file=sys.stderr)
        writer.writerow(found)
    write_atomically(PYTHONS, text.getvalue().encode("utf-8"))


if __name__ == "__main__":
    main()
