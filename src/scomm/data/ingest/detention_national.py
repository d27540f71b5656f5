"""The blocks of a detention sheet: one contract a measure, whatever the year of the posting.

A block is a title, a header row under it, and rows of numbers. Each contract says which title it
has, which labels its header and rows may carry, and which numbers must add to which. Rows and
columns of a sheet count from 0.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from scomm.data import detention as names
from scomm.data.ingest.detention_cells import (
    ROUNDING,
    check_merged,
    fiscal_year,
    normalise_label,
    read_label,
    read_number,
)
from scomm.data.ingest.sheets import Sheet

_MONTHS = {
    month: read_number
    for read_number, month in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
    )
}
# A month's header is known by three letters; of the whole year by one of these.
_TOTAL = re.compile(r"(fy ?\d* ?)?(ytd ?)?(overall|total)|fytd|fy ytd")
# Labels of criminality in every year, as `plain` writes them. A label that is not here is refused.
CLASSES = {
    "convicted criminal": names.CONVICTED,
    "convicted criminals": names.CONVICTED,
    "pending criminal charges": names.PENDING,
    "pending criminal charge": names.PENDING,
    "other immigration violator": names.OTHER,
    "other immigration violators": names.OTHER,
    "non criminal": names.NON_CRIMINAL,
    "noncriminal": names.NON_CRIMINAL,
    "total": names.ALL,
}
AGENCIES = {
    "cbp average": "CBP",
    "ice average": "ICE",
    "average": names.ALL,
    "total average": names.ALL,
    "cbp": "CBP",
    "ice": "ICE",
    "total": names.ALL,
}
_BONDED_OUT, _SUBREASONS = "Bonded Out", ("Bond Set by ICE", "Bond Set by IJ")
# Reasons that some postings write with other capitals; a reason that is not here stays as printed.
_SPELLINGS = {
    normalise_label(reason): reason
    for reason in (
        _BONDED_OUT,
        *_SUBREASONS,
        "Court Ordered",
        "Order of Recognizance",
        "Order of Supervision",
        "Paroled",
        "Prosecutorial Discretion",
        "Proceedings Terminated",
        "Release to Remove",
        "Relief Granted by IJ",
        "Transferred",
        "Other",
    )
}
_AVERAGE = re.compile(r"(cbp|ice)\b.*\baverage")
_COUNTED = 0.5


class Key(NamedTuple):
    """Key of one printed number within its measure."""

    reason: str
    agency: str
    criminality: str
    period: str


@dataclass
class Block:
    """The printed numbers of one measure, with the cell of each."""

    measure: str
    cells: dict[Key, tuple[float, int, int]] = field(default_factory=dict)


@dataclass(frozen=True)
class Contract:
    """Contract of a block: its measures by title, its reader, whether parts add up to totals."""

    titles: dict[str, re.Pattern[str]]
    read: Callable[[Sheet, int, int, str, dt.date], Block]
    adds: bool = True
    within: float = _COUNTED
    needed: bool = True


def _header(sheet: Sheet, row: int, column: int, first: str) -> tuple[int, list[int]]:
    """Return the row of a block's header and the columns it labels, after ``first``.

    The header stands in one of the two rows under the title. Raises SourceError.
    """
    for line in (row + 1, row + 2):
        if sheet.text(line, column).lower() == first.lower():
            width = column + 1
            while sheet.text(line, width):
                width += 1
            return line, list(range(column + 1, width))
    raise sheet.refuse(
        row + 1,
        column,
        repr(sheet.text(row + 1, column)),
        f"the header {first!r} under {sheet.text(row, column)!r}",
        "The header was moved, merged or renamed; compare the sheet with an earlier posting.",
    )


def _period(sheet: Sheet, row: int, column: int, posted: dt.date) -> str:
    """Return the period that a header labels: a month's first day, or to date."""
    text = normalise_label(sheet.text(row, column))
    if _TOTAL.fullmatch(text):
        return names.TO_DATE
    month = _MONTHS.get(text[:3]) if text.isalpha() else None
    if month is None:
        raise sheet.refuse(
            row,
            column,
            f"the header {sheet.text(row, column)!r}",
            "a month, 'Total' or 'FY Overall'",
            "The header was moved, merged or renamed; compare the sheet with an earlier posting.",
        )
    year = fiscal_year(posted) - (month >= 10)
    return dt.date(year, month, 1).isoformat()


class _Writer:
    """Collect a block's numbers, each key once, without months that had not begun."""

    def __init__(self, sheet: Sheet, measure: str, posted: dt.date, whole: bool) -> None:
        self.sheet, self.posted, self.whole = sheet, posted, whole
        self.block = Block(measure)

    def put(self, key: Key, row: int, column: int) -> None:
        """Read one cell. Raises SourceError if it is no number or its key is a duplicate."""
        value = read_number(self.sheet, row, column, whole=self.whole)
        if key in self.block.cells:
            raise self.sheet.refuse(
                row, column, f"a second number for {', '.join(key)}", "each once"
            )
        if key.period[:1] == "2" and key.period > self.posted.isoformat():
            if value:
                raise self.sheet.refuse(
                    row,
                    column,
                    f"{value:g} in the month of {key.period}",
                    f"zero or a blank: the footnotes say that the data go to {self.posted}",
                    "The sheet or its footnotes are another posting's; fetch the file again.",
                )
            return
        if value is None:
            if key.criminality == names.ALL:
                raise self.sheet.refuse(row, column, "a blank", "a number in a row of totals")
            return
        self.block.cells[key] = (value, row, column)


def _months(sheet: Sheet, line: int, columns: list[int], posted: dt.date) -> list[tuple[int, str]]:
    """Return the columns with their periods. Raises SourceError without one for the year."""
    periods = [(column, _period(sheet, line, column, posted)) for column in columns]
    if sum(period == names.TO_DATE for _, period in periods) != 1:
        raise sheet.refuse(
            line,
            columns[0] if columns else 0,
            f"header {[sheet.text(line, column) for column in columns]}",
            "months and one column for the fiscal year",
        )
    return periods


def _by_agency_and_class(
    sheet: Sheet, row: int, column: int, measure: str, posted: dt.date
) -> Block:
    """Read averages by arresting agency, criminality and month."""
    line, columns = _header(sheet, row, column, "Agency")
    periods = _months(sheet, line, columns, posted)
    writer = _Writer(sheet, measure, posted, whole=False)
    agency, row = "", line + 1
    while text := normalise_label(sheet.text(row, column)):
        if text in AGENCIES or _AVERAGE.fullmatch(text):
            agency, criminality = AGENCIES.get(text, text[:3].upper()), names.ALL
        else:
            criminality = read_label(sheet, row, column, CLASSES, "the class")
        for place, period in periods:
            writer.put(Key(names.ALL, agency, criminality, period), row, place)
        row += 1
    check_merged(sheet, range(line, row), range(column, columns[-1] + 1))
    return writer.block


def _by_agency(sheet: Sheet, row: int, column: int, measure: str, posted: dt.date) -> Block:
    """Read counts by arresting agency and month."""
    line, columns = _header(sheet, row, column, "Agency")
    periods = _months(sheet, line, columns, posted)
    writer = _Writer(sheet, measure, posted, whole=True)
    row = line + 1
    while sheet.text(row, column):
        agency = read_label(sheet, row, column, AGENCIES, "the agency")
        for place, period in periods:
            writer.put(Key(names.ALL, agency, names.ALL, period), row, place)
        row += 1
    check_merged(sheet, range(line, row), range(column, columns[-1] + 1))
    return writer.block


def _by_class(sheet: Sheet, row: int, column: int, measure: str, posted: dt.date) -> Block:
    """Read counts to date by criminality, of every type of facility together."""
    line, columns = _header(sheet, row, column, "Facility Type")
    writer = _Writer(sheet, measure, posted, whole=True)
    if sheet.text(line + 1, column).lower() != "total":
        found = repr(sheet.text(line + 1, column))
        raise sheet.refuse(line + 1, column, found, "the row 'Total' under the header")
    for place in columns:
        criminality = read_label(sheet, line, place, CLASSES, "the class")
        key = Key(names.ALL, names.ALL, criminality, names.TO_DATE)
        writer.put(key, line + 1, place)
    check_merged(sheet, (line, line + 1), range(column, columns[-1] + 1))
    return writer.block


def _detained(sheet: Sheet, row: int, column: int, measure: str, posted: dt.date) -> Block:
    """Read people detained on one day, and compare the printed shares with the counts."""
    line, columns = _header(sheet, row, column, "Criminality")
    labels = {"percent ice": "ICE", "percent cbp": "CBP"}
    writer = _Writer(sheet, measure, posted, whole=True)
    shares = {place for place in columns if normalise_label(sheet.text(line, place)) in labels}
    row = line + 1
    while sheet.text(row, column):
        criminality = read_label(sheet, row, column, CLASSES, "the class")
        for place in columns:
            if place not in shares:
                agency = read_label(sheet, line, place, AGENCIES, "the header")
                key = Key(names.ALL, agency, criminality, names.SNAPSHOT)
                writer.put(key, row, place)
        whole = writer.block.cells.get(Key(names.ALL, names.ALL, criminality, names.SNAPSHOT))
        for place in shares:
            agency = labels[normalise_label(sheet.text(line, place))]
            part = writer.block.cells.get(Key(names.ALL, agency, criminality, names.SNAPSHOT))
            if not whole or not whole[0] or not part:
                continue
            share = read_number(sheet, row, place)
            if share is None or abs(share - part[0] / whole[0]) > 0.001:
                raise sheet.refuse(
                    row,
                    place,
                    f"{sheet.text(line, place)} {share}",
                    f"the share {part[0] / whole[0]:.4f} that the counts beside it give",
                    "The column holds percentages, or its counts are another's; compare the cell with "
                    "other postings.",
                )
        row += 1
    check_merged(sheet, range(line, row), range(column, columns[-1] + 1))
    return writer.block


def _reason(text: str) -> str:
    """Normalise the spelling of a reason; some postings add `Total` to the row of its total."""
    bare = text.removesuffix(" Total")
    return (
        names.ALL
        if normalise_label(text) == "total"
        else _SPELLINGS.get(normalise_label(bare), bare)
    )


def _by_reason(sheet: Sheet, row: int, column: int, measure: str, posted: dt.date) -> Block:
    """Read releases by reason: by criminality in columns, or in rows with months in columns."""
    line, columns = _header(sheet, row, column, "Release Reason")
    writer = _Writer(sheet, measure, posted, whole=True)
    in_rows = sheet.text(line, column + 1).lower() == "criminality"
    periods = _months(sheet, line, columns[1:], posted) if in_rows else []
    reason, row = names.ALL, line + 1
    while sheet.text(row, column) or (in_rows and sheet.text(row, column + 1)):
        if text := sheet.text(row, column):
            reason = _reason(text)
        if in_rows:
            # A row that names its reason and no class is the reason's total.
            kind = names.ALL
            if sheet.text(row, column + 1) or not text:
                kind = read_label(sheet, row, column + 1, CLASSES, "the class")
            for place, period in periods:
                writer.put(Key(reason, names.ALL, kind, period), row, place)
        else:
            for place in columns:
                kind = read_label(sheet, line, place, CLASSES, "the class")
                writer.put(Key(reason, names.ALL, kind, names.TO_DATE), row, place)
        row += 1
    check_merged(sheet, range(line, row), range(column + 1, columns[-1] + 1))
    return writer.block


def _removals(sheet: Sheet, row: int, column: int, measure: str, posted: dt.date) -> Block:
    """Read the number of removals to date, in the last column that the header labels."""
    writer = _Writer(sheet, measure, posted, whole=True)
    line = row + 1
    labels = {place: sheet.text(line, place).lower() for place in range(column, column + 4)}
    headed = [place for place, label in labels.items() if label in ("removals", "total")]
    if not headed or {label for label in labels.values() if label} - {"removals", "total"}:
        found = repr(list(filter(None, labels.values())))
        raise sheet.refuse(line, column, found, "a header of 'Removals' or 'Total'")
    if sheet.text(line + 1, column).lower() != "total":
        found = repr(sheet.text(line + 1, column))
        raise sheet.refuse(line + 1, column, found, "the row 'Total' under the header")
    place = headed[-1]
    key = Key(names.ALL, names.ALL, names.ALL, names.TO_DATE)
    writer.put(key, line + 1, place)
    return writer.block


def _one(measure: str, pattern: str) -> dict[str, re.Pattern[str]]:
    return {measure: re.compile(pattern, re.IGNORECASE)}


_AVERAGES = r"by Arresting Agency, Month,? and Criminality\b"
CONTRACTS = (
    Contract(
        _one(names.ADP, rf"ICE Average Daily Population {_AVERAGES}"),
        _by_agency_and_class,
        within=ROUNDING,
    ),
    Contract(
        _one(names.STAY, rf"ICE Average Length of Stay {_AVERAGES}"),
        _by_agency_and_class,
        adds=False,
        needed=False,
    ),
    Contract(
        _one(
            names.DETAINED,
            r"ICE Currently Detained( Population)? by Criminality and Arresting Agency\b",
        ),
        _detained,
    ),
    Contract(
        _one(names.BOOK_INS, r"ICE Initial Book[- ]?Ins by Arresting Agency and Month\b"),
        _by_agency,
    ),
    Contract(
        _one(names.BOOK_INS, r"ICE Initial Book[- ]?Ins by (Facility Type and )?Criminality\b"),
        _by_class,
    ),
    Contract(
        {
            **_one(names.RELEASES, r"ICE Final Releases by Release Reason\b"),
            **_one(names.BOOK_OUTS, r"ICE Final Book[- ]?Outs by Release Reason\b"),
        },
        _by_reason,
    ),
    Contract(_one(names.REMOVALS, r"ICE Removals\s*(:|$)"), _removals),
)


def find_titles(sheet: Sheet) -> dict[int, list[tuple[str, int, int]]]:
    """Find each contract's title: measure, row and column, by contract."""
    found: dict[int, list[tuple[str, int, int]]] = {}
    for row, cells in enumerate(sheet.cells):
        for column, cell in enumerate(cells):
            if not isinstance(cell, str) or cell[:3].upper() != "ICE":
                continue
            text = sheet.text(row, column)
            for place, contract in enumerate(CONTRACTS):
                for measure, pattern in contract.titles.items():
                    if pattern.match(text):
                        found.setdefault(place, []).append((measure, row, column))
    return found


def _add(sheet: Sheet, block: Block, within: float) -> None:
    """Raise SourceError at the first total that differs from the sum of its parts."""
    cells = block.cells

    def compare(total: Key, parts: list[Key], what: str) -> None:
        printed = [cells[part][0] for part in parts if part in cells]
        if total not in cells or not printed:
            return
        value, row, column = cells[total]
        if abs(value - sum(printed)) > within:
            raise sheet.refuse(
                row,
                column,
                f"{value:,.10g} for {what}",
                f"the sum of its parts, {sum(printed):,.10g}",
                "A part is missing, was changed or is another's; compare the sheet with the "
                "agency's next posting.",
            )

    classes = {key.criminality for key in cells} - {names.ALL}
    reasons = {key.reason for key in cells} - {names.ALL}
    months = {key.period for key in cells if key.period[:1] == "2"}
    for key in list(cells):
        named = f"{block.measure}, {', '.join(key)}"
        if key.criminality == names.ALL:
            compare(key, [key._replace(criminality=kind) for kind in sorted(classes)], named)
        if key.agency == names.ALL:
            compare(key, [key._replace(agency=agency) for agency in ("CBP", "ICE")], named)
        if key.reason == names.ALL:
            tops = sorted(reasons - set(_SUBREASONS))
            compare(key, [key._replace(reason=reason) for reason in tops], named)
        if key.reason == _BONDED_OUT:
            compare(key, [key._replace(reason=reason) for reason in _SUBREASONS], named)
        if key.period == names.TO_DATE and months and within == _COUNTED:
            compare(key, [key._replace(period=month) for month in sorted(months)], named)


def read_blocks(sheet: Sheet, posted: dt.date) -> list[Block]:
    """Read every measure of a detention sheet. Raises SourceError naming sheet and cell."""
    places = find_titles(sheet)
    blocks: list[Block] = []
    for place, contract in enumerate(CONTRACTS):
        found = places.get(place, [])
        if len(found) > 1 or (contract.needed and not found):
            title = " or ".join(pattern.pattern for pattern in contract.titles.values())
            row, column = found[1][1:] if found else (0, 0)
            raise sheet.refuse(
                row,
                column,
                f"{len(found)} blocks titled {title!r}",
                "one",
                "If the agency renamed it, add the title to scomm.data.ingest.detention_national.",
            )
        for measure, row, column in found:
            block = contract.read(sheet, row, column, measure, posted)
            if contract.adds:
                _add(sheet, block, contract.within)
            _drop_repeated(sheet, block, blocks)
            blocks.append(block)
    return blocks


def _drop_repeated(sheet: Sheet, block: Block, before: list[Block]) -> None:
    """Drop numbers that an earlier block of the measure prints too. Raises SourceError if they differ."""
    for other in before:
        for key in set(block.cells) & set(other.cells) if other.measure == block.measure else ():
            value, row, column = block.cells.pop(key)
            if value != other.cells[key][0]:
                raise sheet.refuse(
                    row,
                    column,
                    f"{value:,.10g} for {block.measure}, {', '.join(key)}",
                    f"{other.cells[key][0]:,.10g}, as in another block of the sheet",
                    "One of the two was not brought up to date; use the posting before or after.",
                )
