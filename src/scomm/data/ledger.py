"""Load hand-typed ledgers: published figures, cut-offs, decisions, claims, totals."""

from __future__ import annotations

import datetime as dt
import re
from functools import cache
from typing import TYPE_CHECKING, Any

from citable.errors import LedgerError
from citable.files.typed import read_csv, read_entries, read_mapping
from scomm.data import paths

if TYPE_CHECKING:
    import pandas as pd

EXACTNESS = ("exact", "rounded", "vague", "floor", "ceiling", "not a quantity")
GRADES = ("A", "B", "C", "D")
ROUTES = ("agency record or release", "official report", "press, background only")
WHY = ("release", "agency", "local", "high", "national", "unknown")
_NUMBER = r"(?:[0-9]{1,12}(?:\.[0-9]{1,12})?)?"
_DATE = re.compile(r"[0-9]{4}(-[0-9]{2}){0,2}")
STATUSES = ("CONFIRMED", "PARTLY")
UNITS = ("count", "percent", "date", "rank", "none")
FORMS = ("share", "places", "record", "purpose")  # of claims; each has its rule in claims.yml
RECORDS = ("read", "known only by a report of it", "not found")


def _require(frame: pd.DataFrame, file: str, column: str, allowed: tuple[str, ...]) -> None:
    bad = frame[~frame[column].isin(allowed)]
    if len(bad):
        row = bad.index[0]
        raise LedgerError(
            f"{file}, row {row + 2}, column {column!r}: found {bad.at[row, column]!r}, "
            f"expected one of {', '.join(allowed)}"
        )


def _unique(frame: pd.DataFrame, file: str, column: str) -> None:
    repeated = frame[frame[column].duplicated()]
    if len(repeated):
        row = repeated.index[0]
        raise LedgerError(
            f"{file}, row {row + 2}: {column} {repeated.at[row, column]!r} stands twice"
        )


def _numeric(frame: pd.DataFrame, file: str, column: str) -> pd.Series:
    bad = frame[~frame[column].str.fullmatch(_NUMBER)]
    if len(bad):
        row = bad.index[0]
        raise LedgerError(
            f"{file}, row {row + 2}, column {column!r}: found {bad.at[row, column]!r}, "
            "expected a number of at least 0, in digits alone"
        )
    import pandas as pd

    return pd.to_numeric(frame[column].replace("", None)).astype("float64")


def _dated(frame: pd.DataFrame, file: str) -> None:
    """Raise LedgerError at the first ``date`` that is not a year, month or day as in ISO 8601."""
    for row, text in frame["date"].items():
        try:
            if not _DATE.fullmatch(text):
                raise ValueError
            dt.date.fromisoformat(f"{text}-01-01"[:10])
        except ValueError:
            raise LedgerError(
                f"{file}, row {int(str(row)) + 2}, column 'date': found {text!r}, expected "
                "YYYY-MM-DD, YYYY-MM or YYYY"
            ) from None


@cache
def figures() -> pd.DataFrame:
    """Return the ledger of published figures, one row a figure, indexed by id.

    ``low`` and ``high`` bound the value in the row's unit (counts, or per cent in points), both
    inclusive; NaN means that the words set no limit, or that the row holds no quantity.

    Raises LedgerError naming the row and column at fault.
    """
    name = paths.FIGURES.name
    frame = read_csv(
        paths.FIGURES,
        (
            "id",
            "jurisdiction",
            "state",
            "level",
            "place_code",
            "cutoff",
            "metric",
            "printed",
            "unit",
            "low",
            "high",
            "exactness",
            "word",
            "source_no",
            "publisher",
            "grade",
            "route",
            "why_published",
        ),
    )
    _unique(frame, name, "id")
    for column, allowed in (
        ("exactness", EXACTNESS),
        ("grade", GRADES),
        ("route", ROUTES),
        ("why_published", WHY),
        ("unit", UNITS),
    ):
        _require(frame, name, column, allowed)
    frame["low"], frame["high"] = _numeric(frame, name, "low"), _numeric(frame, name, "high")
    swapped = frame[frame["low"] > frame["high"]]
    if len(swapped):
        raise LedgerError(f"{name}, row {swapped.index[0] + 2}: low is above high")
    long = frame[frame["printed"].str.split().str.len() > 8]
    if len(long):
        raise LedgerError(f"{name}, row {long.index[0] + 2}: more than eight words as printed")
    return frame.set_index("id", drop=False)


@cache
def cutoffs() -> pd.DataFrame:
    """Return one row a jurisdiction and cut-off that can be read as a proportion, by key.

    Raises LedgerError if it names a figure that the ledger does not have.
    """
    name = paths.CUTOFFS.name
    frame = read_csv(
        paths.CUTOFFS,
        (
            "key",
            "jurisdiction",
            "state",
            "place_code",
            "cutoff",
            "n_ids",
            "x_ids",
            "convicted_ids",
            "share_ids",
            "basis",
            "selected",
        ),
    )
    _unique(frame, name, "key")
    known = set(figures().index)
    for column in ("n_ids", "x_ids", "convicted_ids", "share_ids"):
        for row, cell in frame[column].items():
            for identifier in cell.split():
                if identifier not in known:
                    raise LedgerError(
                        f"{name}, row {int(str(row)) + 2}, column {column!r}: no figure {identifier!r}"
                    )
    return frame.set_index("key", drop=False)


@cache
def decisions() -> pd.DataFrame:
    """Return the decision rows by id: question, decision and reason."""
    frame = read_csv(paths.DECISIONS, ("id", "date", "subject", "question", "decision", "reason"))
    _unique(frame, paths.DECISIONS.name, "id")
    _dated(frame, paths.DECISIONS.name)
    return frame.set_index("id", drop=False)


@cache
def published_totals() -> pd.DataFrame:
    """Return agency totals as published, by id, with ``value`` as a number."""
    name = paths.PUBLISHED_TOTALS.name
    frame = read_csv(
        paths.PUBLISHED_TOTALS, ("id", "quantity", "scope", "period", "value", "route")
    )
    _unique(frame, name, "id")
    frame["value"] = _numeric(frame, name, "value")
    return frame.set_index("id", drop=False)


@cache
def timeline() -> pd.DataFrame:
    """Return the chronology, oldest first."""
    frame = read_csv(paths.TIMELINE, ("id", "date", "date_precision", "event", "source", "status"))
    _dated(frame, paths.TIMELINE.name)
    _unique(frame, paths.TIMELINE.name, "id")
    _require(frame, paths.TIMELINE.name, "status", STATUSES)
    return frame.sort_values("date", kind="stable", ignore_index=True)


@cache
def claims() -> dict[str, dict[str, Any]]:
    """Return the claims by id, as typed.

    Raises LedgerError for an id that stands twice, a form without a rule, or a fact of record
    without its source.
    """
    name = paths.CLAIMS.name
    entries = read_entries(paths.CLAIMS, "claims", ("id", "short", "side", "where", "test"))
    for number, entry in enumerate(entries, start=1):
        place = f"{name}, claims, entry {number}"
        for field, kind in (("test", dict), ("where", list)):
            if not isinstance(entry[field], kind):
                raise LedgerError(
                    f"{place}, {field}: found {str(entry[field])[:60]!r}, "
                    f"expected a {kind.__name__}"
                )
        form = entry["test"].get("form")
        if form not in FORMS:
            raise LedgerError(f"{place}, form: found {form!r}, expected one of {', '.join(FORMS)}")
        if form == "record":
            _facts(entry["test"], place)
    return {entry["id"]: entry for entry in entries}


def _facts(test: dict[str, Any], place: str) -> None:
    facts = test.get("facts")
    if not isinstance(facts, list) or not facts:
        raise LedgerError(f"{place}, facts: found {str(facts)[:60]!r}, expected a list")
    for fact in facts:
        for field in ("fact", "record", "source"):
            if not isinstance(fact, dict) or not isinstance(fact.get(field), str):
                raise LedgerError(f"{place}, facts: no {field!r} in {str(fact)[:60]!r}")
        if fact["record"] not in RECORDS:
            raise LedgerError(
                f"{place}, facts: found {fact['record']!r}, expected one of {', '.join(RECORDS)}"
            )
        if fact["record"] == "read" and isinstance(fact.get("as_stated"), bool) == (
            "measure" in fact
        ):
            raise LedgerError(
                f"{place}, facts: {fact['fact']!r} was read; type as_stated, or name its measure"
            )


@cache
def verdict_rules() -> dict[str, dict[str, Any]]:
    """Return the printed rule of each form of claim, as typed: questions, answers and rows."""
    rules = read_mapping(paths.CLAIMS).get("verdict_rules")
    wanted = {"form", "questions", "answers", "rows"}
    if not isinstance(rules, dict) or set(rules) != set(FORMS):
        raise LedgerError(f"{paths.CLAIMS.name}, verdict_rules: expected {', '.join(FORMS)}")
    for form, rule in rules.items():
        if not isinstance(rule, dict) or set(rule) != wanted:
            raise LedgerError(f"{paths.CLAIMS.name}, {form}: expected {', '.join(sorted(wanted))}")
    return rules


@cache
def verdict_settings() -> dict[str, Any]:
    """Return the settings common to all rules: the latest cut-off and the level."""
    settings = read_mapping(paths.CLAIMS).get("verdict_settings")
    wanted = {"latest_cutoff": str, "level": float}
    if not isinstance(settings, dict) or {k: type(v) for k, v in settings.items()} != wanted:
        raise LedgerError(f"{paths.CLAIMS.name}, verdict_settings: expected {', '.join(wanted)}")
    return settings


@cache
def objections() -> dict[str, Any]:
    """Return objections and the questions of courts' reference guides, as typed."""
    read_entries(paths.OBJECTIONS, "objections", ("id", "side", "objection", "answer"))
    read_entries(paths.OBJECTIONS, "questions", ("id", "question", "answer"))
    return read_mapping(paths.OBJECTIONS)


@cache
def law() -> list[dict[str, Any]]:
    """Return the confirmed law of the evidence appendix, as typed."""
    return read_entries(paths.LAW, "law", ("id", "kind", "cite", "says", "status"))


def coding(kind: str) -> pd.DataFrame:
    """Return one coder's or transcriber's sheet, such as ``why_published_a``."""
    return read_csv(paths.CODING / f"{kind}.csv", ())


def fact_status(key: str) -> str | None:
    """Return the status of a row of the chronology or of the law, None if there is no such row."""
    return _fact_statuses().get(key)


@cache
def _fact_statuses() -> dict[str, str]:
    events = dict(timeline()[["id", "status"]].itertuples(index=False, name=None))
    return events | {entry["id"]: entry["status"] for entry in law()}
