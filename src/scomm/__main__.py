"""``python -m scomm``."""

from scomm.cli import app

app(prog_name="scomm")
