"""Index the jurisdictions that the printed text names.

An entry is made where a place is named as such: a state by its name, a county by its name with its
state or where no other county of this book has that name, an area by the word *area*. A city, a
person or a court that shares a place's name makes none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from citable.display.words import _
from citable.pdf.pages import Element, text_of
from scomm.data import ledger
from scomm.evidence.published import published
from scomm.places.datasheets import places, states

# Words after or before a state's name that make it another name.
_NOT_BEFORE = r"(?<!University of )(?<!Eastern District of )(?<!Western District of )"
_NOT_AFTER = r"(?! area\b)(?! Times\b)(?! City\b)(?!, D\.C\.)(?! \(state\))(?! Post\b)(?! v\.)"

_LEVELS = ("county", "jurisdiction")


@dataclass(frozen=True, order=True)
class Entry:
    """Line of the index: ``under`` is the state, or the heading of the areas; empty for a state."""

    under: str
    name: str


@cache
def _counties() -> dict[str, set[str]]:
    """Return the postal codes of the states that have a county of a name."""
    found: dict[str, set[str]] = {}
    for place in places():
        if place.kind == "county":
            found.setdefault(place.name, set()).add(place.state)
    return found


@cache
def _published() -> dict[str, str]:
    """Return the postal codes of places for which a figure was printed, by name.

    They are named without their state where the text has said which they are.
    """
    level = ledger.figures()["level"]
    found: dict[str, set[str]] = {}
    for item in published().values():
        if level[item.ids[0]] in _LEVELS and item.state in states():
            found.setdefault(item.jurisdiction, set()).add(item.state)
    return {name: next(iter(codes)) for name, codes in found.items() if len(codes) == 1}


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """Return the patterns of states, of counties and bare places, and of areas."""

    def any_of(names: Iterable[str]) -> str:
        longest_first = sorted(names, key=lambda name: (-len(name), name))
        return "|".join(map(re.escape, longest_first))

    areas = [place.name.removesuffix(" area") for place in places() if place.kind == "area"]
    local = set(_counties()) | set(_published())
    return (
        re.compile(rf"{_NOT_BEFORE}\b({any_of(states().values())})\b{_NOT_AFTER}"),
        re.compile(
            rf"(?<![\w-])({any_of(local)})\b(?! area\b)"
            rf"(?:,? \(?(?P<state>{any_of(states().values())}|{any_of(states())})\b)?"
        ),
        re.compile(rf"\b({any_of(areas)}) areas?\b"),
    )


def _state_code(named: str | None) -> str:
    if named is None:
        return ""
    by_name = {name: code for code, name in states().items()}
    return by_name.get(named, named)


def named_places(text: str) -> set[Entry]:
    """Return the index entries that a text names.

    >>> sorted(entry.name for entry in named("In Merced County, California, as in Rhode Island"))
    ['California', 'Merced County', 'Rhode Island']
    >>> named("The University of Washington Center for Human Rights")
    set()
    """
    text = text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    state_names, local_names, area_names = _patterns()
    found = set()
    for match in local_names.finditer(text):
        name, code = match[1], _state_code(match["state"])
        at_home = _counties().get(name, set())
        code = code if code in at_home or (code and not at_home) else ""
        code = code or _published().get(name, "")
        if not code and len(at_home) == 1:
            code = next(iter(at_home))
        if code in states() and states()[code] != name:
            found.add(Entry(states()[code], name))
    for match in state_names.finditer(text):
        if match.start() == 0 or text[match.start() - 1] != "-":
            found.add(Entry("", match[1]))
    found |= {Entry(areas_heading(), match[1]) for match in area_names.finditer(text)}
    return found


# Pages left out of the index: they name no place, or every one.
NOT_INDEXED = ("B", "D", "E", "F", "H", "I")


def heading() -> str:
    """Return the heading of the index."""
    return _("Index of jurisdictions")


def note() -> str:
    """Return the note below the heading."""
    return _(
        "Pages that name a state, a county or an area of responsibility in text, findings, figures' "
        "captions or the heads of table rows. Datasheets, one for each, are the second volume."
    )


def areas_heading() -> str:
    """Return the heading under which areas stand."""
    return _("Areas of responsibility")


def _units(article: Element) -> Iterator[tuple[Element, str]]:
    """Yield the elements of a chapter to which an index can link, with their text.

    Of a table's row only its head counts: what the row is about.
    """
    for element in article.iter("p", "li", "caption", "figcaption"):
        if next(element.iterancestors("table"), None) is None or element.tag == "caption":
            yield element, text_of(element)
    for table in article.iter("table"):
        head = next(table.iter("th"), None)
        of_areas = head is not None and text_of(head).startswith("Area")
        for row in table.iterfind("tbody/tr"):
            if len(row):
                text = text_of(row[0])
                yield row[0], f"{text} area" if of_areas and not text.endswith("area") else text


def mark(article: Element, name: str) -> dict[Entry, list[str]]:
    """Set ids on elements that name places, where missing, and return the ids by entry."""
    found: dict[Entry, list[str]] = {}
    for number, (element, text) in enumerate(_units(article), start=1):
        entries = named_places(text)
        if not entries:
            continue
        if element.get("id") is None:
            element.set("id", f"{name}--place-{number}")
        for entry in entries:
            found.setdefault(entry, []).append(element.get("id"))
    return found


def ranges(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """Group page numbers to ranges.

    >>> ranges([4, 7, 5, 5, 12])
    [(4, 5), (7, 7), (12, 12)]
    """
    runs: list[tuple[int, int]] = []
    for number in sorted(set(numbers)):
        if runs and number == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return runs


def index(
    marks: Mapping[Entry, Sequence[str]], pages: Mapping[str, int]
) -> list[tuple[Entry, list[tuple[str, str]]]]:
    """Return the sorted lines of the index, each with page numbers and their links.

    ``pages`` gives the page of every id. A state without a line of its own gets one where a county
    of it has one.
    """
    first: dict[Entry, dict[int, str]] = {}
    for entry, anchors in marks.items():
        for name in anchors:
            if name in pages:
                first.setdefault(entry, {}).setdefault(pages[name], name)
    for entry in list(first):
        if entry.under:
            first.setdefault(Entry("", entry.under), {})

    def order(entry: Entry) -> tuple[bool, str, bool, str]:
        head = entry.under or entry.name
        return head == areas_heading(), head, bool(entry.under), entry.name

    return [
        (
            entry,
            [
                (f"{start}\N{EN DASH}{end}" if end > start else f"{start}", first[entry][start])
                for start, end in ranges(list(first[entry]))
            ],
        )
        for entry in sorted(first, key=order)
    ]
