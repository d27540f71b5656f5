"""The PDF of a small book made by the real commands, read back by another library."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from citable.pdf.book import matches_record
from citable.project import project
from citable.record import identity
from scomm import __version__
from scomm.places import print_index as places
from scomm.places.print_sheets import page_of
from scomm.places.volume import matches_record as volume_is_of
from tools import conformance, filled

from ..books import Book, copied, succeeded
from .conftest import NEXT, PAGE, publish, unpublished

pytestmark = [pytest.mark.check, pytest.mark.xdist_group("pdf")]

CHAPTER = (
    PAGE.replace("# Small page", "# 1. Small page")
    + r"""
Merced County, California, and the Boston area are named here.
A [page elsewhere](https://example.org/a-page) and [the next chapter](02-next.md).

## The formula and the figure

$$
\hat p = \frac{x}{n}, \qquad x \le n
$$

```{code-cell} ipython3
# Draw a figure and print two tables
import pandas as pd
from citable.notebook import figure, table

def draw(layout, data):
    drawn = layout.figure(2)
    drawn.subplots().plot(data["x"], data["y"])
    return drawn

figure("1.1", draw, pd.DataFrame({"x": [0, 1], "y": [1, 3]}))
long = pd.DataFrame({"county": [f"County {i}" for i in range(150)], "n": range(150)})
table("1.1", long)
wide = pd.DataFrame([{f"Quite a long heading {i}": "some words of text " * 3 for i in range(14)}] * 3)
table("1.2", wide, {name: name for name in wide.columns})
record("1.2", numerator=1, denominator=4, reference=0.5)
```

:::{figure} 1.1
:sources: activation

A line that rises

- Alternative text: From 1 to 3.
- In words: It rises by 2.
:::

:::{table} 1.1
:sources: activation

A long table

- `county` County
- `n` Number
:::

:::{table} 1.2
:sources: activation

A wide table
:::

:::{finding} 1.2
:sources: activation
:route: test

{n}`1.2:pct` is the share.

- Estimand: share
- Period: 2008 to 2013
- Population: counties
- Reference: one half
:::

The chapter ends here.
"""
    # So much that its last page is a third full.
    + "".join(
        f"\nSentence {n} says nothing that any reader would need to know, and ends soon.\n"
        for n in range(12)
    )
)


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> Book:
    """A published book of two chapters, and its PDF."""
    folder = tmp_path_factory.mktemp("print") / "book"
    chapters = {"notebooks/01-small": CHAPTER, "notebooks/02-next": NEXT}
    book = unpublished(folder, chapters)
    # As in the book itself, chapters stand in a part.
    toc = (folder / "_toc.yml").read_text().replace("  - file", "      - file")
    toc = toc.replace("chapters:", "parts:\n  - caption: I. The part\n    chapters:")
    (folder / "_toc.yml").write_text(toc)
    publish(book)
    succeeded(book.scomm("pdf"))
    return book


@pytest.fixture(scope="module")
def file(printed: Book) -> Path:
    return printed.folder / "_build" / "pdf" / f"one-in-four-{__version__}.pdf"


@pytest.fixture(scope="module")
def pdf(file: Path) -> PdfReader:
    return PdfReader(file)


def _texts(pdf: PdfReader) -> dict[str, str]:
    """The text of each page by its label, white space made single."""
    return {
        label: " ".join(page.extract_text().split())
        for label, page in zip(pdf.page_labels, pdf.pages, strict=True)
    }


def _outline(pdf: PdfReader, items: Any = None) -> Iterator[tuple[str, str]]:
    for item in pdf.outline if items is None else items:
        if isinstance(item, list):
            yield from _outline(pdf, item)
        else:
            yield item.title, pdf.page_labels[pdf.get_destination_page_number(item)]


def _structure(node: Any) -> Iterator[Any]:
    node = node.get_object()
    if isinstance(node, list):
        for child in node:
            yield from _structure(child)
    elif hasattr(node, "get"):
        if "/S" in node:
            yield node
        if "/K" in node:
            yield from _structure(node["/K"])


def test_front_matter_is_numbered_apart_and_carries_the_digest(
    pdf: PdfReader, printed: Book
) -> None:
    labels = list(pdf.page_labels)
    first = labels.index("1")
    assert labels[:3] == ["i", "ii", "iii"]
    assert labels[first:] == [str(n) for n in range(1, len(labels) - first + 1)]
    for label, page in list(zip(labels, pdf.pages, strict=True))[2:]:
        assert label in page.extract_text().split(), f"page {label} prints another number"
    record = identity.load(printed.folder / "_build" / "html")
    title = pdf.pages[0].extract_text()
    assert record.digest in "".join(title.split())
    assert record.edition in title


def test_contents_and_lists_give_correct_page_numbers(pdf: PdfReader) -> None:
    texts = _texts(pdf)
    contents = next(text for label, text in texts.items() if text.startswith("Contents"))
    for title in ("1. Small page", "The formula and the figure", "2. Next page"):
        found = re.search(rf"{re.escape(title)}[ .]+(\d+)", contents)
        assert found, contents
        assert title in texts[found[1]]
    for heading, number, caption in (
        ("Figures", "1.1", "A line that rises"),
        ("Tables", "1.2", "A wide table"),
    ):
        lists = " ".join(text for label, text in texts.items() if not label.isdigit())
        found = re.search(rf"\b{heading} .*?\b{number} ?{caption}[ .]+(\d+)", lists)
        assert found, lists
        assert caption in texts[found[1]]


def test_the_outline_has_part_chapters_and_sections(pdf: PdfReader) -> None:
    outline = list(_outline(pdf))
    texts = _texts(pdf)
    for title in ("Contents", "I. The part", "1. Small page", "The formula and the figure"):
        label = dict(outline)[title]
        assert title in texts[label]
    assert [title for title, _ in outline].count("I. The part") == 1


def test_print_and_web_numbers_match(pdf: PdfReader, printed: Book) -> None:
    text = " ".join(_texts(pdf).values())
    record = identity.load(printed.folder / "_build" / "html")
    for item in record.items:
        if item.kind == "paragraph":
            assert f"¶ {item.id}" in text
        if item.kind == "finding":
            assert f"Finding {item.id}" in text
    assert "As counted" not in text
    assert "What this rests on" in text
    assert "Show the code" not in text
    assert "import pandas" not in text


def test_pdf_declares_pdf_a_and_pdf_ua(pdf: PdfReader) -> None:
    root = pdf.trailer["/Root"]
    assert root["/Lang"] == "en"
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert "/OutputIntents" in root
    metadata = root["/Metadata"].get_data().decode()
    assert re.search(r'pdfaid:part(="|>)2', metadata)
    assert re.search(r'pdfaid:conformance(="|>)A', metadata)
    assert pdf.metadata is not None
    assert pdf.metadata.title == project().title
    assert "/EmbeddedFiles" not in root.get("/Names", {})


def test_it_conforms_to_pdf_a_and_pdf_ua(file: Path, tmp_path: Path) -> None:
    assert conformance.failures(file) == []
    # The validator sees what is missing: the same file without its declaration of PDF/UA.
    damaged = tmp_path / "damaged.pdf"
    damaged.write_bytes(file.read_bytes().replace(b'pdfuaid:part="1"', b'pdfuaid:part="7"'))
    assert [name.split(":")[0] for name in conformance.failures(damaged)] == ["PDFUA1-ID-PART-001"]


def test_tag_structure_serves_screen_readers(pdf: PdfReader) -> None:
    nodes = list(_structure(pdf.trailer["/Root"]["/StructTreeRoot"]["/K"]))
    for node in nodes:
        kids = [kid.get_object() for kid in node["/K"] if hasattr(kid, "get_object")]
        tags = {kid["/S"] for kid in kids if isinstance(kid, dict) and "/S" in kid}
        if node["/S"] == "/LI":
            assert tags <= {"/Lbl", "/LBody"}
        if node["/S"] == "/TH":
            assert node["/A"]["/Scope"] in ("/Row", "/Column")
    last = pdf.pages[-1].get_contents()
    assert last is not None
    assert b"/Pagination" in last.get_data()


def test_pictures_and_formulas_have_text_alternatives(pdf: PdfReader) -> None:
    figures = [
        node
        for node in _structure(pdf.trailer["/Root"]["/StructTreeRoot"]["/K"])
        if node["/S"] == "/Figure"
    ]
    words = [str(node.get("/Alt", "")) for node in figures]
    assert all(words)
    assert "From 1 to 3. It rises by 2." in words
    assert any(r"\hat p = \frac{x}{n}" in word for word in words)
    assert any(word.startswith("25.0%") for word in words)
    tags = {str(n["/S"]) for n in _structure(pdf.trailer["/Root"]["/StructTreeRoot"]["/K"])}
    assert {"/H1", "/H2", "/P", "/Table", "/TH", "/TD", "/L", "/Link", "/Caption"} <= tags


def _check_fonts(pdf: PdfReader) -> None:
    """Every font is one that the project brings, embedded in part."""
    fonts: dict[str, Any] = {}
    for page in pdf.pages:
        for font in page["/Resources"]["/Font"].values():
            below = font.get_object()["/DescendantFonts"][0].get_object()
            fonts[below["/BaseFont"]] = below["/FontDescriptor"].get_object()
    assert fonts
    for name, descriptor in fonts.items():
        assert {"/FontFile2", "/FontFile3"} & set(descriptor), name
        assert re.match(r"/[A-Z]{6}\+(Source-S|Print-)", name), name


def test_figures_are_vectors_and_fonts_are_subsets(pdf: PdfReader) -> None:
    _check_fonts(pdf)
    for page in pdf.pages:
        assert not page.images


@pytest.mark.skipif(not shutil.which("pdftotext"), reason="needs pdftotext (poppler-utils)")
def test_no_content_overflows_the_page(file: Path) -> None:
    found = subprocess.run(
        ["pdftotext", "-bbox", str(file), "-"], capture_output=True, text=True, check=True
    ).stdout
    margin = 1.0 * 72 - 4
    for page in re.finditer(r'<page width="([\d.]+)" height="[\d.]+">(.*?)</page>', found, re.S):
        width = float(page[1])
        for word in re.finditer(r'xMin="([-\d.]+)" yMin="[-\d.]+" xMax="([-\d.]+)".*', page[2]):
            assert float(word[1]) >= 0.9 * margin, word[0]
            assert float(word[2]) <= width - 0.9 * margin, word[0]


@pytest.mark.skipif(not shutil.which("pdftotext"), reason="needs pdftotext (poppler-utils)")
def test_no_page_is_near_empty(file: Path) -> None:
    assert sum(1 for _page in filled.read(file)) > 3
    assert filled.near_empty(file) == []


def test_external_links_have_notes_and_internal_links_pages(pdf: PdfReader) -> None:
    texts = _texts(pdf)
    whole = " ".join(texts.values())
    assert re.search(r"Notes 1 https://example.org/a-page", whole)
    found = re.search(r"the next chapter \(p\. (\d+)\)", whole)
    assert found
    assert "2. Next page" in texts[found[1]]


def test_the_index_leads_to_pages_that_name_the_place(pdf: PdfReader) -> None:
    texts = _texts(pdf)
    index = next(text for text in texts.values() if text.startswith("Index of jurisdictions"))
    for name in ("California", "Merced County", "Boston"):
        found = re.search(rf"\b{name}, (\d+)", index)
        assert found, index
        assert name in texts[found[1]]


def test_pdf_is_reproducible_in_another_folder(
    printed: Book, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    again = copied(printed, tmp_path / "another folder")
    (again.folder / "_build" / "pdf" / file.name).unlink()
    result = again.scomm("pdf")
    assert result.returncode == 0, result.stderr
    assert (again.folder / "_build" / "pdf" / file.name).read_bytes() == file.read_bytes()


def test_edition_contains_the_pdf_of_its_digest(printed: Book, file: Path) -> None:
    result = printed.scomm("edition")
    assert result.returncode == 0, result.stderr
    assert (printed.folder / "dist" / file.stem / file.name).read_bytes() == file.read_bytes()
    record = identity.load(printed.folder / "_build" / "html")
    assert matches_record(file, record)
    assert not matches_record(file, replace(record, digest="0" * 64))


def test_header_of_a_long_table_repeats_on_each_page(pdf: PdfReader) -> None:
    pages_of_rows = [text for text in _texts(pdf).values() if re.search(r"County \d+ \d+", text)]
    assert len(pages_of_rows) > 1
    assert all("County Number" in text for text in pages_of_rows)


def test_the_second_volume_holds_every_place(printed: Book, file: Path) -> None:
    succeeded(printed.scomm("pdf", "places"))
    volume = file.with_name(f"{file.stem}-places.pdf")
    assert conformance.failures(volume) == []
    assert filled.near_empty(volume) == []
    pdf = PdfReader(volume)
    _check_fonts(pdf)
    texts = _texts(pdf)
    contents = " ".join(text for label, text in texts.items() if not label.isdigit())
    names = {title: label for title, label in _outline(pdf) if title != "Contents"}
    for name in ("Alabama", "Wyoming", "Atlanta area", "Washington area"):
        found = re.search(rf"(?<!West ){name}[ .]+(\d+)", contents)
        assert found, contents
        assert texts[found[1]].startswith(name)
        assert names[name] == found[1]
    # Every area has two pages; what follows the first has the place as its head.
    assert names["Baltimore area"] == str(int(names["Atlanta area"]) + 2)
    assert "Atlanta area" in texts[str(int(names["Atlanta area"]) + 1)]
    record = identity.load(printed.folder / "_build" / "html")
    assert volume_is_of(volume, record)
    assert not volume_is_of(volume, replace(record, digest="0" * 64))


def test_a_datasheet_and_an_exhibit_as_pdf(printed: Book, tmp_path: Path) -> None:
    result = printed.scomm("pdf", "datasheet", "Rhode Island", "-o", str(tmp_path / "ri.pdf"))
    assert result.returncode == 0, result.stderr
    sheet = PdfReader(tmp_path / "ri.pdf")
    assert len(sheet.pages) <= 2
    text = " ".join(page.extract_text() for page in sheet.pages)
    assert "Providence County" in text
    _check_fonts(sheet)
    assert sheet.trailer["/Root"]["/MarkInfo"]["/Marked"]
    result = printed.scomm("pdf", "datasheet", "SNA", "-o", str(tmp_path / "sna.pdf"))
    assert result.returncode == 0, result.stderr
    area = PdfReader(tmp_path / "sna.pdf")
    assert len(area.pages) <= 2
    assert "Share without a recorded conviction, by month" in area.pages[0].extract_text()
    _check_fonts(area)
    result = printed.scomm("exhibit", "F1.1", "--pdf", "-o", str(tmp_path))
    assert result.returncode == 0, result.stderr
    folder = next(path for path in tmp_path.iterdir() if path.is_dir())
    for name in ("summary", "sources", "certification"):
        _check_fonts(PdfReader(folder / f"{name}.pdf"))
        assert f"{name}.pdf" in (folder / "SHA256SUMS").read_text()
    assert "1" in PdfReader(folder / "summary.pdf").pages[0].extract_text()


def test_errors_have_plain_messages(printed: Book) -> None:
    result = printed.scomm("pdf", "datasheet", "Atlantis")
    assert result.returncode == 2
    assert "no datasheet 'Atlantis'" in result.stderr
    assert "Traceback" not in result.stderr


def test_without_pango_the_command_says_what_to_install(printed: Book, tmp_path: Path) -> None:
    """A loader that finds no library, as on a machine without Pango."""
    (tmp_path / "sitecustomize.py").write_text(
        "import ctypes.util, cffi\n"
        "def dlopen(self, name, *rest): raise OSError(f'cannot load library {name!r}')\n"
        "cffi.FFI.dlopen = dlopen\n"
    )
    source = printed.folder / "src"
    shutil.copy(tmp_path / "sitecustomize.py", source / "sitecustomize.py")
    try:
        result = printed.scomm("pdf")
    finally:
        (source / "sitecustomize.py").unlink()
    assert result.returncode == 2
    assert "apt-get install libpango" in result.stderr
    assert "Traceback" not in result.stderr


def test_only_place_names_are_indexed() -> None:
    def names(text: str) -> set[tuple[str, str]]:
        return {(entry.under, entry.name) for entry in places.named_places(text)}

    assert names("Orange County, Florida, and West Virginia") == {
        ("Florida", "Orange County"),
        ("", "Florida"),
        ("", "West Virginia"),
    }
    assert names("Orange County in a state that is not named") <= {("California", "Orange County")}
    assert names("The Seattle area and the city of Seattle") == {
        (places.areas_heading(), "Seattle")
    }
    assert names("University of Washington; The New York Times") == set()


def test_sheets_are_found_by_code_and_name() -> None:
    assert page_of("CA") == page_of("california") == "datasheets/state-ca"
    assert page_of("BOS") == page_of("Boston area") == "datasheets/area-bos"
