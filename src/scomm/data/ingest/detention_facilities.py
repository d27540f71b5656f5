"""The facilities sheet of a posting: its header by its labels, and a row a facility."""

from __future__ import annotations

import re

import pandas as pd

from scomm.data import detention as names
from scomm.data.ingest.base import DECIMALS
from scomm.data.ingest.detention_cells import ROUNDING, check_merged, normalise_label, read_number
from scomm.data.ingest.sheets import Sheet
from scomm.data.mappings import areas, facility_names

_TEXT = {
    "Name": "facility",
    "City": "city",
    "State": "state",
    "AOR": "aor",
    "Type Detailed": "type",
}
_STAY = "ALOS"
_NUMBERS = {**names.CRIMINALITY, **names.LEVELS, **names.THREAT, **names.MANDATORY}
_BEDS = "Guaranteed Minimum"
_NEEDED = (*_TEXT, *_NUMBERS, _BEDS, _STAY)
_LABELS = {normalise_label(label): label for label in _NEEDED}
# Columns that are not read; the last kind changes its names every year.
_LEFT_OUT = re.compile(r"Address|Zip|Male/Female|.*(Inspection|Rating|Standard)\b.*", re.IGNORECASE)
_SUMS = (names.LEVELS, names.CRIMINALITY, names.THREAT)
_ENOUGH = 8  # labels that make a row the header of facilities, although some may be renamed
_REMEDY_HEADER = (
    "The header was moved, merged or renamed; if the agency renamed the column, add it to "
    "scomm.data.ingest.detention_facilities."
)


def header_row(sheet: Sheet) -> int | None:
    """Return the header row of a table of facilities, None if the sheet has none.

    Where the header is printed a second time under itself, the second one counts.
    """
    found = None
    for row in range(min(len(sheet.cells), 30)):
        labels = {_known(sheet.text(row, column)) for column in range(len(sheet.cells[row]))}
        if len(labels - {""}) >= _ENOUGH:
            found = row
        elif found is not None:
            break
    return found


def _known(text: str) -> str:
    """Return the known label of a header cell, empty for an unknown one."""
    return _LABELS.get(re.sub(r"^fy ?\d+ (?=alos$)", "", normalise_label(text)), "")


def title_cells(sheet: Sheet, header: int) -> list[tuple[int, int]]:
    """Return (row, column) of the cells of a facilities sheet that can name its fiscal year."""
    said = re.compile(r"ICE FACILITIES DATA|FY ?\d+ (ADP|ALOS)", re.IGNORECASE)
    return [
        (row, column)
        for row in range(header + 1)
        for column in range(len(sheet.cells[row]))
        if said.match(sheet.text(row, column))
    ]


def _columns(sheet: Sheet, header: int) -> dict[str, int]:
    """Return the column of each label of a facilities sheet. Raises SourceError."""
    columns: dict[str, int] = {}
    for column in range(len(sheet.cells[header])):
        text = sheet.text(header, column)
        label = _known(text)
        if label in columns:
            raise sheet.refuse(
                header, column, f"a second header {text!r}", "each once", _REMEDY_HEADER
            )
        if label:
            columns[label] = column
        elif text and not _LEFT_OUT.fullmatch(text):
            raise sheet.refuse(
                header,
                column,
                f"the header {text!r}",
                f"one of {', '.join(_NEEDED)}, or a column of inspections",
                _REMEDY_HEADER,
            )
    missing = [label for label in _NEEDED if label not in columns]
    if missing:
        raise sheet.refuse(header, 0, "no header " + ", ".join(missing), "each", _REMEDY_HEADER)
    return columns


def _numbers(sheet: Sheet, row: int, columns: dict[str, int]) -> dict[str, object]:
    """Return a facility's averages; a blank stays missing, and so do #N/A in all of them.

    Levels, columns by criminality and threat levels must each make the same population. Raises
    SourceError.
    """
    faults = [sheet.faults.get((row, columns[label])) for label in _NUMBERS]
    if all(fault == "#N/A" for fault in faults):
        return {**dict.fromkeys(_NUMBERS.values()), "note": names.NOT_AVAILABLE}
    values = {name: read_number(sheet, row, columns[label]) for label, name in _NUMBERS.items()}
    sums = {
        " + ".join(labels): sum(values[name] or 0 for name in labels.values()) for labels in _SUMS
    }
    for said, total in sums.items():
        first, expected = next(iter(sums.items()))
        if abs(total - expected) > ROUNDING:
            raise sheet.refuse(
                row,
                columns[said.split(" + ", 1)[0]],
                f"{said} = {total:,.4f}",
                f"{expected:,.4f}, the sum of {first}",
                "A number of this row was changed, or its columns are shifted; compare it with "
                "the agency's next posting.",
            )
    blank = all(value is None for value in values.values())
    rounded = {
        name: None if value is None else round(value, DECIMALS) for name, value in values.items()
    }
    return {**rounded, "note": names.BLANK if blank else None}


def _beds(sheet: Sheet, row: int, column: int) -> int | None:
    """Return a guaranteed minimum, missing where the cell is blank or says N/A."""
    if sheet.text(row, column) == "N/A":
        return None
    value = read_number(sheet, row, column, whole=True)
    return None if value is None else int(value)


def _stay(sheet: Sheet, row: int, column: int) -> float | None:
    """Return an average length of stay, missing where the cell is blank, #N/A or #DIV/0!."""
    if sheet.faults.get((row, column)) in ("#N/A", "#DIV/0!"):
        return None
    value = read_number(sheet, row, column)
    return None if value is None else round(value, DECIMALS)


def read_facilities(sheet: Sheet, header: int) -> pd.DataFrame:
    """Return the rows of a facilities sheet unchanged. Raises SourceError.

    A row under the table that has text in its first cell alone is a footnote.
    """
    columns = _columns(sheet, header)
    last = max(
        row for row, cells in enumerate(sheet.cells) if sum(cell != "" for cell in cells) > 1
    )
    check_merged(sheet, range(header, last + 1), columns.values())
    codes = {code: code for code in areas()["code"]}
    codes |= dict(zip(areas()["name"], areas()["code"], strict=True))
    named = facility_names()
    keys = zip(named["facility"], named["city"], named["state"], strict=True)
    common = dict(zip(keys, named["common_name"], strict=True))
    seen: dict[tuple[str, str, str], int] = {}
    records: list[dict[str, object]] = []
    end = 0
    for row in range(header + 1, len(sheet.cells)):
        filled = [place for place, cell in enumerate(sheet.cells[row]) if cell != ""]
        if filled in ([], [columns["Name"]]):
            end = end or (row if filled else 0)
            continue
        text = {name: sheet.text(row, columns[label]) for label, name in _TEXT.items()}
        if end:
            raise sheet.refuse(
                row, columns["Name"], f"{text['facility']!r} under the footnotes",
                f"no facility after the first footnote, in row {end + 1}",
            )  # fmt: skip
        for label, pattern in (("Name", r".*[A-Za-z].*"), ("City", r".*[A-Za-z].*"),
                               ("State", "[A-Z]{2}|"), ("Type Detailed", r".*[A-Za-z].*|")):  # fmt: skip
            found = text[_TEXT[label]]
            if not re.fullmatch(pattern, found):
                cell = repr(sheet.value(row, columns[label]))
                expected = f"a {label.lower()}" + (" of two letters" if label == "State" else "")
                raise sheet.refuse(row, columns[label], cell, expected, _REMEDY_HEADER)
        if text["aor"] not in codes:
            raise sheet.refuse(
                row, columns["AOR"], f"the area {text['aor']!r}", "a code or name of "
                "data/hand/aor.csv", "If the area is new, add a row with a reason to that file.",
            )  # fmt: skip
        key = (text["facility"], text["city"], text["state"])
        if key in seen:
            raise sheet.refuse(
                row, columns["Name"], f"{', '.join(key)} a second time",
                f"each facility once; the first is in row {seen[key] + 1}",
                "A row was repeated; fetch the file again, or use the posting after it.",
            )  # fmt: skip
        seen[key] = row
        records.append(
            {
                **text,
                "common_name": common.get(key, text["facility"]),
                "state": text["state"] or None,
                "aor": codes[text["aor"]],
                "type": text["type"] or None,
                **_numbers(sheet, row, columns),
                "guaranteed_minimum": _beds(sheet, row, columns[_BEDS]),
                "average_length_of_stay": _stay(sheet, row, columns[_STAY]),
            }
        )
    if not records:
        raise sheet.refuse(header + 1, 0, "no facility", "a row a facility under the header")
    return pd.DataFrame(records)
