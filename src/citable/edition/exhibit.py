"""Build an exhibit of one finding for court: summary, rows, passports of its sources, certification form.

Only for findings that rest on records: a newspaper's report of an agency figure is background.
Law is cited only as the project has it confirmed. Nothing here is legal advice.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import nbformat

from citable.display.formats import tr
from citable.display.templates import from_template
from citable.display.words import N_
from citable.edition.checksums import SUMS, format_checksums
from citable.edition.folders import atomic_directory
from citable.errors import ExhibitError, SourceError
from citable.pdf.writer import sheet_pdf
from citable.project import project
from citable.record import cite, identity
from citable.record.outputs import slug, translated_findings
from citable.record.references import Reference
from citable.record.trace import Trace, trace
from citable.tables import datapackage
from citable.tables.passports import Passport, sha256_of
from citable.tables.schema import TABLES

_SHEETS = {
    "exhibit.html": "summary.html",
    "exhibit_sources.html": "sources.html",
    "certification.html": "certification.html",
}
_PRESS = ("press", "as reported")

# Plain descriptions of interval methods.
METHOD_IN_WORDS = {
    "wilson": N_(
        "The interval (Wilson) shows which underlying rates would readily give a count like "
        "this one."
    ),
    "newcombe": N_(
        "The interval (Newcombe) is for the difference of two shares and takes the "
        "counted cases as independent."
    ),
    "hac-calibrated": N_(
        "The interval comes from a regression on monthly shares that allows for a "
        "trend and for months that resemble their neighbours; its width was set by simulation so "
        "that it misses as often as it says."
    ),
    "hac-cosine": N_(
        "The interval allows for months that resemble their neighbors: it is made of the slow "
        "movements of the monthly series."
    ),
    "areas-and-months": N_(
        "The interval allows for areas that changed differently and for months that resemble "
        "their neighbors."
    ),
}
_NO_INTERVAL = N_("The number is a count or follows from counts by arithmetic; it has no interval.")


def reason_not_offered(finding: dict[str, Any]) -> str:
    """Return the reason why a finding is not offered as an exhibit; empty if it is."""
    reference = Reference("finding", finding["id"])
    route = str(finding["route"])
    if any(word in route for word in _PRESS):
        return (
            f"{reference} is not offered as an exhibit: it rests on figures that were read in the "
            f"press (route: {route}). A newspaper's report of an agency figure is background and "
            "no record to be summarized. What would serve instead is the agency's own table, "
            "certified, from which the same numbers can be taken."
        )
    if not any(name in TABLES for name in finding["tables"]):
        return (
            f"{reference} is not offered as an exhibit: it rests on no record "
            f"({', '.join(finding['tables'])}), so there is nothing that it would summarize."
        )
    return ""


def _passports(item: Trace) -> list[Passport]:
    found = {original.path: original for source in item.sources for original in source.originals}
    return [found[path] for path in sorted(found)]


def _likely_route(passport: Passport) -> str:
    """Return a source's likely route into evidence, in the words of its passport."""
    words = {
        "agency record or release": N_(
            "public record of the agency; a certified copy from the agency"
        ),
        "agency record or release (produced in litigation)": N_(
            "record produced by the agency in litigation; a certified copy, or testimony on the production"
        ),
        "official statistics": N_("official statistics; a certified copy from the agency"),
    }
    return words.get(
        passport.route,
        tr(
            "{route}: not the agency's own file; its records, certified, would be needed",
            route=passport.route,
        ),
    )


def _trace(site: Path, item: identity.Item) -> Trace:
    """Trace a finding back from the executed notebook of its page."""
    root = site / "site" if (site / "site" / "record.json").is_file() else site
    file = root / item.page.replace(".html", ".ipynb")
    if not file.is_file():
        raise SourceError(
            str(file), found="no such file", expected="the executed notebook", remedy="`make book`"
        )
    notebook = nbformat.read(file, as_version=4)
    page = item.page.removesuffix(".html")
    finding = next(
        found for found in translated_findings({page: notebook}) if found["id"] == item.id
    )
    return trace(finding, notebook)


def build_exhibit(identifier: str, out: Path, site: Path, pdf: bool = False) -> Path:
    """Build the exhibit's folder and zip in ``out``, and return the folder.

    ``site`` is a built site or an unpacked edition; ``pdf`` puts each sheet there as PDF too.
    Raises UnknownIdError for an unknown id,
    ExhibitError where the finding is not offered in this form, PrintError where a PDF cannot be
    made, OSError if it cannot be written.
    """
    record = identity.load(site)
    item = record.find(Reference("finding", identifier))
    found = _trace(site, item)
    if reason := reason_not_offered(found.finding):
        raise ExhibitError(reason)
    method = (found.finding["interval"] or {}).get("method")
    tables = {source.name: source for source in found.sources}
    package = datapackage.files()
    downloads = [source.download for source in tables.values() if source.download in package]
    final = out / f"{project().name}-{record.edition}-finding-{slug(identifier)}"
    with atomic_directory(final) as work:
        if found.rows_csv:
            (work / "rows.csv").write_text(found.rows_csv, encoding="utf-8", newline="\n")
        for name in downloads:
            file = work / "tables" / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(package[name])
        passports = [
            asdict(passport) | {"likely_route": _likely_route(passport)}
            for passport in _passports(found)
        ]
        text = json.dumps(passports, ensure_ascii=False, indent=1) + "\n"
        (work / "passports.json").write_text(text, encoding="utf-8")
        hashes = {
            file.relative_to(work).as_posix(): sha256_of(file)
            for file in sorted(work.rglob("*"))
            if file.is_file()
        }
        shared = {
            "trace": found,
            "finding": found.finding,
            "record": record,
            "citation": cite.indigo(record, item, html=True),
            "passports": passports,
            "hashes": hashes,
            "laws": project().exhibit_law(),
            "method": METHOD_IN_WORDS.get(method, "") if method else _NO_INTERVAL,
        }
        for template, name in _SHEETS.items():
            html = from_template(template, **shared)
            (work / name).write_text(html, encoding="utf-8")
            if pdf:
                identity_of = f"{final.name} {name} {record.digest}"
                (work / name).with_suffix(".pdf").write_bytes(sheet_pdf(html, identity_of))
        (work / SUMS).write_bytes(format_checksums(work))
    return final
