"""Lighthouse over three pages of the built book, served compressed: `lighthouse` of maintenance.mk."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tools.browser import CHROMIUM, serve

HERE = Path(__file__).resolve().parent
# Packages are installed where no edition takes its source from.
INSTALLED = HERE.parent / "tmp" / "lighthouse"

if __name__ == "__main__":
    if not CHROMIUM:
        sys.exit("no Chromium here: apt-get install chromium")
    with serve(Path(sys.argv[1])) as server:
        measured = subprocess.run(
            ["node", "measure.mjs", server.address, str(HERE / "scores.csv")],
            cwd=INSTALLED,
            env={**os.environ, "CHROME_PATH": CHROMIUM},
            check=False,
        )
    sys.exit(measured.returncode)
