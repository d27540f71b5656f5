"""Workbooks of the detention statistics with one thing wrong are refused by file, sheet and cell."""

from __future__ import annotations

import html
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from citable import paths
from citable.errors import SourceError
from citable.tables.passports import passports_under
from citable.tables.reader import to_bytes
from citable.tables.schema import TABLES
from scomm.data.ingest import detention
from scomm.data.ingest.sheets import column_letters, read_workbook, sheet_member

ORIGINALS = paths.originals()
pytestmark = [
    pytest.mark.originals,
    pytest.mark.skipif(ORIGINALS is None, reason="the original source files are not here"),
]

FY19 = "detention/FY19-detentionstats.xlsx"
FY22 = "detention/FY22-detentionStats.xlsx"
FY24 = "detention/FY24_detentionStats.xlsx"
FY26 = "detention/FY26_detentionStats_04092026.xlsx"
BOOK, LINKS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
Members = dict[str, bytes]
Edit = Callable[[Members, str], None]


def save(folder: Path, path: str, members: Members) -> Path:
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in members.items():
            package.writestr(name, content)
    return folder


def damaged(folder: Path, path: str, sheet: str, *edits: Edit) -> Path:
    """Write a copy of a posting with one sheet edited in its XML; formulas keep their values."""
    assert ORIGINALS is not None
    with zipfile.ZipFile(ORIGINALS / path) as package:
        member = sheet_member(package, sheet)
        members = {name: package.read(name) for name in package.namelist()}
    for edit in edits:
        edit(members, member)
    return save(folder, path, members)


def put(cell: str, value: object) -> Edit:
    """Put a value into a cell: a number, a text, an error (#N/A), or a formula without a value."""
    if isinstance(value, int | float):
        content = f'<c r="{cell}"><v>{value}</v></c>'
    elif str(value).startswith("#"):
        content = f'<c r="{cell}" t="e"><v>{value}</v></c>'
    elif str(value).startswith("="):
        content = f'<c r="{cell}"><f>{html.escape(str(value)[1:])}</f></c>'
    else:
        content = f'<c r="{cell}" t="inlineStr"><is><t>{html.escape(str(value))}</t></is></c>'

    def edit(members: Members, member: str) -> None:
        pattern = rf'<c r="{cell}"[^>]*?(/>|>.*?</c>)'.encode()
        new, count = re.subn(pattern, lambda _: content.encode(), members[member], flags=re.DOTALL)
        assert count == 1, cell
        assert new != members[member], cell
        members[member] = new

    return edit


def merge(cells: str) -> Edit:
    def edit(members: Members, member: str) -> None:
        before = members[member]
        added = f'<mergeCell ref="{cells}"/></mergeCells>'.encode()
        members[member] = before.replace(b"</mergeCells>", added)
        assert members[member] != before

    return edit


def about(sheet: str, old: str, new: str) -> Edit:
    """Change how the workbook lists a sheet."""

    def edit(members: Members, member: str) -> None:
        text = members[BOOK].decode()
        tag = re.search(rf'<sheet [^>]*name="{sheet}"[^>]*>', text)
        assert tag is not None
        assert old in tag[0]
        members[BOOK] = text.replace(tag[0], tag[0].replace(old, new, 1)).encode()

    return edit


def text_of(path: str, sheet: str, row: int) -> list[object]:
    assert ORIGINALS is not None
    found = next(page for page in read_workbook(path, ORIGINALS) if page.name == sheet)
    return found.cells[row - 1]


def shifted(path: str, sheet: str, row: int) -> list[Edit]:
    """Move the labels of a header one column to the right, from the second on."""
    labels = [label for label in text_of(path, sheet, row) if label != ""]
    return [
        put(f"{column_letters(column)}{row}", labels[column - 1])
        for column in range(1, len(labels))
        if labels[column - 1] != labels[column]
    ]


D19, F19, N19 = "Detention FY19", "Facilities FY19", "Footnotes"
D22, F22 = "Detention FY22", "Facilities FY22"
D24, F24 = "Detention FY24", "Facilities EOFY24"
D26, F26 = "Detention FY26", "Facilities FY26"

REFUSED = {
    "another year in the title of the facilities": (
        FY22, F22, [put("A3", "ICE FACILITIES DATA, FY23")], "J5", "'FY22 ADP", "fiscal year 2023",
    ),
    "another year in the titles of the nation": (
        FY24, D24, [put("I18", "ICE Initial Book-Ins by Arresting Agency and Month: FY2023")],
        "I18", "FY2023", "fiscal year 2024",
    ),
    "days of another year in the footnotes": (
        FY24, "Footnotes", [put(f"B{row}", "ICE Detention data are updated through 09/30/2023.")
        for row in (50, 128, 133, 138, 143)], "B50", "2023-09-30", "a day of fiscal year 2024",
    ),
    "a day that there is not": (
        FY24, "Footnotes", [put("B50", "ICE Detention data are updated through 09/31/2024.")],
        "B50", "09/31/2024", "a day",
    ),
    "facilities drawn long before": (
        FY24, F24, [put("A6", "Data Source: ICE Integrated Decision Support (IIDS), 02/07/2024")],
        "A6", "2024-02-07", "a day near 2024-09-30",
    ),
    "an unknown header of facilities": (
        FY26, F26, [put("N10", "Male Status")], "N10", "'Male Status'", "one of Name",
    ),
    "a header of facilities twice": (
        FY26, F26, [put("O10", "Male Crim")], "O10", "a second header 'Male Crim'", "each once",
    ),
    "an unknown month": (FY19, D19, [put("C52", "Brumaire")], "C52", "'Brumaire'", "a month"),
    "a month twice": (FY19, D19, [put("C52", "Oct")], "C53", "a second number", "each once"),
    "an unknown agency": (FY24, D24, [put("I21", "USCIS")], "I21", "'USCIS'", "'cbp'"),
    "an unknown class": (
        FY24, D24, [put("A92", "Suspected Criminal")], "A92", "'Suspected Criminal'",
        "'convicted criminal'",
    ),
    "an unknown class in a header": (
        FY19, D19, [put("C37", "Acquitted")], "C37", "'Acquitted'", "'convicted criminal'",
    ),
    "a title renamed": (
        FY24, D24, [put("N27", "Departures: EOFY2024")], "A1", "0 blocks titled", "one",
    ),
    "a title twice": (
        FY24, D24, [put("A106", "ICE Average Daily Population by Arresting Agency, Month and "
        "Criminality: EOFY2024")], "A106", "2 blocks titled", "one",
    ),
    "a class that does not add to its agency": (
        FY19, D19, [put("B54", 5600)], "B53", "24,216", "the sum of its parts, 24,208",
    ),
    "agencies that do not add": (FY24, D24, [put("J21", 17279)], "J20", "24,118", "24,119"),
    "a class of book-outs that does not add": (
        FY24, D24, [put("O67", 56269)], "O66", "152,982", "152,983",
    ),
    "a reason that does not add": (FY19, D19, [put("E39", 54103)], "E38", "263,263", "263,264"),
    "two blocks that print one total differently": (
        FY19, D19, [put("B29", 155892), put("E29", 510855)], "E29", "510,855", "510,854",
    ),
    "facility levels that do not add": (
        FY26, F26, [put("J11", 1710.4)], "N11", "2,123.5191", "2,124.5913",
    ),
    "merged header of facilities": (FY26, F26, [merge("N10:O10")], "N10", "merged cells", "a value"),
    "merged numbers": (FY24, D24, [merge("C92:D92")], "C92", "merged cells", "a value"),
    "shifted header of the nation": (FY19, D19, [put("A52", "")], "A52", "''", "'Agency'"),
    "text in a number": (FY26, F26, [put("J11", "1,709.3")], "J11", "'1,709.3'", "a number"),
    "text in a count": (FY24, D24, [put("J21", "17278")], "J21", "'17278'", "a whole number"),
    "a fraction in a count": (FY24, D24, [put("J21", 17278.5)], "J21", "17278.5", "a whole number"),
    "a number below zero": (FY26, F26, [put("J11", -1)], "J11", "-1", "from 0"),
    "#N/A in one cell of a facility": (FY26, F26, [put("K11", "#N/A")], "K11", "#N/A", "a number"),
    "#N/A in a count": (FY24, D24, [put("P29", "#N/A")], "P29", "#N/A", "a whole number"),
    "a formula without a value": (
        FY24, D24, [put("J20", "=SUM(J21:J22)")], "J20", "a formula without a saved value",
        "a whole number",
    ),
    "percentages for shares": (FY24, D24, [put("C20", 36.1772)], "C20", "36.1772", "0.3618"),
    "a number in a month to come": (
        FY26, D26, [put("J97", 5)], "J97", "5 in the month of 2026-06-01", "2026-04-04",
    ),
    "a blank in a row of totals": (FY24, D24, [put("J20", "")], "J20", "a blank", "a number"),
    "a hidden sheet": (
        FY26, F26, [about(F26, "<sheet ", '<sheet state="hidden" ')], "A1", "a hidden sheet",
        "a visible one",
    ),
    "a facility twice in one city and state": (
        FY26, F26, [put("A12", "ADAMS COUNTY CORRECTIONAL CENTER"), put("C12", "NATCHEZ"),
        put("D12", "MS")], "A12", "a second time", "the first is in row 11",
    ),
    "an unknown area": (FY26, F26, [put("F11", "XYZ")], "F11", "'XYZ'", "data/hand/aor.csv"),
    "a state in full": (FY26, F26, [put("D11", "Mississippi")], "D11", "'Mississippi'", "a state"),
    "a facility under the footnotes": (
        FY22, F22, [put("A137", "[1] A NOTE"), *(put(f"{column_letters(place)}137", "")
        for place in (*range(1, 21), 21, 22, 23, 24, 25, 26, 27, 28, 29)),
        put("C139", "TOWN")], "A139", "under the footnotes", "row 137",
    ),
}  # fmt: skip


def check(error: SourceError, path: str, sheet: str, cell: str, found: str, expected: str) -> None:
    assert error.file == f"{path}, sheet {sheet}, cell {cell}", error
    assert found in error.found, error
    assert expected in error.expected, error
    assert error.remedy
    for words in (path, sheet, f"cell {cell}", error.remedy):
        assert words in str(error)


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str, tmp_path: Path) -> None:
    path, sheet, edits, cell, found, expected = REFUSED[name]
    folder = damaged(tmp_path, path, sheet, *edits)
    with pytest.raises(SourceError) as caught:
        detention.read(path, folder)
    check(caught.value, path, sheet, cell, found, expected)


def test_shifted_header_of_facilities(tmp_path: Path) -> None:
    folder = damaged(tmp_path, FY26, F26, *shifted(FY26, F26, 10))
    with pytest.raises(SourceError) as caught:
        detention.read(FY26, folder)
    assert f"{FY26}, sheet {F26}, cell " in str(caught.value)
    assert "header" in caught.value.remedy


def assembled(folder: Path, path: str, parts: dict[str, str]) -> Path:
    """Write a workbook of the values of sheets taken from several postings."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    assert ORIGINALS is not None
    for name, origin in parts.items():
        page = book.create_sheet(name)
        for found in read_workbook(origin, ORIGINALS):
            if found.name == name:
                for row in found.cells:
                    page.append([None if cell == "" else cell for cell in row])
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    book.save(file)
    return folder


def test_the_facilities_of_another_year(tmp_path: Path) -> None:
    parts = {D26: FY26, F24: FY24, "Footnotes": FY26}
    with pytest.raises(SourceError) as caught:
        detention.read(FY26, assembled(tmp_path, FY26, parts))
    check(caught.value, FY26, F24, "A3", "FY24", "fiscal year 2026")
    assert "posting" in caught.value.remedy


@pytest.mark.parametrize(
    ("missing", "words"),
    [
        (F26, "no sheet of facilities"),
        (D26, "no sheet of the nation's detention statistics"),
        ("Footnotes", "no footnote"),
    ],
)
def test_a_sheet_that_is_not_there(missing: str, words: str, tmp_path: Path) -> None:
    parts = {name: FY26 for name in (D26, F26, "Footnotes") if name != missing}
    with pytest.raises(SourceError, match=words) as caught:
        detention.read(FY26, assembled(tmp_path, FY26, parts))
    assert FY26 in str(caught.value)
    assert "cell A1" in str(caught.value)
    assert "fetch it again" in caught.value.remedy


def test_the_sheets_of_two_years_in_one_workbook(tmp_path: Path) -> None:
    """A sheet left from the year before is passed over, whatever the order of sheets."""
    parts = {F24: FY24, D24: FY24, F26: FY26, "Footnotes": FY26, D26: FY26}
    assert ORIGINALS is not None
    posting = detention.read(FY26, assembled(tmp_path, FY26, parts))
    whole = detention.read(FY26, ORIGINALS)
    assert posting.national.equals(whole.national)
    assert posting.facilities.equals(whole.facilities)


@pytest.mark.parametrize(
    ("path", "sheet", "edits"),
    [
        (FY26, F26, [about(F26, F26, "Sheet9")]),
        (FY26, D26, [about(D26, D26, "Old FY2019")]),
        (FY26, D26, [put("A97", " Convicted  criminal *")]),
        (FY26, F26, [put("I10", "ALOS")]),
        (FY26, "Header", [about("Header", "<sheet ", '<sheet state="hidden" ')]),
        (FY26, F26, [put("Z10", "Nakamoto Rating of the Year")]),
        (FY24, D24, [put("A38", "Bonded out Total"), put("B38", "")]),
        (FY26, "Footnotes", [put("B49", "FY2025 ICE Detention data go through 09/30/2025.")]),
    ],
    ids=["facilities renamed", "nation renamed", "spelled otherwise", "stay without its year",
         "another sheet hidden", "another column of inspections", "a reason's total named so",
         "a footnote of the year before"],
)  # fmt: skip
def test_read_to_the_same_tables(path: str, sheet: str, edits: list[Edit], tmp_path: Path) -> None:
    assert ORIGINALS is not None
    posting = detention.read(path, damaged(tmp_path, path, sheet, *edits))
    whole = detention.read(path, ORIGINALS)
    assert posting.national.equals(whole.national)
    assert posting.facilities.equals(whole.facilities)


def test_a_blank_stays_blank(tmp_path: Path) -> None:
    """A blank among averages is missing, if what is printed still adds; it is not zero."""
    row = text_of(FY26, F26, 11)
    assert row[15] == 0
    posting = detention.read(FY26, damaged(tmp_path, FY26, F26, put("P11", "")))
    assert posting.facilities["adp_female_crim"].isna().tolist()[:2] == [True, False]


def test_a_header_printed_twice(tmp_path: Path) -> None:
    """The second header is no facility: here it stands in the row of the first one."""
    labels = text_of(FY26, F26, 10)
    edits = [put(f"{column_letters(place)}11", label) for place, label in enumerate(labels)]
    posting = detention.read(FY26, damaged(tmp_path, FY26, F26, *edits))
    assert ORIGINALS is not None
    whole = detention.read(FY26, ORIGINALS).facilities
    assert posting.facilities.equals(whole.iloc[1:].reset_index(drop=True))


def test_a_file_under_another_name_says_what_it_is(tmp_path: Path) -> None:
    """The year is read from the sheets: the file's name says nothing."""
    assert ORIGINALS is not None
    other = "detention/FY19-renamed.xlsx"
    (tmp_path / "detention").mkdir()
    (tmp_path / other).write_bytes((ORIGINALS / FY24).read_bytes())
    assert detention.read(other, tmp_path).fiscal_year == 2024


def test_one_posting_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ORIGINALS is not None
    again = "detention/again.xlsx"
    (tmp_path / "detention").mkdir()
    for path, origin in ((FY24, FY24), (again, FY24)):
        (tmp_path / path).write_bytes((ORIGINALS / origin).read_bytes())
    monkeypatch.setattr(detention, "ORIGINALS", (FY24, again))
    with pytest.raises(SourceError, match=r"again\.xlsx: found data to 2024-09-30.*Keep"):
        detention.run(tmp_path)


def test_every_posting_with_a_passport_is_read_and_fits_its_schema() -> None:
    assert ORIGINALS is not None
    assert passports_under("detention") == detention.ORIGINALS
    assert len(detention.ORIGINALS) == 8
    outputs = {output.table: output.frame for output in detention.run(ORIGINALS)}
    for table in map(TABLES.__getitem__, detention.TABLES):
        content = to_bytes(outputs[table.name], table)[1]
        assert content == (paths.TABLES / table.filename).read_bytes()
