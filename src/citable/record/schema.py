"""Write ``findings.json``, ``findings.csv`` and the JSON Schema that describes their fields."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any

from citable.display.words import N_
from citable.project import project
from citable.record.findings import AS_COUNTED, BEYOND_CHANCE, METHODS, SCHEMA, UNITS
from citable.record.published import CURRENT
from citable.record.sources import source_sha256

_NUMBER = {"type": ["number", "null"]}
_COUNT = {"type": ["integer", "null"]}
_TEXT = {"type": "string"}
_WORDS = {"type": "array", "items": _TEXT}

# Field: (schema, what it is).
_FIELDS: dict[str, tuple[dict[str, Any], str]] = {
    "id": (
        {"type": "string", "pattern": r"^(\d{1,2}|[A-Z])\.\d{1,3}$"},
        N_("Chapter or appendix, point, number. Never reused."),
    ),
    "statement": (_TEXT | {"minLength": 1}, N_("The finding in one sentence, numbers filled in.")),
    "estimand": (_TEXT, N_("What the value estimates or counts.")),
    "value": (
        {"type": ["number", "string", "null"]},
        N_("The value at full precision, in its unit; a share lies in 0 to 1."),
    ),
    "unit": ({"enum": list(UNITS)}, N_("The value's unit. A difference is one of shares.")),
    "period": (_TEXT, N_("The time that the value is about.")),
    "population": (_TEXT, N_("Whom or what it is about.")),
    "tables": (
        {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["name", "sha256"],
                "additionalProperties": False,
                "properties": {
                    "name": _TEXT,
                    "sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
                },
            },
        },
        N_("Tables and typed files that it rests on, with the sha256 of each file."),
    ),
    "route": (_TEXT, N_("How its sources could come into evidence.")),
    "numerator": (
        _COUNT,
        N_("Count over which the share is taken, where it is a share of counts."),
    ),
    "denominator": (_COUNT, N_("All that were counted, where it is a share of counts.")),
    "interval": (
        {
            "type": ["object", "null"],
            "required": ["low", "high", "method", "level"],
            "additionalProperties": False,
            "properties": {
                "low": {"type": "number"},
                "high": {"type": "number"},
                "method": {"enum": list(METHODS)},
                "level": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1},
            },
        },
        N_("Interval in the value's unit, with its level and method."),
    ),
    "coverage": (
        {"type": ["number", "null"], "minimum": 0, "maximum": 1},
        N_(
            "How often such an interval, or the intervals the value rests on, held the truth in the "
            "simulations of error_rates.csv; null where that was not simulated."
        ),
    ),
    "reference": (_NUMBER, N_("A value it is set beside.")),
    "reference_label": (_TEXT, N_("What that value is.")),
    "claims": (
        {"type": "array", "items": {"type": "string", "pattern": r"^C\d+$"}},
        N_("Ids of the claims it bears on."),
    ),
    "assumptions": (_WORDS, N_("What must hold for it to mean what it says.")),
    "null": (_TEXT, N_("What it was compared with.")),
    "as_counted": ({"enum": ["", *AS_COUNTED]}, N_("Where the count stands, empty if not asked.")),
    "beyond_chance": ({"enum": ["", *BEYOND_CHANCE]}, N_("Whether that is established.")),
    "not_shown": (_TEXT, N_("What the number does not show.")),
    "url": (
        {"type": "string", "pattern": r"^[\w/-]+\.html#finding-"},
        N_("Address relative to the root of the site."),
    ),
}


# Fields of a retired finding: its statement, and its status.
_RETIRED = ("id", "status", "statement", "value", "unit", "url", "since", "retired", "reason", "by")


def findings_document(
    findings: Iterable[Mapping[str, Any]],
    digest: str = "",
    published: Mapping[str, Mapping[str, Any]] | None = None,
) -> dict[str, Any]:
    """Return ``findings.json`` as plain data, with the sha256 of each table that is named.

    ``published`` is the published record, of which the retired findings are listed too.
    """
    return {
        "schema": SCHEMA,
        "edition": project().version,
        "digest": digest,
        "findings": [
            {
                **item,
                "tables": [
                    {"name": name, "sha256": source_sha256(name)} for name in item["tables"]
                ],
            }
            for item in findings
        ],
        "retired": [
            {name: entry.get(name, "") for name in _RETIRED}
            for entry in (published or {}).values()
            if entry["status"] != CURRENT
        ],
    }


def findings_csv(findings: Iterable[Mapping[str, Any]]) -> str:
    """Return findings as CSV: one row each, lists joined by semicolons, interval in columns."""
    rows = []
    for finding in findings:
        row = dict(finding)
        interval = row.pop("interval") or {}
        row |= {f"interval_{key}": interval.get(key) for key in ("low", "high", "level", "method")}
        rows.append(
            {
                key: "; ".join(value) if isinstance(value, list | tuple) else value
                for key, value in row.items()
            }
        )
    text = io.StringIO()
    if rows:
        writer = csv.DictWriter(text, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return text.getvalue()


def findings_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of ``findings.json``."""
    properties = {
        name: schema | {"description": meaning} for name, (schema, meaning) in _FIELDS.items()
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"Findings of {project().short_title}",
        "description": f"Version {SCHEMA}. A field may be added within a version; a field that "
        "changes its meaning or goes makes a new one.",
        "type": "object",
        "required": ["schema", "edition", "findings"],
        "properties": {
            "schema": {"const": SCHEMA, "description": "Name and version of this schema."},
            "edition": {"type": "string", "pattern": r"^\d{4}\.\d{1,2}(\.\d+)?$"},
            "digest": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
            "findings": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": list(_FIELDS),
                    "properties": properties,
                },
            },
            "retired": {
                "type": "array",
                "description": "Findings that were superseded or withdrawn: their ids stay.",
                "items": {"type": "object", "required": list(_RETIRED)},
            },
        },
    }


def fields() -> list[dict[str, str]]:
    """Return the fields with their descriptions, for the appendix."""
    return [{"field": name, "meaning": meaning} for name, (_, meaning) in _FIELDS.items()]
