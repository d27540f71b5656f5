"""Test that a build of a small book fails on differences from its published record."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from ..books import Book, copied, succeeded
from .conftest import SMALL, VERSION

PAGE = "notebooks/01-small"


def html(book: Book, page: str = PAGE) -> str:
    return (book.html / f"{page}.html").read_text(encoding="utf-8")


def said(book: Book) -> str:
    result = book.build()
    assert result.returncode != 0, "the build should have failed"
    return result.stdout + result.stderr


def test_nothing_is_published_until_it_is_accepted(unpublished_site: Book, tmp_path: Path) -> None:
    fresh = copied(unpublished_site, tmp_path / "book")
    text = said(fresh)
    assert "finding 1.1 is not in the published record" in text
    assert "a paragraph has no number: 'There are {total} of them, {part:pct2}.'" in text
    assert "citable findings accept" in text
    assert "citable paragraphs assign" in text
    assert not (fresh.folder / "data" / "published" / "paragraphs.csv").exists()
    assert not (fresh.html / "findings.json").exists()


def test_paragraphs_carry_their_numbers(published_site: Book) -> None:
    page = html(published_site)
    for number in ("1.1", "1.2", "1.3"):
        anchor = f"p{number.replace('.', '-')}"
        assert re.search(rf'<p class="par" id="{anchor}">', page), anchor
        assert f'href="#{anchor}"' in page
        assert f'href="../cite/1.html#{anchor}"' in page


def test_every_page_names_edition_and_digest(published_site: Book) -> None:
    site = published_site.html
    digest = json.loads((site / "record.json").read_text())["digest"]
    for file in site.rglob("*.html"):
        text = file.read_text(encoding="utf-8")
        assert f"Edition {VERSION}" in text, file
        assert digest[:12] in text, file


def test_findings_json_fits_its_schema(published_site: Book) -> None:
    site = published_site.html
    schema = json.loads((site / "findings.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    document = json.loads((site / "findings.json").read_text())
    jsonschema.validate(document, schema)
    finding = document["findings"][0]
    assert finding["tables"][0]["name"] == "beans"
    document["findings"][0]["unit"] = "furlongs"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, schema)


class Head(HTMLParser):
    """Collects the meta tags and JSON-LD of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.meta: dict[str, str] = {}
        self.data: list[dict[str, Any]] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "meta" and (given.get("name") or given.get("property")):
            self.meta[str(given.get("name") or given["property"])] = str(given["content"])
        self._inside = tag == "script" and given.get("type") == "application/ld+json"

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.data.append(json.loads(data))
            self._inside = False


def head(text: str) -> Head:
    found = Head()
    found.feed(text)
    return found


# What schema.org and Google's Dataset Search ask for.
THING = {
    "type": "object",
    "required": ["@context", "@type", "name", "license"],
    "properties": {"@context": {"const": "https://schema.org"}},
    "oneOf": [
        {
            "required": ["author", "bookEdition", "datePublished", "inLanguage"],
            "properties": {"@type": {"const": "Book"}},
        },
        {
            "required": ["description", "creator", "distribution", "version", "datePublished"],
            "properties": {
                "@type": {"const": "Dataset"},
                "description": {"minLength": 50, "maxLength": 5000},
                "distribution": {
                    "type": "array",
                    "minItems": 1,
                    "items": {"required": ["@type", "contentUrl", "encodingFormat"]},
                },
            },
        },
    ],
}


def test_pages_have_citation_metadata(published_site: Book) -> None:
    chapter = head(html(published_site))
    assert chapter.meta["citation_title"] == "1. Small page"
    assert chapter.meta["citation_publication_date"] == "2026/03/01"
    assert chapter.meta["DC.creator"] == "The Small Book Project"
    assert chapter.meta["og:title"] == "1. Small page"
    assert chapter.meta["description"]
    assert "og:url" not in chapter.meta
    assert "citation_public_url" not in chapter.meta, "no address is configured"
    home = head(html(published_site, "index"))
    assert sorted(str(thing["@type"]) for thing in home.data) == ["Book", "Dataset"]
    site = published_site.html
    for thing in home.data:
        jsonschema.validate(thing, THING)
        for download in thing.get("distribution", []):
            assert (site / download["contentUrl"]).is_file()


def test_citations_and_traces_link_back(published_site: Book) -> None:
    cite = html(published_site, "cite/1")
    assert "¶ 1.2 (ed. " in cite
    assert "Finding 1.1 (ed. " in cite
    assert 'id="p1-2"' in cite
    trace = html(published_site, "trace/finding-1-1")
    assert "record(&#34;1.1&#34;" in trace or 'record("1.1"' in trace
    assert "data/tables/beans.csv" in trace
    assert re.search(r"sha256</dt><dd class=\"digest\">[0-9a-f]{64}", trace)
    assert "citable verify F1.1" in trace
    page = html(published_site)
    assert 'href="../trace/finding-1-1.html"' in page
    assert 'href="../trace/finding-1-1.html#verify"' in page


def test_the_command_cites_as_the_page_does(published_site: Book) -> None:
    result = published_site.citable("cite", "¶1.2", "--form", "indigo")
    assert result.returncode == 0, result.stderr
    plain = re.sub(r"</?i>", "*", html(published_site, "cite/1"))
    assert result.stdout.strip() in plain
    result = published_site.citable("cite", "F1.2")
    assert result.returncode == 2
    assert "no finding 1.2. Near it: Finding 1.1" in result.stderr
    result = published_site.citable("cite", "F1.1", "--edition", "nowhere")
    assert result.returncode == 2
    assert "no record.json there" in result.stderr


def test_changed_number_fails_the_build_and_is_named(published_book: Book) -> None:
    published_book.write(PAGE, SMALL.replace("2 * total", "4 * total"))
    assert f"number {PAGE} part, value: moved from 0.5 to 0.25" in said(published_book)
    published_book.write(PAGE, SMALL.replace('"1.1", total', '"1.1", total - 1'))
    text = said(published_book)
    found = re.search(r"finding 1\.1, value: moved from (\d+) to (\d+)", text)
    assert found, text
    assert int(found[1]) - int(found[2]) == 1


def test_unassigned_paragraph_fails_the_build(
    published_book: Book,
) -> None:
    registry = published_book.folder / "data" / "published" / "paragraphs.csv"
    before = registry.read_bytes()
    inserted = SMALL.replace("A second", "An inserted paragraph, unlike any.\n\nA second")
    published_book.write(PAGE, inserted)
    assert "a paragraph has no number: 'An inserted paragraph, unlike any.'" in said(published_book)
    assert registry.read_bytes() == before, "a build never writes the registry"
    result = published_book.citable("paragraphs", "assign")
    assert "¶ 1.1A new: An inserted paragraph" in result.stdout
    published_book.built()
    page = html(published_book)
    assert page.index('id="p1-1"') < page.index('id="p1-1a"') < page.index('id="p1-2"')
    # Taken out again: the anchor lands on a note, and the number is spent.
    published_book.write(PAGE, SMALL)
    assert "¶ 1.1A is registered, and no page has it" in said(published_book)
    result = published_book.citable("paragraphs", "assign")
    assert "¶ 1.1A removed" in result.stdout
    published_book.built()
    page = html(published_book)
    assert re.search(r'<p id="p1-1a">¶ 1\.1A stood here until edition', page)


def test_assign_refuses_pages_that_no_build_has_read(published_book: Book) -> None:
    published_book.write(PAGE, SMALL + "\nOne more.\n")
    result = published_book.citable("paragraphs", "assign")
    assert result.returncode == 2
    assert "is not what the last build read" in result.stderr


def test_withdrawn_finding_keeps_its_anchor(published_book: Book) -> None:
    code = SMALL.replace("1.1", "1.2")
    published_book.write(PAGE, code)
    text = said(published_book)
    assert "finding 1.1 is in the published record, and no page computes it" in text
    assert "finding 1.2 is not in the published record" in text
    for command in (
        ("findings", "withdraw", "F1.1", "--reason", "Counted the wrong column"),
        ("findings", "accept", "--reason", "Counted the right column"),
    ):
        succeeded(published_book.citable(*command))
    published_book.built()
    page = html(published_book)
    assert 'id="finding-1-1"' in page
    assert f"Withdrawn in edition {VERSION}. Counted the wrong column." in page
    document = json.loads((published_book.html / "findings.json").read_text())
    (gone,) = document["retired"]
    assert (gone["id"], gone["status"], gone["reason"]) == (
        *("1.1", "withdrawn"),
        "Counted the wrong column.",
    )
    result = published_book.citable("verify", "F1.1")
    assert result.returncode == 2
    assert "was withdrawn" in result.stderr
    changelog = (published_book.folder / "CHANGELOG.md").read_text()
    assert (
        "Finding 1.1, status: current → withdrawn. Reason: Counted the wrong column." in changelog
    )
