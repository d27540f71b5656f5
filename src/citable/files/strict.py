"""Read text, CSV, JSON and YAML files strictly: refuse what is doubtful, naming its place.

The usual readers forgive much: of a key that stands twice the last wins, a row short of a cell is
filled up, a few bytes may unfold into gigabytes. In a record of numbers each of these is a wrong
number or a machine brought down, so it is an error here. Callers turn ``Malformed`` into the error
of their own layer.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import math
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any, NoReturn

import yaml

# The largest file that is read whole has 3.5 MB, unpacked 20 MB.
LARGEST = 64 << 20
_LEVELS = 50


class Malformed(ValueError):
    """Malformed file: what was found, where, and what was expected."""

    def __init__(
        self, found: str, expected: str, line: int | None = None, column: str | None = None
    ) -> None:
        self.found, self.expected, self.line, self.column = found, expected, line, column
        place = "" if line is None else f"line {line}"
        if column is not None:
            place += f"{', ' if place else ''}column {column!r}"
        super().__init__(f"{place}{': ' if place else ''}found {found}, expected {expected}")


def read_bytes(file: Path, largest: int = LARGEST) -> bytes:
    """Return a file's bytes. Raises Malformed beyond ``largest`` bytes, OSError if unreadable."""
    with file.open("rb") as stream:
        raw = stream.read(largest + 1)
    if len(raw) > largest:
        raise Malformed(f"more than {largest:,} bytes", "a file of the usual size")
    return raw


def decompress(file: Path, largest: int = LARGEST) -> bytes:
    """Return the content of a gzip file. Raises Malformed if it is damaged or exceeds the size limit."""
    try:
        with gzip.open(file, "rb") as stream:
            raw = stream.read(largest + 1)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise Malformed(
            f"a gzip stream that cannot be read to its end ({error})", "a whole gzip file"
        ) from error
    if len(raw) > largest:
        raise Malformed(f"more than {largest:,} bytes unpacked", "a file of the usual size")
    return raw


def decode_utf8(raw: bytes) -> str:
    """Decode UTF-8 bytes, without a byte order mark. Raises Malformed with the line."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise Malformed(f"byte {raw[error.start]:#x}", "UTF-8 text", line) from error
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        raise Malformed("a NUL character", "UTF-8 text", line)
    return text


def read_text(file: Path, largest: int = LARGEST) -> str:
    """Return a text file's content. Raises Malformed or OSError."""
    return decode_utf8(read_bytes(file, largest))


def parse_csv(
    text: str, delimiter: str = ",", skip: int = 0, whole: bool = True
) -> tuple[list[str], list[list[str]], list[int]]:
    """Return a CSV text's header, its records, and the line on which each record begins.

    ``skip`` leaves out title lines; ``whole`` asks for a line end after the last record, without
    which a cell may have been cut off. Raises Malformed naming the line.
    """
    if whole and text and not text.endswith(("\n", "\r")):
        last = text.rsplit("\n", 1)[-1]
        raise Malformed(
            f"a last line that does not end ({last[-40:]!r})",
            "a line end after the last record; the file was cut off",
            text.count("\n") + 1,
        )
    stream = io.StringIO(text, newline="")
    for _ in range(skip):
        stream.readline()
    reader = csv.reader(stream, delimiter=delimiter, strict=True)
    records, lines, before = [], [], 0
    try:
        for record in reader:
            records.append(record)
            lines.append(skip + before + 1)
            before = reader.line_num
    except csv.Error as error:
        raise Malformed(
            f"what is no record ({error})", "fields and quotes that close", skip + before + 1
        ) from error
    if not records:
        raise Malformed("no header", "a header and records", skip + 1)
    header = records[0]
    for line, record in zip(lines[1:], records[1:], strict=True):
        if len(record) != len(header):
            raise Malformed(f"{len(record)} fields", f"{len(header)} fields", line)
    return header, records[1:], lines[1:]


def read_named_rows(file: Path, required: Iterable[str]) -> tuple[list[str], list[list[str]]]:
    """Return the header and records of a CSV file that has the required columns, each column once.

    Raises Malformed or OSError.
    """
    header, records, _ = parse_csv(read_text(file), whole=False)
    for name in required:
        if name not in header:
            raise Malformed(f"header {header[:12]}", f"a column {name!r}", 1, name)
    twice = [name for name in header if header.count(name) > 1]
    if twice:
        raise Malformed("the column twice", "each column once", 1, twice[0])
    return header, records


def read_dicts(file: Path, columns: Sequence[str]) -> list[dict[str, str]]:
    """Return the records of a CSV file that has exactly these columns. Raises Malformed, OSError."""
    header, records, _ = parse_csv(read_text(file), whole=False)
    if header != list(columns):
        raise Malformed(f"header {header[:12]}", f"the columns {', '.join(columns)}", 1)
    return [dict(zip(header, record, strict=True)) for record in records]


def _reject_duplicate_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise Malformed(f"the key {twice!r} twice", "each key once")
    return found


def _reject_constant(word: str) -> NoReturn:
    raise Malformed(f"the number {word}", "a finite number")


def _finite_number(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise Malformed(f"the number {digits[:40]}", "a finite number")
    return value


def parse_json(text: str | bytes) -> Any:
    """Parse JSON whose numbers are finite and whose keys are unique. Raises Malformed."""
    try:
        return json.loads(
            decode_utf8(text) if isinstance(text, bytes) else text,
            object_pairs_hook=_reject_duplicate_keys,
            parse_constant=_reject_constant,
            parse_float=_finite_number,
        )
    except json.JSONDecodeError as error:
        raise Malformed(error.msg, "JSON", error.lineno) from error
    except RecursionError as error:
        raise Malformed("brackets nested too deeply", "JSON of few levels") from error
    except ValueError as error:
        if isinstance(error, Malformed):
            raise
        raise Malformed(str(error), "JSON") from error  # a whole number of thousands of digits


def read_json(file: Path) -> Any:
    """Return a JSON file's document. Raises Malformed or OSError."""
    return parse_json(read_bytes(file))


class _PlainLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """YAML loader that refuses duplicate keys; libyaml, where installed, is five times as fast."""

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        seen = set()
        for key, _ in node.value:
            name = self.construct_object(key, deep=True)
            if not isinstance(name, str | int | float | bool | None) or name in seen:
                raise Malformed(f"the key {name!r} twice or no word", "each key once", _line(key))
            seen.add(name)
        return super().construct_mapping(node, deep)


def _check_plain(text: str) -> None:
    """Refuse anchors and aliases, whose expansion has no limit, tags, and deep nesting."""
    level = 0
    for event in yaml.parse(text, Loader=_PlainLoader):
        line = event.start_mark.line + 1
        if getattr(event, "anchor", None):
            raise Malformed(f"the anchor {event.anchor!r}", "plain values", line)
        if getattr(event, "tag", None):
            raise Malformed(f"the tag {event.tag!r}", "plain values", line)
        level += isinstance(event, yaml.CollectionStartEvent)
        level -= isinstance(event, yaml.CollectionEndEvent)
        if level > _LEVELS:  # libyaml would end the process at some tens of thousands
            raise Malformed("brackets nested too deeply", "YAML of few levels", line)


def _line(node: Any) -> int:
    return int(node.start_mark.line) + 1


def read_yaml(file: Path) -> Any:
    """Return a YAML file's document as plain data. Raises Malformed or OSError."""
    text = read_text(file)
    try:
        _check_plain(text)
        return _PlainLoader(text).get_single_data()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        said = getattr(error, "problem", None) or str(error).splitlines()[0]
        raise Malformed(str(said), "YAML", mark.line + 1 if mark else None) from error
    except ValueError as error:
        if isinstance(error, Malformed):
            raise
        raise Malformed(str(error), "YAML") from error  # such as a date with month 13


def dataclass_arguments(kind: type, data: Any, **given: Any) -> dict[str, Any]:
    """Return the arguments of a dataclass: ``data``, checked against its fields and types, and ``given``.

    Raises Malformed where a field is unknown, missing or of another type; types are plain ones and
    lists of text.
    """
    known = {each.name: each for each in fields(kind) if each.name not in given}
    if not isinstance(data, dict):
        raise Malformed(repr(data)[:80], f"properties such as {', '.join(known)}")
    for name, value in data.items():
        if name not in known:
            raise Malformed(f"the property {name!r}", f"one of {', '.join(known)}")
        wanted = str(known[name].type)
        fits = type(value).__name__ in [each.partition("[")[0] for each in wanted.split(" | ")]
        if fits and "list[str]" in wanted:
            fits = all(isinstance(item, str) for item in value or ())
        if not fits:
            raise Malformed(f"{name} {value!r}"[:80], wanted)
    for name, each in known.items():
        if each.default is MISSING and each.default_factory is MISSING and name not in data:
            raise Malformed(f"no {name}", "it")
    return data | given


def is_relative(path: object) -> bool:
    """Whether a path is relative, without ``..`` or unprintable characters."""
    return (
        isinstance(path, str)
        and bool(path)
        and path.isprintable()
        and "\\" not in path
        and all(part not in ("", ".", "..") for part in path.split("/"))
    )
