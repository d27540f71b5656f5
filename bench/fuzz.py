"""Coverage-guided fuzzing of the readers: ``python bench/fuzz.py TARGET [libFuzzer options]``.

Needs the package ``atheris`` in an environment of its own (it is not in the lock), with the book's
packages and ``src`` on PYTHONPATH. Any exception that is not the project's own ends the run.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(
    include=["citable.files.strict", "citable.record.references", "csv"]
):
    from citable.files import strict
    from citable.record.references import parse

from citable.errors import CitableError

FILE = Path(tempfile.mkdtemp()) / "file"


def _file(read) -> object:
    def target(raw: bytes) -> None:
        FILE.write_bytes(raw)
        try:
            read(FILE)
        except strict.Malformed:
            return

    return target


def _reference(raw: bytes) -> None:
    try:
        parse(raw.decode("utf-8", "replace"))
    except CitableError:
        return


TARGETS = {
    "csv": _file(lambda file: strict.read_named_rows(file, ("id",))),
    "json": _file(strict.read_json),
    "yaml": _file(strict.read_yaml),
    "gzip": _file(strict.decompress),
    "references": _reference,
}

if __name__ == "__main__":
    name = sys.argv.pop(1)
    atheris.Setup(sys.argv, TARGETS[name])
    atheris.Fuzz()
