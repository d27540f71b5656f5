"""The agency's biweekly detention statistics: one workbook a posting, cumulative for its year.

A posting is read by what its sheets say of themselves. The footnotes give the day to which the data
go, and with it the fiscal year; the sheets of the nation and of the facilities are those with the
right content that name this year. A new posting is one passport under ``detention/``.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from citable.errors import SourceError
from citable.tables.passports import passports_under
from scomm.data import detention as names
from scomm.data.ingest.base import DECIMALS, Output
from scomm.data.ingest.detention_cells import fiscal_year, other_year, year_named, years_of
from scomm.data.ingest.detention_facilities import (
    header_row,
    read_facilities,
    title_cells,
)
from scomm.data.ingest.detention_national import Block, find_titles, read_blocks
from scomm.data.ingest.population import check_rows
from scomm.data.ingest.sheets import Sheet, read_workbook

ORIGINALS = passports_under("detention")
TABLES = ("detention_national", "detention_facilities")

_DAY = r"(\d{1,2})/(\d{1,2})/(\d{4}|\d{2})(?!\d)"
_THROUGH = re.compile(rf"ICE Detention data\b[^/]{{0,80}}?\b(?:through|to)\s+{_DAY}", re.IGNORECASE)
_SNAPSHOT = re.compile(rf"National Docket data are a snapshot as(?: of)?\s+{_DAY}", re.IGNORECASE)
_DRAWN = re.compile(rf"Source:.*\(IIDS\)\s*,?\s*(?:as of\s*)?{_DAY}", re.IGNORECASE)


@dataclass
class Posting:
    """Posting as read from its workbook: fiscal year, last day of its data, and both tables."""

    path: str
    fiscal_year: int
    posted: dt.date
    national: pd.DataFrame
    facilities: pd.DataFrame


def _days(pattern: re.Pattern[str], sheets: list[Sheet]) -> list[tuple[dt.date, Sheet, int, int]]:
    """Return the dates in texts of the sheets that match a pattern, each with its cell, in order."""
    found = []
    for sheet in sheets:
        for row, cells in enumerate(sheet.cells):
            for column, cell in enumerate(cells):
                if not isinstance(cell, str) or not (said := pattern.search(cell)):
                    continue
                month, day, year = map(int, said.groups())
                try:
                    date = dt.date(2000 + year % 100, month, day)
                except ValueError as error:
                    raise sheet.refuse(row, column, f"{said[0]!r}", "a day, m/d/yyyy") from error
                found.append((date, sheet, row, column))
    return found


def _choose(
    path: str, sheets: list[Sheet], year: int, titles: dict[str, list[tuple[int, int]]], what: str
) -> Sheet:
    """Return the one sheet of a kind that names the fiscal year.

    ``titles`` has the cells that can name a year, by sheet. Raises SourceError if the sheet is
    missing, hidden, doubled, or another year's.
    """
    candidates = [sheet for sheet in sheets if sheet.name in titles]
    shown = [sheet for sheet in candidates if not sheet.hidden]
    if not candidates:
        raise SourceError(
            f"{path}, sheets {', '.join(sheet.name for sheet in sheets)}, cell A1",
            found=f"no sheet of {what}",
            expected="one, known by its titles and headers",
            remedy="The file is another, or its headers were renamed; fetch it again.",
        )
    if not shown:
        raise candidates[0].refuse(
            0, 0, f"a hidden sheet of {what}", "a visible one",
            "A hidden sheet can be left from another posting; use the posting before or after it.",
        )  # fmt: skip
    right = [sheet for sheet in shown if years_of(sheet, titles[sheet.name]) == year]
    if len(right) > 1:
        raise right[1].refuse(0, 0, f"a second sheet of {what} of {year}", "one")
    if not right:
        row, column = next(
            cell for cell in titles[shown[0].name] if year_named(shown[0].text(*cell))
        )
        raise other_year(shown[0], row, column, year)
    return right[0]


def _check_footnote(
    shown: list[Sheet],
    year: int,
    posted: dt.date,
    where: list[Any],
    *kinds: dict[str, list[tuple[int, int]]],
) -> None:
    """Raise SourceError where the footnotes name another year than the sheets."""
    years = [
        {years_of(sheet, kind[sheet.name]) for sheet in shown if sheet.name in kind}
        for kind in kinds
    ]
    both = set.intersection(*years)
    if both and not any(year in found for found in years):
        sheet, row, column = where
        raise sheet.refuse(
            row,
            column,
            f"data through {posted}",
            f"a day of fiscal year {max(both)}, which the other sheets name",
            "The footnotes were not brought up to date; use the posting before or after it.",
        )


def _national(
    blocks: list[Block], year: int, posted: dt.date, snapshot: dt.date | None
) -> pd.DataFrame:
    """Return the printed numbers of all blocks, one a row."""
    return pd.DataFrame(
        [
            {
                "fiscal_year": year,
                "posted": posted,
                "measure": block.measure,
                **key._asdict(),
                "as_of": snapshot if key.period == names.SNAPSHOT else None,
                "value": round(value, DECIMALS),
                "unit": names.UNITS[block.measure],
            }
            for block in blocks
            for key, (value, _row, _column) in block.cells.items()
        ]
    )


def read(path: str, folder: Path) -> Posting:
    """Read one posting of any year. Raises SourceError naming file, sheet and cell."""
    sheets = read_workbook(path, folder)
    shown = [sheet for sheet in sheets if not sheet.hidden]
    through = _days(_THROUGH, shown)
    if not through:
        raise SourceError(
            f"{path}, sheet {sheets[-1].name}, cell A1",
            found="no footnote 'ICE Detention data are updated through m/d/yyyy'",
            expected="one, which says to what day the posting goes",
            remedy="The file is another or its footnotes were cut off; fetch it again.",
        )
    # Footnotes of earlier years, or of what is updated twice a year, can stand beside this one.
    posted, *where = max(through, key=lambda found: found[0])
    year = fiscal_year(posted)
    national = {
        sheet.name: [
            *((row, 0) for row in range(8) if "DETENTION DATA" in sheet.text(row, 0).upper()),
            *(cell[1:] for cells in found.values() for cell in cells),
        ]
        for sheet in sheets
        if len(found := find_titles(sheet)) > 1
    }
    headers = {sheet.name: header for sheet in sheets if (header := header_row(sheet)) is not None}
    titles = {
        sheet.name: title_cells(sheet, headers[sheet.name])
        for sheet in sheets
        if sheet.name in headers
    }
    _check_footnote(shown, year, posted, where, national, titles)
    nation = _choose(path, sheets, year, national, "the nation's detention statistics")
    place = _choose(path, sheets, year, titles, "facilities")
    drawn = next(iter(_days(_DRAWN, [place])), None)
    if drawn and not -31 <= (drawn[0] - posted).days <= 92:
        raise place.refuse(
            drawn[2],
            drawn[3],
            f"a sheet drawn on {drawn[0]}",
            f"a day near {posted}, to which the footnotes say that the data go",
            "The posting carries another's sheet; use the posting before or after it.",
        )
    facilities = read_facilities(place, headers[place.name]).assign(
        fiscal_year=year,
        posted=pd.Timestamp(posted),
        drawn=pd.Timestamp(drawn[0]) if drawn else pd.NaT,
    )
    facilities["guaranteed_minimum"] = facilities["guaranteed_minimum"].astype("Int64")
    snapshot = max(_days(_SNAPSHOT, shown), key=lambda found: found[0], default=None)
    table = _national(read_blocks(nation, posted), year, posted, snapshot and snapshot[0])
    for column in ("posted", "as_of"):
        table[column] = pd.to_datetime(table[column])
    return Posting(path, year, posted, table, facilities)


def run(folder: Path) -> list[Output]:
    """Read every posting that has a passport. Raises SourceError."""
    postings = [read(path, folder) for path in ORIGINALS]
    first: dict[tuple[int, dt.date], str] = {}
    for posting in postings:
        key = posting.fiscal_year, posting.posted
        if key in first:
            raise SourceError(
                posting.path,
                found=f"data to {posting.posted}, as in {first[key]}",
                expected="one posting a day",
                remedy="Keep the passport of one of the two in data/sources.toml.",
            )
        first[key] = posting.path
        check_rows(posting.path, int(posting.facilities["note"].isna().sum()))
    national = pd.concat([posting.national for posting in postings], ignore_index=True)
    facilities = pd.concat([posting.facilities for posting in postings], ignore_index=True)
    return [
        Output("detention_national", national, len(national), "one row a printed number"),
        Output("detention_facilities", facilities, len(facilities), "every facility is kept"),
    ]
