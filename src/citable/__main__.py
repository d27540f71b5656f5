"""``python -m citable``."""

from citable.cli import app

app(prog_name="citable")
