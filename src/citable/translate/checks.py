"""Compare the texts of a translation with the English ones: none missing, none stale, nothing lost."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message

from citable.display.words import PAGES
from citable.translate.catalogs import POT, language_folder, read_catalog

_ROLE = re.compile(r"(?<!`)(\{[a-z:-]+\})`([^`]*)`")
# What stays as it is: formulas, code, placeholders, targets of links, addresses, tags, strong text.
_KEPT = re.compile(
    r"\$[^$]+\$|``[^`]*``|`[^`]*`|\{[^{}]*\}|\]\([^)]*\)|https?://[^\s<>)\"]*[^\s<>)\".,;]"
    r"|</?[a-zA-Z][^<>]*>|\*\*"
)
_NUMBER = re.compile(r"\d(?:[\d.,]*\d)?")


def _role(name: str, body: str) -> list[str]:
    """Return what of a role a translation keeps: its target, not the words that it shows."""
    if name == "{gl}":
        target = re.search(r"<([^<>]*)>$", body)
        return [f"{name}<{target[1] if target else body}>"]
    if name == "{each}":
        return [f"{name}{re.split('[;,]', body)[0]}", *re.findall(r"\{[^{}]*\}", body)]
    return [f"{name}`{body}`"]


def kept_parts(text: str) -> Counter[str]:
    """Count what a translation of a text must keep: roles, placeholders, tags, links, numbers.

    >>> sorted(kept_parts("Of {n:int} {gl}`beans <bean>`, 28.7%").elements())
    ['28.7', '{gl}<bean>', '{n:int}']
    """
    parts = [part for name, body in _ROLE.findall(text) for part in _role(name, body)]
    text = _ROLE.sub(" ", text)
    parts += _KEPT.findall(text)
    return Counter(parts + _NUMBER.findall(_KEPT.sub(" ", text)))


def _forms(message: Message) -> Iterator[tuple[str, str]]:
    """Yield each form of a message, one or many, with its translation."""
    if isinstance(message.id, str):
        yield message.id, str(message.string)
    else:
        yield from zip(message.id, message.string or (), strict=False)


def _where(message: Message) -> str:
    return ", ".join(file.removeprefix("../../") for file, _line in message.locations[:2])


def _of_message(message: Message, known: Catalog) -> Iterator[str]:
    found = known.get(message.id)
    if found is None or found.fuzzy or not all(text.strip() for _id, text in _forms(found)):
        yield "has no translation" if found is None or not found.fuzzy else "is marked as fuzzy"
        return
    for text, translation in _forms(found):
        expected, kept = kept_parts(text), kept_parts(translation)
        if expected != kept:
            lacks, beyond = sorted(expected - kept), sorted(kept - expected)
            yield f"its translation lacks {lacks}, has beyond {beyond}: {translation[:80]!r}"


def problems(language: str, extracted: Path) -> list[str]:
    """Return what is wrong in the catalogs of a language: file, place and text of each.

    ``extracted`` is the folder of Sphinx's templates. A text must have a translation that nobody
    marked as fuzzy and that keeps what ``kept_parts`` counts; and no translation is of a text that the
    book has no more. Raises SourceError if a template or a catalog is missing.
    """
    found = []
    for pot in (POT, extracted / f"{PAGES}.pot"):
        po = language_folder(language) / f"{pot.stem}.po"
        template, known = read_catalog(pot), read_catalog(po)
        for message in template:
            if message.id:
                said = message.id if isinstance(message.id, str) else message.id[0]
                found += [
                    f"{po.name}: {_where(message)}: {said[:80]!r} {what}"
                    for what in _of_message(message, known)
                ]
        idle = [message for message in known if message.id and message.id not in template]
        found += [
            f"{po.name}: {message.id!r:.80} is no text of the book any more" for message in idle
        ]
    return found
