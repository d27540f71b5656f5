"""Message catalogs: find every text that a reader sees, compile translations, make a pseudo one.

Four kinds of places hold texts: modules, templates, the code cells of notebooks, and what a person
typed (ledgers, passports, the table of contents). The prose of pages is not among them: Sphinx
extracts it into ``pages.pot``. The template ``locale/scomm.pot`` is committed, and a test holds it
to the sources.
"""

from __future__ import annotations

import ast
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import jupytext
import pandas as pd
import yaml
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from jinja2.ext import babel_extract

from scomm import __version__, paths
from scomm.data import ledger
from scomm.data.files import write_atomically
from scomm.data.ingest import modules
from scomm.data.manifest import manifest
from scomm.data.mappings import charge_classes, landmarks, pa_facilities
from scomm.data.simulated import load_error_rates
from scomm.data.sources import passports
from scomm.data.tables import load
from scomm.display.words import DOMAIN, PAGES
from scomm.errors import SourceError
from scomm.record import published
from scomm.record.changes import by_edition
from scomm.record.findings import AS_COUNTED, BEYOND_CHANCE, METHODS, UNITS
from scomm.record.identity import editions
from scomm.record.ledger_places import counted_words
from scomm.record.pseudo import pseudo
from scomm.record.schema import fields
from scomm.stats.funnel import EQUAL, USUAL
from scomm.stats.verdicts import CLAIM_VERDICTS

PSEUDO = "qps"
POT = paths.LOCALE / f"{DOMAIN}.pot"

# What a text is given to: the number of leading arguments that are messages.
_MARKS = {"_": 1, "N_": 1, "tr": 1, "html": 1, "t": 1, "Col": 1}
_PLURALS = ("plural", "trn", "html_plural", "tn")

# The words of a chapter, and of its charts: the named arguments that readers see.
_SEEN = {
    "finding": (
        *("statement", "estimand", "period", "population", "route", "reference_label", "null"),
        *("assumptions", "not_shown", "as_counted", "beyond_chance"),
    ),
    "figure": ("caption", "alt", "long_description"),
    "table": ("caption", "note"),
}
_CHART = (
    *("xlabel", "ylabel", "reference_label", "left_label", "right_label", "observed_label"),
    *("events", "limits"),
)
_CHARTS = (
    *("forest", "series", "steps", "counts", "small_multiples", "caterpillar", "slope"),
    *("specification", "histogram", "funnel", "ranges", "choropleth"),
)


@dataclass(frozen=True)
class Message:
    """One text and where it stands; ``many`` is its plural form, if it has one."""

    text: str
    where: str
    many: str = ""


def _normal(text: str) -> str:
    return " ".join(text.split())


def _constant(node: ast.AST | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _name(call: ast.Call) -> str:
    function = call.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _marked(tree: ast.AST, where: str) -> Iterator[Message]:
    """Yield what is given to ``_`` and its kin."""
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        name = _name(call)
        if name in _PLURALS and len(call.args) > 1:
            one, many = _constant(call.args[0]), _constant(call.args[1])
            if one and many:
                yield Message(_normal(one), where, _normal(many))
        elif name in _MARKS and call.args and (text := _constant(call.args[0])):
            yield Message(_normal(text), where)


def of_modules(folder: Path | None = None) -> Iterator[Message]:
    """Yield the texts of the modules of ``src/scomm``."""
    for file in sorted((folder or paths.SRC / "scomm").rglob("*.py")):
        where = file.relative_to(paths.ROOT).as_posix()
        yield from _marked(ast.parse(file.read_text(encoding="utf-8")), where)


def of_templates() -> Iterator[Message]:
    """Yield the texts of the record's templates and of the theme's."""
    keywords = ("t", "tn")
    for folder in (paths.SRC / "scomm" / "record" / "templates", paths.TEMPLATES):
        for file in sorted(folder.rglob("*.html")):
            where = file.relative_to(paths.ROOT).as_posix()
            options = {"trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}
            with file.open("rb") as stream:
                for _line, name, texts, _notes in babel_extract(stream, keywords, (), options):
                    given = [texts] if isinstance(texts, str) else [*filter(None, texts or ())]
                    many = _normal(given[1]) if name == "tn" else ""
                    yield Message(_normal(given[0]), where, many)


@dataclass(frozen=True)
class Cell:
    """One code cell of a notebook: ``where`` names file and cell, ``tree`` is None without code."""

    where: str
    file: str
    source: str
    tree: ast.AST | None


def cells(files: Iterable[Path] | None = None) -> Iterator[Cell]:
    """Yield the code cells of the book's pages."""
    if files is None:
        files = [paths.ROOT / "index.md", *sorted(paths.NOTEBOOKS.glob("*.md"))]
    for file in files:
        text = file.read_text(encoding="utf-8")
        if "format_name: myst" not in text:
            continue
        name = file.name if file.parent == paths.ROOT else f"{file.parent.name}/{file.name}"
        code = [
            cell for cell in jupytext.reads(text, fmt="md:myst").cells if cell.cell_type == "code"
        ]
        for number, cell in enumerate(code, start=1):
            yield Cell(f"{name}, code cell {number}", name, cell.source, ast.parse(cell.source))


def seen(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield the expressions of a cell that stand where readers see them."""
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        name = _name(call)
        wanted = _CHART if name in _CHARTS else _SEEN.get(name, ())
        yield from (keyword.value for keyword in call.keywords if keyword.arg in wanted)
        if name == "finding" and len(call.args) > 1:
            yield call.args[1]
        if name in ("table", "caterpillar"):
            given = [*call.args[2:3], *(k.value for k in call.keywords if k.arg == "columns")]
            for columns in given:
                for part in ast.walk(columns):
                    if isinstance(part, ast.Dict):
                        yield from part.values
        if name == "choropleth":
            yield from (keyword.value for keyword in call.keywords if keyword.arg == "labels")
        if name == "Col" and call.args:
            yield call.args[0]


_PROSE = re.compile(r"[A-Za-z][A-Za-z0-9'’.,;:()-]* .*[A-Za-z]", re.S)


def _docstrings(tree: ast.AST) -> set[int]:
    return {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)
    }  # a text that is a statement by itself


def of_notebooks(files: Iterable[Path] | None = None) -> Iterator[Message]:
    """Yield the texts of code cells.

    Those are what is marked, what stands where readers see it, the line over folded code, and every
    literal that reads as words: labels of rows and lines are typed where frames are made. A text
    too many does no harm, since only what is shown is translated.
    """
    for cell in cells(files):
        first = cell.source.strip().partition("\n")[0]
        if first.startswith("#"):
            yield Message(_normal(first.lstrip("# ").rstrip(". ")), cell.file)
        assert cell.tree is not None
        yield from _marked(cell.tree, cell.file)
        for expression in seen(cell.tree):
            for node in ast.walk(expression):
                text = _constant(node)
                if text and re.search("[A-Za-z]", text) and not _is_date(text):
                    yield Message(_normal(text), cell.file)
        statements = _docstrings(cell.tree)
        for node in ast.walk(cell.tree):
            text = _constant(node)
            if text and id(node) not in statements and _PROSE.search(text):
                yield Message(_normal(text), cell.file)


def _is_date(text: str) -> bool:
    return bool(re.fullmatch(r"\d{4}(-\d\d){0,2}", text))


def _typed() -> Iterator[tuple[Path, Any]]:
    """Yield the file and the text of everything that a person typed and readers see."""
    for entry in ledger.claims().values():
        for name in ("short", "paraphrase", "evidence_that_would_settle", "evidence_here", "side"):
            yield paths.CLAIMS, entry[name]
        yield paths.CLAIMS, entry["figure_as_printed"]
        yield from ((paths.CLAIMS, fact["fact"]) for fact in entry["test"].get("facts", ()))
    for rule in ledger.verdict_rules().values():
        for texts in ([rule["form"]], rule["questions"], *rule["answers"]):
            yield from ((paths.CLAIMS, text) for text in texts)
    for entry in ledger.objections()["objections"]:
        for name in ("objection", "answer", "side", "answer_kind"):
            yield paths.OBJECTIONS, entry[name]
    for entry in ledger.objections()["questions"]:
        yield from ((paths.OBJECTIONS, entry[name]) for name in ("question", "answer"))
    for entry in ledger.glossary():
        yield from ((paths.GLOSSARY, entry[name]) for name in ("term", "definition"))
    for entry in ledger.law():
        yield from ((paths.LAW, entry.get(name)) for name in ("says", "kind", "status", "use"))
    for name in ("event", "source", "status"):
        yield from ((paths.TIMELINE, text) for text in ledger.timeline()[name])
    for name in ("route", "why_published", "word", "exactness", "level"):
        yield from ((paths.FIGURES, text) for text in ledger.figures()[name].unique())
    for name in ("basis", "note"):
        yield from ((paths.CUTOFFS, text) for text in ledger.cutoffs()[name].unique())
    yield from (
        (paths.FIGURES, counted_words(text)) for text in ledger.figures()["metric"].unique()
    )
    for name in ("quantity", "scope", "unit", "status", "source", "route"):
        yield from ((paths.PUBLISHED_TOTALS, text) for text in ledger.published_totals()[name])
    yield from ((paths.CHARGE_CLASSES, text) for _pattern, text in charge_classes())
    yield from ((paths.LANDMARKS, text) for text in landmarks()["kind"].unique())
    yield from ((paths.PA_FACILITIES, text) for text in pa_facilities()["facility_class"].unique())
    for passport in passports().values():
        for text in (passport.route, passport.licence, passport.release):
            yield paths.SOURCES, text
    yield from ((paths.TABLES, str(text)) for text in load("removals")["gender"].unique())
    for name in ("method", "world"):
        words = load_error_rates()[name].unique()
        yield from ((paths.ERROR_RATES, word) for word in words if "_" not in str(word))
    kinds = pd.read_csv(paths.TOLERANCES)["kind"].unique()
    yield from ((paths.TOLERANCES, kind) for kind in kinds)
    yield from ((paths.SRC / "scomm" / "stats" / "funnel.py", text) for text in (EQUAL, USUAL))
    for made in manifest().values():
        yield paths.MANIFEST, made.why
    for module in modules():
        yield paths.SRC / "scomm" / "data" / "ingest", (module.__doc__ or "").split("\n")[0]
    for field in fields():
        yield paths.SRC / "scomm" / "record" / "schema.py", field["meaning"]
    for word in (*UNITS, *AS_COUNTED, *BEYOND_CHANCE, *METHODS, *CLAIM_VERDICTS):
        yield paths.SRC / "scomm" / "record" / "findings.py", word
    for word in (published.SUPERSEDED, published.WITHDRAWN, *published.COMPARED):
        yield paths.SRC / "scomm" / "record" / "published.py", word
    for rows in by_edition().values():
        yield from ((paths.PUBLISHED_CHANGES, row["reason"]) for row in rows)
    yield from ((paths.EDITIONS, row["note"]) for row in editions())
    for part in yaml.safe_load(paths.TOC.read_text(encoding="utf-8")).get("parts", []):
        yield paths.TOC, part.get("caption")
    config = yaml.safe_load(paths.CONFIG.read_text(encoding="utf-8"))
    yield paths.CONFIG, config["copyright"]
    yield paths.CONFIG, config["sphinx"]["config"]["html_title"]


def of_ledgers() -> Iterator[Message]:
    """Yield what a person typed and readers see, names of places and titles of sources left out."""
    for file, text in _typed():
        if isinstance(text, str) and re.search("[A-Za-z]{2}", text) and not _is_date(text):
            yield Message(_normal(text), file.relative_to(paths.ROOT).as_posix())


def messages() -> list[Message]:
    """Return every text of the book but the prose of its pages, in the order of places."""
    return [*of_modules(), *of_templates(), *of_notebooks(), *of_ledgers()]


def _catalog(found: Iterable[Message], domain: str) -> Catalog:
    # The header carries nothing that changes from run to run.
    catalog = Catalog(
        project="One in Four?",
        version=__version__,
        domain=domain,
        header_comment="# Words of the book. Made by `make words`; do not edit.",
        charset="utf-8",
        fuzzy=False,
    )
    for message in found:
        if message.text:
            added = catalog.add(
                (message.text, message.many) if message.many else message.text,
                locations=[(message.where, None)],  # type: ignore[list-item]
                flags=["python-brace-format"] if re.search(r"\{\w+", message.text) else [],
            )
            added.flags.discard("python-format")  # a per cent sign here is a per cent sign
    return catalog


def template(found: Iterable[Message] | None = None) -> bytes:
    """Return ``scomm.pot``: the same bytes for the same sources."""
    catalog = _catalog(messages() if found is None else found, DOMAIN)
    out = io.BytesIO()
    write_po(out, catalog, width=100, sort_by_file=False, include_lineno=False)
    text = out.getvalue().decode("utf-8")
    kept = [
        line
        for line in text.split("\n")
        if not re.match(
            r'"(POT-Creation-Date|PO-Revision-Date|Last-Translator|Language-Team|'
            r"Generated-By|Report-Msgid-Bugs-To|MIME-Version)",
            line,
        )
    ]
    return "\n".join(kept).encode("utf-8")


def write_template() -> Path:
    """Write ``locale/scomm.pot`` and return it."""
    write_atomically(POT, template())
    return POT


def _folder(language: str) -> Path:
    return paths.LOCALE / language / "LC_MESSAGES"


def _escaped(catalog: Catalog) -> None:
    """Keep a translated "6. Title" a title: read alone it would be an item of a list."""
    for message in catalog:
        if message.id and isinstance(message.string, str):
            message.string = re.sub(r"^(\d+)([.)]) ", r"\1\\\2 ", message.string)


def compile_catalogs(language: str) -> list[Path]:
    """Write the ``.mo`` of each ``.po`` of a language that is newer, and return those written."""
    written = []
    for po in sorted(_folder(language).glob("*.po")):
        mo = po.with_suffix(".mo")
        if mo.is_file() and mo.stat().st_mtime_ns >= po.stat().st_mtime_ns:
            continue
        with po.open("rb") as stream:
            catalog = read_po(stream, domain=po.stem)
        if po.stem == PAGES:
            _escaped(catalog)
        out = io.BytesIO()
        write_mo(out, catalog)
        write_atomically(mo, out.getvalue())
        written.append(mo)
    return written


def count(file: Path) -> int:
    """Return how many messages a catalog holds."""
    with file.open("rb") as stream:
        return sum(bool(message.id) for message in read_po(stream))


def update(language: str, pages: Path) -> dict[Path, tuple[int, int]]:
    """Begin or bring up to date the catalogs of a language; what is translated is kept.

    ``pages`` is the ``pages.pot`` that Sphinx extracted. Returns for each file how many messages
    are translated, and of how many. Raises SourceError if there is no ``pages.pot``.
    """
    if not pages.is_file():
        raise SourceError(
            str(pages), found="no such file", expected="the prose of pages", remedy="`make words`"
        )
    told = {}
    for name, data in ((DOMAIN, template()), (PAGES, pages.read_bytes())):
        new = read_po(io.BytesIO(data), domain=name)
        po = _folder(language) / f"{name}.po"
        if po.is_file():
            with po.open("rb") as stream:
                catalog = read_po(stream, locale=language, domain=name)
            # A guess at a changed text would stand in the book as if someone had read it.
            catalog.update(new, no_fuzzy_matching=True)
        else:
            catalog = Catalog(locale=language, domain=name, charset="utf-8", fuzzy=False)
            catalog.update(new)
        out = io.BytesIO()
        write_po(out, catalog, width=100, include_lineno=False, omit_header=False)
        write_atomically(po, out.getvalue())
        ids = [message for message in catalog if message.id]
        told[po] = (sum(bool(message.string) for message in ids), len(ids))
    return told


def _pseudo_of(source: Catalog) -> Catalog:
    made = Catalog(locale="en", domain=source.domain, charset="utf-8", fuzzy=False)
    for message in source:
        if not message.id:
            continue
        if isinstance(message.id, str):
            made.add(message.id, pseudo(message.id))
        else:
            made.add(message.id, tuple(map(pseudo, message.id)))
    return made


def write_pseudo(pages: Path) -> list[Path]:
    """Write the catalogs of the pseudo language, in which every text shows that it went through.

    ``pages`` is the ``pages.pot`` that Sphinx extracted. Sphinx's own words are made too, from the
    template that comes with it. Returns the files.
    """
    spec = find_spec("sphinx")
    assert spec is not None
    assert spec.origin is not None
    sphinx = Path(spec.origin).parent / "locale" / "sphinx.pot"
    written = []
    for name, file in ((DOMAIN, None), (PAGES, pages), ("sphinx", sphinx)):
        data = template() if file is None else file.read_bytes()
        catalog = _pseudo_of(read_po(io.BytesIO(data), domain=name))
        out = io.BytesIO()
        write_po(out, catalog, width=0)
        po = _folder(PSEUDO) / f"{name}.po"
        write_atomically(po, out.getvalue())
        written.append(po)
    script = _folder(PSEUDO) / "sphinx.js"
    write_atomically(script, _sphinx_js(_pseudo_of(read_po(sphinx.open("rb")))).encode("utf-8"))
    return [*written, script]


def _sphinx_js(catalog: Catalog) -> str:
    import json

    words: Mapping[str, Any] = {
        message.id if isinstance(message.id, str) else message.id[0]: message.string
        for message in catalog
        if message.id and any(str(place).endswith(".js") for place, _ in message.locations)
    }
    if not words:
        words = {m.id if isinstance(m.id, str) else m.id[0]: m.string for m in catalog if m.id}
    document = {"locale": PSEUDO, "messages": words, "plural_expr": "(n != 1)"}
    return f"Documentation.addTranslations({json.dumps(document, ensure_ascii=False)});"
