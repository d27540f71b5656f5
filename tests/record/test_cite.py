from __future__ import annotations

import datetime as dt
import io
import json
import re

import citeproc
import citeproc.source.json
import jsonschema
import pytest
import rispy
import yaml
from pybtex.database import parse_string

from citable import paths
from citable.errors import UnknownIdError
from citable.project import project
from citable.record import cite
from citable.record.identity import Item, Record, edition_digest
from citable.record.references import Reference, parse
from scomm import __version__

PAGE = "notebooks/06-jurisdictions.html"
TITLE = "6. Jurisdictions"
ITEMS = (
    Item("paragraph", "6.14", PAGE, "p6-14", TITLE, "Of 28 places & more.", "0" * 64),
    Item("finding", "6.3", PAGE, "finding-6-3", TITLE, "9 of 28.", "0" * 64),
    Item("finding", "6.4", PAGE, "finding-6-4", TITLE, "28.6%.", "0" * 64),
    Item("figure", "6.2", PAGE, "figure-6-2", TITLE, "Every place", "0" * 64),
    Item("table", "6.1", PAGE, "table-6-1", TITLE, "Places", "0" * 64),
    Item("chapter", "6", PAGE, "", TITLE),
    Item("book", "", "index.html", "", "One in Four?"),
)
DIGEST = "d96ab3928779" + "0" * 52
HERE = Record("2026.11", "2026-11-23", DIGEST, "", ITEMS)
ONLINE = Record("2026.11", "2026-11-23", DIGEST, "https://example.org", ITEMS)
ARCHIVED = Record(
    "2026.11", "2026-11-23", DIGEST, "https://example.org", ITEMS, "https://archive.example/x/"
)
EVERY = pytest.mark.parametrize("item", ITEMS, ids=lambda item: f"{item.kind}{item.id}")
BOTH = pytest.mark.parametrize("record", [HERE, ONLINE], ids=["no address", "address"])

AUTHOR, SITE = project().author, project().title


def paragraph() -> Item:
    return ITEMS[0]


def test_r33_full_form_of_a_paragraph() -> None:
    # R33: author (institutional, R33.1.2), title of the page, site, pinpoint (R5.3), date (R33.5),
    # full address (R33.6.1).
    assert cite.indigo(ONLINE, paragraph()) == (
        "The One in Four Project, *6. Jurisdictions*, One in Four? Secure Communities, "
        "Jurisdiction by Jurisdiction, ¶ 6.14 (ed. 2026.11, digest d96ab3928779, Nov. 23, 2026), "
        "https://example.org/2026.11/notebooks/06-jurisdictions.html#p6-14."
    )


def test_r5_3_a_paragraph_is_cited_without_at() -> None:
    for text in (cite.indigo(HERE, paragraph()), cite.short(HERE, paragraph())):
        assert ", ¶ 6.14 (" in text
        assert " at ¶" not in text


def test_r33_6_3_archive_is_in_brackets_if_there_is_one() -> None:
    url = "https://example.org/2026.11/notebooks/06-jurisdictions.html#p6-14"
    assert cite.indigo(ARCHIVED, paragraph()).endswith(f"{url} [https://archive.example/x/{url}].")
    assert "[" not in cite.indigo(ONLINE, paragraph())


def test_r34_short_form_is_supra() -> None:
    assert cite.short(HERE, paragraph()) == (
        "The One in Four Project, *supra*, ¶ 6.14 (ed. 2026.11)."
    )


def test_the_book_has_no_pinpoint_and_no_title_of_a_page() -> None:
    text = cite.indigo(HERE, ITEMS[-1])
    assert text.startswith(f"{AUTHOR}, {SITE} (ed. 2026.11, ")


@EVERY
def test_no_address_is_invented(item: Item) -> None:
    for text in cite.forms(HERE, item).values():
        assert "http" not in text
        assert "/2026.11/" in text or "d96ab3928779" in text or "2026.11" in text


@EVERY
@BOTH
def test_bibtex_is_read_by_a_bibtex_parser(record: Record, item: Item) -> None:
    found = parse_string(cite.bibtex(record, item), "bibtex")
    (entry,) = found.entries.values()
    assert entry.fields["year"] == "2026"
    assert "d96ab3928779" in entry.fields["note"]
    assert str(entry.persons["author"][0]) == "{" + AUTHOR + "}"
    assert ("url" in entry.fields) is bool(record.address)


@EVERY
@BOTH
def test_ris_is_read_by_a_ris_parser(record: Record, item: Item) -> None:
    (entry,) = rispy.loads(cite.ris(record, item))
    assert entry["authors"] == [AUTHOR]
    assert entry["year"] == "2026"
    assert entry["type_of_reference"] == ("BOOK" if item.kind == "book" else "ELEC")
    assert ("urls" in entry) is bool(record.address)


STYLE = """<?xml version="1.0" encoding="utf-8"?>
<style xmlns="http://purl.org/net/xbiblio/csl" class="note" version="1.0">
<info><title>t</title><id>t</id><updated>2026-01-01T00:00:00+00:00</updated></info>
<citation><layout><text variable="title"/></layout></citation>
<bibliography><layout><names variable="author"><name/></names><text prefix=": " variable="title"/>
<date prefix=" (" suffix=")" variable="issued"><date-part name="year"/></date></layout></bibliography>
</style>"""


@EVERY
def test_csl_is_rendered_by_a_csl_processor(item: Item) -> None:
    text = cite.forms(HERE, item)["csl"]
    entries = citeproc.source.json.CiteProcJSON(json.loads(text))
    style = citeproc.CitationStylesStyle(io.BytesIO(STYLE.encode()), validate=False)
    bibliography = citeproc.CitationStylesBibliography(style, entries, citeproc.formatter.plain)
    (key,) = entries
    bibliography.register(citeproc.Citation([citeproc.CitationItem(key)]))
    rendered = str(bibliography.bibliography()[0])
    assert AUTHOR in rendered
    assert "(2026)" in rendered


@pytest.mark.parametrize(
    ("given", "kind", "identifier"),
    [
        ("F6.3", "finding", "6.3"),
        ("f 6.3", "finding", "6.3"),
        ("Finding 6.3", "finding", "6.3"),
        ("6.3", "finding", "6.3"),
        ("FA.1", "finding", "A.1"),
        ("¶6.14", "paragraph", "6.14"),
        ("¶ 6.14a", "paragraph", "6.14A"),
        ("p6.14", "paragraph", "6.14"),
        ("Fig.6.2", "figure", "6.2"),
        ("Figure 6.2", "figure", "6.2"),
        ("Table6.1", "table", "6.1"),
        ("ch6", "chapter", "6"),
        ("appendix A", "chapter", "A"),
        ("book", "book", ""),
        ("sheet ma", "datasheet", "MA"),
        ("datasheet BOS", "datasheet", "BOS"),
        ("c25025", "county", "25025"),
        ("county 25025", "county", "25025"),
    ],
)
def test_references_are_read_as_people_write_them(given: str, kind: str, identifier: str) -> None:
    assert parse(given) == Reference(kind, identifier)


@pytest.mark.parametrize("given", ["", "6", "F", "F6", "6.3.1", "¶", "drop table", "F6.3 or so"])
def test_invalid_reference_is_refused(given: str) -> None:
    with pytest.raises(UnknownIdError, match="is no reference"):
        parse(given)


def test_unknown_id_error_names_similar_ids() -> None:
    with pytest.raises(UnknownIdError, match=r"no finding 6\.33\. Near it: Finding 6\.3"):
        HERE.find(parse("F6.33"))
    with pytest.raises(UnknownIdError, match=r"no ¶ 6\.15\. Near it: ¶ 6\.14"):
        HERE.find(parse("¶6.15"))


def test_datasheets_and_their_counties_are_cited_too() -> None:
    county = ONLINE.find(parse("c25025"))
    assert cite.indigo(ONLINE, county) == (
        "The One in Four Project, *Datasheet: Suffolk County, Massachusetts*, One in Four? Secure "
        "Communities, Jurisdiction by Jurisdiction (ed. 2026.11, digest d96ab3928779, "
        "Nov. 23, 2026), https://example.org/2026.11/datasheets/county-25025.html."
    )
    sheet = HERE.find(parse("sheet BOS"))
    assert cite.link(HERE, sheet) == "/2026.11/datasheets/area-bos.html"
    with pytest.raises(UnknownIdError, match="no county 25999"):
        HERE.find(parse("c25999"))


def test_the_digest_is_of_findings_tables_and_paragraphs() -> None:
    finding = {
        name: None
        for name in (
            *("statement", "estimand", "unit", "numerator", "denominator", "interval"),
            *("reference", "period", "population", "claims", "as_counted", "beyond_chance"),
        )
    }
    base = edition_digest([finding | {"id": "1.1", "value": 1}], {"t": "a"}, {"1.1": "Text."})
    assert re.fullmatch("[0-9a-f]{64}", base)
    others = [
        edition_digest([finding | {"id": "1.1", "value": 2}], {"t": "a"}, {"1.1": "Text."}),
        edition_digest([finding | {"id": "1.1", "value": 1}], {"t": "b"}, {"1.1": "Text."}),
        edition_digest([finding | {"id": "1.1", "value": 1}], {"t": "a"}, {"1.1": "Other."}),
    ]
    assert len({base, *others}) == 4
    # White space is not text.
    assert base == edition_digest(
        [finding | {"id": "1.1", "value": 1}], {"t": "a"}, {"1.1": " Text.\n"}
    )


def test_the_citation_file_is_valid_and_of_this_edition() -> None:
    schema = json.loads((paths.ROOT / "tests/record/schemas/cff-1.2.0.json").read_text())
    citation = yaml.safe_load(paths.CITATION.read_text(encoding="utf-8"))
    citation["date-released"] = str(citation["date-released"])
    jsonschema.Draft7Validator(schema, format_checker=jsonschema.FormatChecker()).validate(citation)
    assert citation["version"] == __version__


def test_source_date_epoch_is_the_release_date() -> None:
    citation = yaml.safe_load(paths.CITATION.read_text(encoding="utf-8"))
    day = dt.datetime.combine(citation["date-released"], dt.time(), dt.UTC)
    assert f"SOURCE_DATE_EPOCH ?= {int(day.timestamp())}\n" in (paths.ROOT / "Makefile").read_text()
