"""Keep the registry of numbered paragraphs, whose ids are permanent.

A paragraph is known by its *template*: its text with every computed number replaced by its name,
so that a number that moves does not unsettle the pinpoints. A build compares what it reads with
the registry and never writes it; ``assign`` makes the new registry.
"""

from __future__ import annotations

import csv
import difflib
import hashlib
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from citable import paths
from citable.errors import PublishedError
from citable.files.atomic import write_atomically
from citable.files.strict import read_dicts
from citable.project import project
from citable.record.outputs import sort_key

_COLUMNS = ("id", "digest", "opening", "since", "removed")
_OPENING = 60
_RESTORE_HINT = "Restore the file with `git checkout`."
# Minimal similarity of two texts that are one edited paragraph.
_EDITED = 0.5
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXY"  # Z is kept for what comes before A


@dataclass(frozen=True)
class Registered:
    """Row of the registry, in the order of its page.

    ``digest`` is the sha256 of the template; ``opening`` its first characters, for people and to
    recognise an edited text; ``removed`` the edition that left it out, empty while it stands.
    """

    id: str
    digest: str
    opening: str
    since: str
    removed: str = ""

    @property
    def chapter(self) -> str:
        """Return the chapter's label: the part of the id before the point."""
        return self.id.split(".")[0]


def normalise_space(template: str) -> str:
    """Return a template with single spaces."""
    return re.sub(r"\s+", " ", template).strip()


def digest(template: str) -> str:
    """Return the sha256 of a template as hexadecimal digits."""
    return hashlib.sha256(normalise_space(template).encode("utf-8")).hexdigest()


def load() -> list[Registered]:
    """Read the registry, empty if there is none.

    Raises PublishedError naming the row if a cell is malformed or an id stands twice.
    """
    name = paths.PARAGRAPHS.name
    if not paths.PARAGRAPHS.is_file():
        return []
    try:
        rows = read_dicts(paths.PARAGRAPHS, _COLUMNS)
    except (OSError, ValueError) as error:
        raise PublishedError(
            f"{name}: {error}; expected the columns {', '.join(_COLUMNS)} in every row. {_RESTORE_HINT}"
        ) from error
    found: list[Registered] = []
    seen: set[str] = set()
    for number, row in enumerate(rows, start=2):
        identifier = row["id"]
        if not re.fullmatch(r"(?:[0-9]{1,2}|[A-Z])\.[0-9]{1,3}[A-Z]*", identifier):
            raise PublishedError(
                f"{name}, row {number}, column 'id': found {identifier!r}. {_RESTORE_HINT}"
            )
        if not re.fullmatch(r"[0-9a-f]{64}", row["digest"]):
            raise PublishedError(
                f"{name}, row {number}, column 'digest': found {row['digest']!r}. {_RESTORE_HINT}"
            )
        if identifier in seen:
            raise PublishedError(
                f"{name}, row {number}: paragraph {identifier} stands twice. {_RESTORE_HINT}"
            )
        seen.add(identifier)
        found.append(Registered(**{key: row[key] for key in _COLUMNS}))
    return found


def save(registry: Sequence[Registered]) -> None:
    """Write the registry: by chapter, in the order of the page, removed paragraphs last."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for item in sorted(
        registry, key=lambda item: (sort_key(item.chapter + ".0"), bool(item.removed))
    ):
        writer.writerow([getattr(item, name) for name in _COLUMNS])
    write_atomically(paths.PARAGRAPHS, text.getvalue().encode("utf-8"))


def match(registered: Sequence[Registered], templates: Sequence[str]) -> list[str]:
    """Match the paragraphs of a page to their ids; empty where a text is not registered."""
    waiting: dict[str, list[str]] = {}
    for item in registered:
        if not item.removed:
            waiting.setdefault(item.digest, []).append(item.id)
    ids = []
    for template in templates:
        same = waiting.get(digest(template))
        ids.append(same.pop(0) if same else "")
    return ids


def _likeness(item: Registered, template: str) -> float:
    opening = normalise_space(template)[:_OPENING]
    return difflib.SequenceMatcher(None, item.opening, opening, autojunk=False).ratio()


def _pair_edited(old: list[Registered], new: list[tuple[int, str]]) -> dict[int, Registered]:
    """Pair removed and new paragraphs between two unchanged ones: in order, where they are similar.

    A stretch with as many old as new texts is taken as edited throughout.
    """
    if len(old) == len(new):
        return {index: item for item, (index, _) in zip(old, new, strict=True)}
    pairs: dict[int, Registered] = {}
    start = 0
    for index, template in new:
        likeness = [(_likeness(item, template), -at) for at, item in enumerate(old) if at >= start]
        best = max(likeness, default=(0.0, 0))
        if best[0] >= _EDITED:
            pairs[index] = old[-best[1]]
            start = -best[1] + 1
    return pairs


def id_between(before: str, after: str, chapter: str, used: set[str]) -> str:
    """Return a new id between those of two neighbours; ids are never reused.

    At the end of a chapter the next number; else letters, as statutes are amended: 6.14A follows
    6.14, 6.14AA stands between 6.14A and 6.14B, 6.14ZA between 6.14 and 6.14A.

    >>> between("6.14", "6.15", "6", {"6.14", "6.15"})
    '6.14A'
    >>> between("6.14", "6.15", "6", {"6.14", "6.14A", "6.15"})
    '6.14B'
    >>> between("6.14", "6.14A", "6", {"6.14", "6.14A"})
    '6.14ZA'
    >>> between("6.14A", "6.14B", "6", {"6.14A", "6.14B"})
    '6.14AA'
    >>> between("6.15", "", "6", {"6.14", "6.15"})
    '6.16'
    """
    if not after:
        numbers = [int(re.sub(r"\D", "", name.split(".")[1])) for name in used]
        return f"{chapter}.{max(numbers, default=0) + 1}"
    stem = before or f"{chapter}.0"
    if after.startswith(stem) and after[len(stem) :].isalpha():
        stem += "Z"
    elif before and before[-1].isalpha():
        # After 6.14A comes 6.14B, unless that is where the next one stands already.
        siblings = [before[:-1] + letter for letter in _LETTERS if letter > before[-1]]
        free = [name for name in siblings if sort_key(name) < sort_key(after) and name not in used]
        if free:
            return free[0]
    while True:
        for letter in _LETTERS:
            if stem + letter not in used:
                return stem + letter
        stem += _LETTERS[-1]


@dataclass(frozen=True)
class Assigned:
    """Outcome of ``assign`` for one paragraph: ``kept``, ``edited``, ``moved``, ``new``, ``removed``."""

    id: str
    what: str
    opening: str


def assign(
    registry: Sequence[Registered], found: dict[str, list[str]]
) -> tuple[list[Registered], list[Assigned]]:
    """Assign ids to the paragraphs of all pages; return the new registry and the outcome for each.

    ``found`` maps a chapter's label to its templates in order. A chapter that is not in ``found``
    loses its paragraphs to the removed ones; nothing leaves the registry.
    """
    result: list[Registered] = []
    done: list[Assigned] = []
    chapters = {item.chapter for item in registry} | found.keys()
    for chapter in sorted(chapters, key=lambda name: sort_key(f"{name}.0")):
        rows = [item for item in registry if item.chapter == chapter]
        kept, told = _assign_chapter(chapter, rows, found.get(chapter, []))
        result += kept
        done += told
    return result, done


def _assign_chapter(
    chapter: str, rows: list[Registered], templates: list[str]
) -> tuple[list[Registered], list[Assigned]]:
    standing = [item for item in rows if not item.removed]
    digests = [digest(template) for template in templates]
    place: dict[int, Registered] = {}
    what: dict[int, str] = {}
    lost: list[Registered] = []
    fresh: list[tuple[int, str]] = []
    matcher = difflib.SequenceMatcher(
        None, [item.digest for item in standing], digests, autojunk=False
    )
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        old = standing[i1:i2]
        new = [(index, templates[index]) for index in range(j1, j2)]
        if tag == "equal":
            for item, (index, _) in zip(old, new, strict=True):
                place[index], what[index] = item, "kept"
            continue
        pairs = _pair_edited(old, new)
        for index, item in pairs.items():
            place[index], what[index] = item, "edited"
        lost += [item for item in old if item not in pairs.values()]
        fresh += [(index, template) for index, template in new if index not in pairs]
    # A text that was removed in one place and added in another was moved: it keeps its id.
    for index, template in list(fresh):
        moved = next((item for item in lost if item.digest == digest(template)), None)
        if moved:
            place[index], what[index] = moved, "moved"
            lost.remove(moved)
            fresh.remove((index, template))
    used = {item.id for item in rows}
    for index, _template in fresh:
        before = next((place[at].id for at in range(index - 1, -1, -1) if at in place), "")
        after = next((place[at].id for at in range(index + 1, len(templates)) if at in place), "")
        identifier = id_between(before, after, chapter, used)
        used.add(identifier)
        place[index] = Registered(identifier, "", "", project().version)
        what[index] = "new"
    kept = [
        replace(place[index], digest=digests[index], opening=normalise_space(template)[:_OPENING])
        for index, template in enumerate(templates)
    ]
    gone = [replace(item, removed=project().version) for item in lost]
    told = [Assigned(item.id, what[index], item.opening) for index, item in enumerate(kept)]
    told += [Assigned(item.id, "removed", item.opening) for item in gone]
    return kept + [item for item in rows if item.removed] + gone, told
