"""Read and change the published record, against which every build is compared.

``data/published/`` holds the findings and the numbers in prose of the current edition, the
registry of paragraphs, and every change ever accepted. A build compares what it computed with
them and fails if anything moved.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import nbformat

from citable import paths
from citable.display.words import N_
from citable.errors import PublishedError
from citable.files.atomic import write_together
from citable.files.strict import read_dicts, read_json
from citable.project import project
from citable.record.outputs import rewrite, sort_key
from citable.record.references import nearest_ids

SCHEMA = "one-in-four/published/1"

CURRENT, SUPERSEDED, WITHDRAWN = N_("current"), N_("superseded"), N_("withdrawn")

# The fields of a finding that are published: a change of any is a change of the finding.
COMPARED = (
    N_("statement"),
    N_("estimand"),
    N_("value"),
    N_("unit"),
    N_("numerator"),
    N_("denominator"),
    N_("interval"),
    N_("reference"),
    N_("period"),
    N_("population"),
    N_("claims"),
    N_("as_counted"),
    N_("beyond_chance"),
)
_ID = re.compile(r"(?:\d{1,2}|[A-Z])\.\d{1,3}", re.ASCII)
_EXACT_UNITS = ("count", "date", "verdict")
# Tolerances: closed forms agree to the last digits on any machine, iterated methods nearly so.
_CLOSED, _ITERATED = 1e-9, 1e-6
_ITERATED_METHODS = (
    "bootstrap",
    "full-bayes",
    "hac-calibrated",
    "likelihood",
    "mid-p",
    "randomization",
)
# The id under which changes of the numbers in prose are kept, all of them as one digest.
PROSE = "prose"
_COLUMNS = ("edition", "id", "field", "old", "new", "reason", "digest")


@dataclass(frozen=True)
class Change:
    """Difference between a published and a computed value.

    ``field`` is a field of the finding, or ``published`` (new), ``gone`` (no page computes it),
    ``reused`` (the id was retired). ``kind`` is ``finding`` or ``number``; a number's ``id`` is
    its page and name.
    """

    kind: str
    id: str
    field: str
    old: Any
    new: Any

    def __str__(self) -> str:
        name = f"finding {self.id}" if self.kind == "finding" else f"number {self.id}"
        if self.field == "published":
            return f"{name} is not in the published record"
        if self.field == "gone":
            return f"{name} is in the published record, and no page computes it"
        if self.field == "reused":
            return f"{name} was retired; an id is never used again"
        return f"{name}, {self.field}: moved from {_text(self.old)} to {_text(self.new)}"


def _text(value: Any) -> str:
    return (
        value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)
    )


def published_part(finding: Mapping[str, Any]) -> dict[str, Any]:
    """Return the published fields of a finding as plain JSON data."""
    return json.loads(json.dumps({name: finding[name] for name in COMPARED}))


def tolerance(finding: Mapping[str, Any]) -> float:
    """Return the tolerance of a recomputed value, in the finding's unit.

    Counts, dates and verdicts are exact; closed forms agree to 1e-9, results of a search or a
    simulation (with fixed seeds) to 1e-6.
    """
    method = (finding["interval"] or {}).get("method")
    if method in _ITERATED_METHODS:
        return _ITERATED
    if finding["unit"] in _EXACT_UNITS and method is None:
        return 0.0
    return _CLOSED


def _agree(old: Any, new: Any, within: float) -> bool:
    """Whether two values agree: counts and texts exactly, other numbers within a tolerance."""
    if isinstance(old, dict) and isinstance(new, dict):
        return old.keys() == new.keys() and all(_agree(old[k], new[k], within) for k in old)
    if isinstance(old, list) and isinstance(new, list):
        return len(old) == len(new) and all(map(lambda a, b: _agree(a, b, within), old, new))
    if isinstance(old, float) or isinstance(new, float):
        if not isinstance(old, int | float) or not isinstance(new, int | float):
            return False
        if math.isnan(old) and math.isnan(new):
            return True
        return math.isclose(old, new, rel_tol=within, abs_tol=within)
    return type(old) is type(new) and bool(old == new)


def load() -> dict[str, dict[str, Any]]:
    """Return the published findings by id, including retired ones; empty if none is published.

    Raises PublishedError if the file cannot be read or is of another schema.
    """
    if not paths.PUBLISHED_FINDINGS.is_file():
        return {}
    file = paths.PUBLISHED_FINDINGS
    entries = _read_json("findings")
    if wrong := problem_of_findings(entries) or _problem_of_entries(entries):
        raise PublishedError(f"{file.name}: {wrong}. Restore it with `git checkout`.")
    return {entry["id"]: entry for entry in entries}


_TEXTS = ("statement", "estimand", "unit", "period", "population", "as_counted", "beyond_chance")


def _is_number(value: Any) -> bool:
    return type(value) in (int, float) and math.isfinite(value)


def _first_invalid_field(item: Mapping[str, Any]) -> str:
    """Return the first field of a published finding that is missing or invalid."""
    for name in COMPARED:
        if name not in item:
            return name
    interval = item["interval"]
    good = {name: isinstance(item[name], str) for name in _TEXTS} | {
        "value": item["value"] is None
        or isinstance(item["value"], str)
        or _is_number(item["value"]),
        "reference": item["reference"] is None or _is_number(item["reference"]),
        "interval": interval is None
        or (
            isinstance(interval, dict)
            and all(_is_number(interval.get(end)) for end in ("low", "high"))
            and isinstance(interval.get("method"), str)
        ),
        "claims": isinstance(item["claims"], list | tuple)
        and all(isinstance(claim, str) for claim in item["claims"]),
    }
    for name in ("numerator", "denominator"):
        good[name] = item[name] is None or (type(item[name]) is int)
    return next((name for name, right in good.items() if not right), "")


def problem_of_findings(items: Any) -> str:
    """Return the first fault of the findings of a document, empty if there is none.

    Each must have every published field, of its kind, and an id that stands once.
    """
    if not isinstance(items, list):
        return f"found a {type(items).__name__}, expected a list of findings"
    seen: set[str] = set()
    for number, item in enumerate(items, start=1):
        identifier = item.get("id") if isinstance(item, dict) else None
        if not isinstance(identifier, str) or not _ID.fullmatch(identifier):
            return f"finding {number} in order: found the id {identifier!r}, expected such as 6.3"
        if identifier in seen:
            return f"finding {identifier} stands twice"
        seen.add(identifier)
        if name := _first_invalid_field(item):
            found = repr(item[name])[:60] if name in item else "nothing"
            return f"finding {identifier}, field {name!r}: found {found}, expected another kind"
    return ""


def _problem_of_entries(entries: list[dict[str, Any]]) -> str:
    """Return the first fault of the fields that the record adds to findings, empty if there is none."""
    for entry in entries:
        named = ["status", "since", "url"]
        if entry.get("status") != CURRENT:
            named += ["retired", "reason"]
        for name in named:
            if not isinstance(entry.get(name), str):
                return f"finding {entry['id']}, field {name!r}: found {entry.get(name)!r}"
        if entry["status"] not in (CURRENT, SUPERSEDED, WITHDRAWN):
            return f"finding {entry['id']}, field 'status': found {entry['status']!r}"
        within: Any = entry.get("tolerance")
        if not _is_number(within) or not 0 <= within <= _ITERATED:
            return (
                f"finding {entry['id']}, field 'tolerance': found {within!r}, expected a number "
                f"from 0 to {_ITERATED}"
            )
    return ""


def _read_json(what: str) -> Any:
    file = paths.PUBLISHED_FINDINGS if what == "findings" else paths.PUBLISHED_NUMBERS
    try:
        data = read_json(file)
        if data["schema"] != SCHEMA:
            raise PublishedError(
                f"{file.name}: schema {data['schema']!r}, this version reads {SCHEMA!r}. "
                "Use the code that came with the edition."
            )
        return data[what]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise PublishedError(
            f"{file}: cannot be read as the published record ({error}). "
            "Restore it with `git checkout`."
        ) from error


def load_numbers() -> dict[str, dict[str, Any]]:
    """Return the published numbers in prose: page to name to value; empty if none is published."""
    if not paths.PUBLISHED_NUMBERS.is_file():
        return {}
    pages = _read_json("numbers")
    for page, named in pages.items() if isinstance(pages, dict) else [("numbers", pages)]:
        for name, value in named.items() if isinstance(named, dict) else [("", named)]:
            if not name or not (
                value is None or isinstance(value, str | bool) or _is_number(value)
            ):
                raise PublishedError(
                    f"{paths.PUBLISHED_NUMBERS.name}, {page} {name}: found {repr(value)[:60]}, "
                    "expected a number or a word by name. Restore it with `git checkout`."
                )
    return pages


def compare(
    published: Mapping[str, Mapping[str, Any]],
    found: Iterable[Mapping[str, Any]],
    only: set[str] | None = None,
) -> list[Change]:
    """Compare computed findings with the published ones; ``only`` limits it to some ids."""
    changes = []
    computed = {item["id"]: item for item in found}
    for identifier in sorted({*published, *computed}, key=sort_key):
        if only is not None and identifier not in only:
            continue
        entry, item = published.get(identifier), computed.get(identifier)
        if entry is None:
            changes.append(Change("finding", identifier, "published", None, None))
        elif entry["status"] != CURRENT:
            if item is not None:
                changes.append(Change("finding", identifier, "reused", None, None))
        elif item is None:
            changes.append(Change("finding", identifier, "gone", None, None))
        else:
            new = published_part(item)
            changes += [
                Change("finding", identifier, name, entry[name], new[name])
                for name in COMPARED
                if not _agree(entry[name], new[name], entry["tolerance"])
            ]
    return changes


def snap_to_published(notebooks: Mapping[str, nbformat.NotebookNode]) -> None:
    """Replace results of notebooks that agree with published values by these, in place.

    Processors differ in the last of some sixteen digits. An edition is the same wherever it is made
    because what agrees within its tolerance is written as it was published; what does not agree
    stays as it was computed, and fails.
    """
    entries, pages = load(), load_numbers()

    def settled(expected: Mapping[str, Any], name: str, data: Any) -> Any:
        kind, _, identifier = name.rpartition("/")
        if not kind and name in expected and _agree(expected[name], data, _ITERATED):
            return expected[name]
        if kind == "finding" and entries.get(identifier, {}).get("status") == CURRENT:
            entry = entries[identifier]
            if not compare({identifier: entry}, [published_part(entry) | data], {identifier}):
                return data | {field: entry[field] for field in COMPARED if field in data}
        return data

    for page, notebook in notebooks.items():
        rewrite(notebook, partial(settled, pages.get(page, {})))


def compare_numbers(
    published: Mapping[str, Mapping[str, Any]], found: Mapping[str, Mapping[str, Any]]
) -> list[Change]:
    """Compare computed numbers in prose with the published ones, page by page."""
    changes = []
    for page in sorted({*published, *found}):
        old, new = published.get(page, {}), found.get(page, {})
        for name in sorted({*old, *new}):
            where = f"{page} {name}"
            if name not in old:
                changes.append(Change("number", where, "published", None, new[name]))
            elif name not in new:
                changes.append(Change("number", where, "gone", old[name], None))
            elif not _agree(old[name], new[name], _ITERATED):
                changes.append(Change("number", where, "value", old[name], new[name]))
    return changes


def digest(entry: Mapping[str, Any]) -> str:
    """Return the first sixteen digits of the sha256 of a published finding with its status."""
    part = published_part(entry) | {"status": entry["status"]}
    text = json.dumps(part, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:16]


def numbers_digest(numbers: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the first sixteen digits of the sha256 of all published numbers in prose."""
    text = json.dumps(numbers, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:16]


def changes() -> list[dict[str, str]]:
    """Return every accepted change, oldest first. Raises PublishedError for a damaged row."""
    if not paths.PUBLISHED_CHANGES.is_file():
        return []
    try:
        return read_dicts(paths.PUBLISHED_CHANGES, _COLUMNS)
    except (OSError, ValueError) as error:
        raise PublishedError(
            f"{paths.PUBLISHED_CHANGES.name}: {error}; expected the columns {', '.join(_COLUMNS)} "
            "in every row. Restore it with `git checkout`."
        ) from error


def changelog_line(row: Mapping[str, str]) -> str:
    """Format one accepted change as a line of the changelog."""
    what = "Digest of" if row["id"] == PROSE else f"Finding {row['id']},"
    field = "the numbers in prose" if row["id"] == PROSE else row["field"]
    return f"- {what} {field}: {row['old']} → {row['new']}. Reason: {row['reason']}"


def _add_to_changelog(lines: list[str]) -> str:
    """Return the changelog with lines under the current edition's heading."""
    text = paths.CHANGELOG.read_text(encoding="utf-8")
    parts = text.split("\n## ")
    for index, part in enumerate(parts):
        if part.startswith(project().version):
            title = "### Published numbers"
            body = part.rstrip("\n")
            if title not in body:
                body += f"\n\n{title}\n"
            head, _, tail = body.partition(title)
            after = tail.split("\n### ", 1)
            section = after[0].rstrip("\n") + ("\n\n" if not after[0].strip() else "\n")
            section += "\n".join(lines)
            rest = f"\n\n### {after[1]}" if len(after) > 1 else ""
            parts[index] = head + title + section + rest + "\n"
            return "\n## ".join(parts)
    raise PublishedError(
        f"{paths.CHANGELOG.name}: no heading '## {project().version}'; add it for the edition first."
    )


def _write(
    entries: Mapping[str, Mapping[str, Any]],
    numbers: Mapping[str, Mapping[str, Any]],
    new_rows: list[dict[str, str]],
    lines: list[str],
) -> None:
    document = {
        "schema": SCHEMA,
        "edition": project().version,
        "findings": [entries[identifier] for identifier in sorted(entries, key=sort_key)],
    }
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=_COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows([*changes(), *new_rows])
    files = {
        paths.PUBLISHED_FINDINGS: _json(document),
        paths.PUBLISHED_NUMBERS: _json(
            {"schema": SCHEMA, "edition": project().version, "numbers": numbers}
        ),
        paths.PUBLISHED_CHANGES: text.getvalue().encode("utf-8"),
    }
    if lines:
        files[paths.CHANGELOG] = _add_to_changelog(lines).encode("utf-8")
    write_together(files)


def _json(document: Any) -> bytes:
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode("utf-8")


def _row(identifier: str, field: str, old: Any, new: Any, reason: str) -> dict[str, str]:
    return {
        "edition": project().version,
        "id": identifier,
        "field": field,
        "old": "" if old is None else _text(old),
        "new": "" if new is None else _text(new),
        "reason": reason,
        "digest": "",
    }


def _reason(reason: str) -> str:
    reason = " ".join(reason.split())
    if len(reason) < 8:
        raise PublishedError("a reason is required: say in a sentence why the numbers changed.")
    return reason.rstrip(".") + "."


def accept(
    found: list[dict[str, Any]], numbers: Mapping[str, Mapping[str, Any]], reason: str
) -> list[Change]:
    """Publish the computed findings and numbers, with the reason in the changelog.

    Returns the changes. Raises PublishedError without a reason, if a finding has disappeared
    (withdraw or supersede it instead), or if a retired id is used again; nothing is written then.
    """
    reason = _reason(reason)
    entries = load()
    old_numbers = load_numbers()
    moved = compare(entries, found)
    bad = [change for change in moved if change.field in ("gone", "reused")]
    if bad:
        raise PublishedError(
            "; ".join(map(str, bad))
            + f". Use `{project().command} findings withdraw` or `{project().command} findings supersede`, or a new id."
        )
    moved_numbers = compare_numbers(old_numbers, numbers)
    computed = {item["id"]: item for item in found}
    rows, lines = [], []
    first = [change.id for change in moved if change.field == "published"]
    for change in moved:
        item = computed[change.id]
        entries[change.id] = {
            "id": change.id,
            "status": CURRENT,
            "since": entries.get(change.id, {}).get("since", project().version),
            "url": item["url"],
            "tolerance": tolerance(item),
            **published_part(item),
        }
        new = item["statement"] if change.field == "published" else change.new
        rows.append(_row(change.id, change.field, change.old, new, reason))
        if change.field != "published":
            lines.append(changelog_line(rows[-1]))
    for row in rows:
        row["digest"] = digest(entries[row["id"]])
    for entry in entries.values():
        if entry["id"] in computed:  # a page may be renamed: the address follows
            entry["url"] = computed[entry["id"]]["url"]
    if first:
        lines.insert(0, f"- First published: findings {', '.join(first)}. Reason: {reason}")
    effects: dict[str, list[str]] = {}
    for change in moved_numbers:
        if change.field == "value":  # others no reader has seen yet, or sees any more
            page, name = change.id.split()
            effects.setdefault(page, []).append(
                f"`{name}` {_text(change.old)} → {_text(change.new)}"
            )
    for page, told in effects.items():
        lines.append(f"- Numbers in the prose of {page}: {'; '.join(told)}. Reason: {reason}")
    if moved_numbers:
        old, new = numbers_digest(old_numbers), numbers_digest(numbers)
        field = "numbers" if old_numbers else "published"
        rows.append(_row(PROSE, field, old if old_numbers else None, new, reason) | {"digest": new})
        if old_numbers:
            lines.append(changelog_line(rows[-1]))
    if moved or moved_numbers:
        _write(entries, numbers, rows, lines)
    return [*moved, *moved_numbers]


def retire(identifier: str, status: str, reason: str, by: str = "") -> None:
    """Withdraw a finding, or supersede it by another; its id stays in the record.

    Raises PublishedError for an unknown or already retired id, or an unknown successor.
    """
    reason = _reason(reason)
    entries = load()
    for name in filter(None, (identifier, by)):
        if name not in entries:
            raise PublishedError(
                f"finding {name} is not in the published record; near it: "
                + ", ".join(nearest_ids(name, entries))
            )
    entry = entries[identifier]
    if entry["status"] != CURRENT:
        raise PublishedError(f"finding {identifier} is already {entry['status']}")
    entry |= {"status": status, "retired": project().version, "reason": reason}
    if by:
        entry["by"] = by
    new = f"{status} by {by}" if by else status
    row = _row(identifier, "status", CURRENT, new, reason)
    row["digest"] = digest(entry)
    _write(entries, load_numbers(), [row], [changelog_line(row)])


def problems_of_the_record(changelog: str | None = None) -> list[str]:
    """Return the faults of the committed record; none if only ``accept`` and ``retire`` wrote it.

    Every finding must be what its last accepted change made it, every change of a field must go
    on from the one before, and each must have its line in the changelog.
    """
    text = paths.CHANGELOG.read_text(encoding="utf-8") if changelog is None else changelog
    entries, wrong = load(), []
    last: dict[str, str] = {}
    values: dict[tuple[str, str], str] = {}
    for number, row in enumerate(changes(), start=2):
        where = f"changes.csv, row {number}: {row['id']}, {row['field']}"
        last[row["id"]] = row["digest"]
        before = values.get((row["id"], row["field"]))
        if before is not None and before != row["old"]:
            wrong.append(f"{where}: says it was {row['old']}, the change before made it {before}")
        values[(row["id"], row["field"])] = row["new"]
        if row["field"] != "published" and changelog_line(row) not in text:
            wrong.append(f"{where}: no line in the changelog names id, old, new and reason")
    numbers = load_numbers()
    if last.pop(PROSE, None) != (numbers_digest(numbers) if numbers else None):
        wrong.append(
            "the published numbers in prose are not what the last accepted change made them; "
            f"only `{project().command} findings accept --reason` may change them"
        )
    for identifier, entry in entries.items():
        if last.get(identifier) != digest(entry):
            wrong.append(
                f"finding {identifier} of the published record is not what the last accepted "
                f"change made it; only `{project().command} findings accept --reason` may change it"
            )
    for identifier in last.keys() - entries.keys():
        wrong.append(f"finding {identifier} was published and is gone from the record")
    return wrong
