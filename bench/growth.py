"""Time and memory of counting record files, against their number of records.

    python bench/growth.py 1 10 30 100

takes millions of records, generates each size (bench/generate.py), counts it in a process of its
own, deletes it, and writes bench/growth.csv and bench/growth.svg. It fails nothing: times belong to a
machine. 100 million records need 2 GB of disk.
"""

from __future__ import annotations

import csv
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import matplotlib
from generate import generate

matplotlib.use("svg")
import matplotlib.pyplot as plt

HERE = Path(__file__).parent
_COUNT = (
    "import sys; from pathlib import Path; from scomm.data.ingest import count_records; "
    "count_records('removals', sys.argv[1], Path(sys.argv[2]))"
)


def measure(rows: int) -> dict[str, float]:
    """Generate records, count them in a child, and return seconds and peak memory."""
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        size = generate(rows, Path(folder) / "in")
        generated = time.perf_counter() - start
        start = time.perf_counter()
        child = subprocess.Popen([sys.executable, "-c", _COUNT, f"{folder}/in", f"{folder}/out"])
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = status
        if status:
            raise SystemExit("the count failed")
        return {
            "records": rows,
            "file_mb": round(size / 1e6, 1),
            "generate_s": round(generated, 1),
            "count_s": round(time.perf_counter() - start, 1),
            "count_cpu_s": round(usage.ru_utime + usage.ru_stime, 1),
            "peak_mb": round(usage.ru_maxrss / 1024),
        }


def run(millions: tuple[float, ...] = (1, 10)) -> list[dict[str, float]]:
    """Return a row a size."""
    return [measure(round(size * 1e6)) for size in millions]


def draw(rows: list[dict[str, float]]) -> None:
    """Draw seconds and memory against records."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(6.4, 2.4), layout="constrained")
    millions = [row["records"] / 1e6 for row in rows]
    left.plot(millions, [row["count_s"] for row in rows], "o-", label="elapsed")
    left.plot(millions, [row["count_cpu_s"] for row in rows], "s:", label="processor")
    left.set(title="Seconds", xlabel="million records", ylim=(0, None))
    left.legend(frameon=False)
    right.plot(millions, [row["peak_mb"] for row in rows], "o-")
    right.set(title="Peak memory, MB", xlabel="million records", ylim=(0, 1500))
    figure.savefig(HERE / "growth.svg", metadata={"Date": None})


def main() -> None:
    """Measure the sizes named, one after the other, and keep what was measured."""
    rows: list[dict[str, float]] = []
    for size in sys.argv[1:] or ["1", "10"]:
        rows += run((float(size),))
        print(rows[-1], flush=True)
        with (HERE / "growth.csv").open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, rows[0].keys(), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        draw(rows)


if __name__ == "__main__":
    main()
