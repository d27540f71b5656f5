"""Run oracles.R again, show what differs from the committed values, and how far ours are off.

`make oracles` runs this. It needs R with lme4, sandwich, lmtest, VGAM, metafor, epitools and
MASS; on Debian: apt-get install r-base-core r-cran-lme4 r-cran-sandwich r-cran-lmtest r-cran-vgam
r-cran-metafor r-cran-epitools r-cran-mass.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pandas as pd

from tests.oracles.ours import HERE, agreement

COMMITTED = HERE / "values"
KEYS = ["method", "case", "quantity"]
# Beyond this a value is not the same to a reader of a diff; R's own optimisers repeat to less.
SAME = 1e-12


def values(folder: Path) -> pd.DataFrame:
    """Read the values that R wrote into a folder."""
    return pd.read_csv(folder / "values.csv", dtype={"case": str})


def main() -> int:
    """Return 0 if R gives the committed values and ours agree with them, else 1."""
    rscript = shutil.which("Rscript")
    if rscript is None:
        print("Rscript was not found. On Debian: see the heading of tests/oracles/rerun.py.")
        return 2
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([rscript, HERE / "oracles.R", HERE, folder], check=True)
        again = values(Path(folder))
        both = values(COMMITTED).merge(again, on=KEYS, how="outer", suffixes=("", "_again"))
        scale = both["value"].abs().clip(lower=1)
        changed = both[~((both["value"] - both["value_again"]).abs() <= SAME * scale)]
        if "--write" in sys.argv:
            for file in Path(folder).iterdir():
                shutil.copy(file, COMMITTED)
    print(f"{len(again):,} values from R; {len(changed)} differ from the committed ones")
    if len(changed):
        print(changed[[*KEYS, "value", "value_again"]].to_string(index=False))
    table = agreement(again)
    failed = table[~(table["largest"] <= table["tolerance"])]
    print(table[["method", "kind", "tolerance", "values", "largest"]].to_string(index=False))
    print(f"{len(table) - len(failed)} of {len(table)} methods agree within their tolerance")
    return int(len(changed) > 0 or len(failed) > 0)


if __name__ == "__main__":
    sys.exit(main())
