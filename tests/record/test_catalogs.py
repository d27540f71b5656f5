"""Every text that a reader sees is found; the template is current; the pseudo language is sound."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import jupytext
import pytest
from babel.messages.extract import extract
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po
from babel.util import pathmatch
from hypothesis import given, strategies as st

from citable import paths
from citable.errors import ArgumentError, SourceError
from citable.translate import catalogs, extraction
from citable.translate.pseudo import CLOSE, GROWTH, OPEN, pseudo

CATALOG = read_po(BytesIO(catalogs.template()))
TEXTS = {m.id if isinstance(m.id, str) else m.id[0] for m in CATALOG if m.id}


def test_the_committed_template_is_that_of_the_sources() -> None:
    assert catalogs.POT.read_bytes() == catalogs.template(), "run `scomm words extract` and commit"


@pytest.mark.parametrize(
    "text",
    [
        "Show the code",  # a module
        "The finding in one sentence, numbers filled in.",  # a field of the record
        "the place has the target share",  # a constant of the statistics
        "No longer held:",  # a call inside an f-string
        "What this rests on",  # a template of the record
        "Download this page as an executed notebook (.ipynb)",  # a template of the theme
        "Removals (logarithmic)",  # an axis
        'what "1 in 4" covers, rounded',  # a row's label
        "{n:int} counties, {people:pct0}",  # a label with values
        "In Boston, over half had no conviction",  # YAML
        "city or tribal jail",  # CSV
        "compiled from agency records",  # TOML
        "removals level 1",  # a code in words
        "IV. Since 2019: to the present",  # the table of contents
        "{shown} of {all} rows",  # a script
        "Detainers at every facility",  # a datasheet
    ],
)
def test_texts_of_every_kind_of_place_are_found(text: str) -> None:
    assert text in TEXTS


def test_every_section_of_the_configuration_finds_texts() -> None:
    with (paths.ROOT / "babel.cfg").open(encoding="utf-8") as stream:
        methods, _options = parse_mapping_cfg(stream)
    found = {place for message in CATALOG for place, _line in message.locations}
    # Notes on editions are typed once there is a second one; the first page has no label in cells.
    silent = {"data/published/editions.csv", "index.md"}
    for pattern in {pattern for pattern, _method in methods} - silent:
        assert any(pathmatch(pattern, place) for place in found), pattern


class NamedFile(BytesIO):
    """A file in memory with a name, as Babel hands files over."""

    def __init__(self, content: bytes, name: str) -> None:
        super().__init__(content)
        self.name = name


def extracted(method: object, file: str, source: str, **options: str) -> list[object]:
    stream = NamedFile(source.encode(), file)
    keywords = {"_": None, "trn": (1, 2)}
    return [text for _, text, *_ in extract(method, stream, keywords, (), options)]  # type: ignore[arg-type]


def test_translation_calls_are_extracted_at_any_depth() -> None:
    source = '"""Read files.\n\nSlowly."""\nx = f"{_(\'a\')}" + g(trn("one", "many", f(_("b   c"))), _(d))'
    assert sorted(map(str, extracted(extraction.calls, "a.py", source))) == [
        "('one', 'many')",
        "a",
        "b c",
    ]
    assert extracted(extraction.calls, "a.py", source, summary="yes")[0] == "Read files."
    assert extracted(extraction.calls, "a.py", "A = 'one'\nB = 'two'", constants="B") == ["two"]


PAGE = "---\njupytext:\n  text_representation:\n    format_name: myst\n---\n\n# 1. Title\n\n"


def test_labels_of_cells_are_found_and_prose_is_not() -> None:
    cell = (
        '```{code-cell} ipython3\n# Draw\nx = {"share": _("lower"), "Detainers": 1, "2011-02": "ICE"}\n'
        "draw(x, ylabel='all   removals', label=f\"{x} places\")\n```\n"
    )
    found = extracted(extraction.cells, "a.md", PAGE + cell)
    assert sorted(map(str, found)) == ["Detainers", "all removals", "lower"]
    assert extracted(extraction.cells, "a.md", cell) == []


@pytest.mark.parametrize(
    ("file", "source"),
    [
        ("a.csv", "a,b,c\none,two words,x_y\n1,two words,not_a code\n2011-02,,\n"),
        (
            "a.json",
            '{"list": [{"a": ["one"], "d": 1, "b": {"e": "two words"}, "c": "not_a code"}]}',
        ),
        ("a.yml", "a: one\nb: [two   words]\nc: not_a code\nd: left out\n"),
        ("a.toml", 'a = "one"\nb = "two words"\nc = "not_a code"\n'),
    ],
)
def test_fields_of_a_ledger_are_found_at_any_depth(file: str, source: str) -> None:
    found = extracted(extraction.ledger, file, source, fields="a b c")
    assert sorted(map(str, found)) == ["not_a code", "one", "two words"]


def test_a_code_is_found_in_the_words_that_readers_see() -> None:
    assert extracted(extraction.ledger, "a.csv", "m\nremovals_level1\n", codes="m") == [
        "removals level 1"
    ]


def labels(source: str) -> Iterator[ast.expr]:
    """The labels that a cell gives to a chart."""
    for call in ast.walk(ast.parse(source)):
        for keyword in getattr(call, "keywords", ()):
            if (keyword.arg or "").endswith("label") or keyword.arg in ("events", "limits"):
                yield keyword.value


def pieces(expression: ast.AST) -> bool:
    """Whether a text is put together, so that no catalog has it."""
    return any(
        isinstance(part, ast.JoinedStr)
        or (isinstance(part, ast.BinOp) and isinstance(part.op, ast.Add | ast.Mod))
        for part in ast.walk(expression)
    )


@pytest.mark.parametrize("file", sorted(paths.NOTEBOOKS.glob("*.md")), ids=lambda file: file.stem)
def test_no_label_of_a_chart_is_put_together_from_pieces(file: Path) -> None:
    for cell in jupytext.reads(file.read_text(encoding="utf-8"), fmt="md:myst").cells:
        for label in labels(cell.source) if cell.cell_type == "code" else ():
            assert not pieces(label), f"give tr() one template: {ast.unparse(label)}"


@pytest.mark.parametrize("bad", ['f"{n} places"', '"places " + name', '"%d places" % n'])
def test_a_label_put_together_from_pieces_is_noticed(bad: str) -> None:
    assert [pieces(label) for label in labels(f"forest(layout, rows, xlabel={bad})")] == [True]


def test_a_plural_has_both_its_forms() -> None:
    plurals = [message.id for message in CATALOG if not isinstance(message.id, str)]
    assert ("{n:int} finding.", "{n:int} findings.") in {tuple(ids) for ids in plurals}


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Of {n}`n_here` places, {n}`n_over:word` lie", ["{n}`n_here`", "{n}`n_over:word`"]),
        ("{x:int} of <b>{n:int}</b> cases", ["{x:int}", "<b>", "{n:int}", "</b>"]),
        ('<a href="{url}" download>the notebook</a>', ['<a href="{url}" download>', "</a>"]),
        ("see [chapter 7](07-top-list.md) or $x/n$", ["](07-top-list.md)", "$x/n$"]),
        (
            "the rules of `data/hand/RULES.md`, by {cite:t}`newcombe1998b`",
            ["`data/hand/RULES.md`", "{cite:t}`newcombe1998b`"],
        ),
        (
            "Over: {each}`rows; {place:name} in {year}`, and `a code`",
            ["{each}`rows; {place:name} íñ {year}`", "áñd `a code`"],
        ),
        ("at https://example.org/a_page now", ["https://example.org/a_page"]),
        ("Found %(count)s pages", ["%(count)s"]),
        ("${resultCount} pages", ["${resultCount}"]),
    ],
)
def test_the_pseudo_language_keeps_what_translators_keep(text: str, kept: list[str]) -> None:
    made = pseudo(text)
    at = 0
    for part in kept:
        at = made.index(part, at) + len(part)


def test_pseudo_text_is_longer_and_keeps_placeholders() -> None:
    for text in TEXTS:
        made = pseudo(text)
        seen = re.sub(r"<[^>]+>|\{[^}]*\}|\$[^$]+\$", "", text)
        assert len(made) >= GROWTH * len(seen), text
        assert OPEN in made, text
        assert made.endswith(CLOSE), text
        for kept in (r"\{\w*(?::\w+)?\}", r"<[^>]+>"):
            assert re.findall(kept, made) == re.findall(kept, text)


@given(
    st.text(alphabet=st.characters(codec="ascii", exclude_characters="<{`$%&]h\r\n"), min_size=1)
)
def test_pseudo_text_is_two_fifths_longer(text: str) -> None:
    assert len(pseudo(text)) >= GROWTH * len(text)


def test_a_translated_numbered_title_stays_a_title(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paths, "LOCALE", tmp_path)
    folder = tmp_path / "es" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "pages.po").write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
        'msgid "6. Jurisdictions"\nmsgstr "6. Jurisdicciones"\n'
    )
    catalogs.compile_catalogs("es")
    assert b"6\\. Jurisdicciones" in (folder / "pages.mo").read_bytes()
    assert catalogs.compile_catalogs("es") == []
    # One that is as new as its source does not keep the next from being made.
    later = folder / "book.po"
    later.write_bytes((folder / "pages.po").read_bytes())
    assert catalogs.compile_catalogs("es") == [later.with_suffix(".mo")]


@pytest.fixture
def templates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of small templates, in place of those of the book and of Sphinx."""
    monkeypatch.setattr(paths, "LOCALE", tmp_path / "locale")
    monkeypatch.setattr(catalogs, "POT", tmp_path / "book.pot")
    for name, text in (("book", "Zero"), ("pages", "One"), ("sphinx", "Search")):
        (tmp_path / f"{name}.pot").write_text(f'msgid ""\nmsgstr ""\n\nmsgid "{text}"\nmsgstr ""\n')
    return tmp_path


def test_update_creates_and_keeps_translations(templates: Path) -> None:
    _book, po = catalogs.update("es", templates)
    assert po == templates / "locale" / "es" / "LC_MESSAGES" / "pages.po"
    assert catalogs.count_translated(po) == (0, 1)
    po.write_text(po.read_text().replace('msgid "One"\nmsgstr ""', 'msgid "One"\nmsgstr "Uno"'))
    pages = templates / "pages.pot"
    pages.write_text(pages.read_text() + '\nmsgid "Ones"\nmsgstr ""\n')
    catalogs.update("es", templates)
    assert catalogs.count_translated(po) == (1, 2), (
        "a text that is new has no guess for a translation"
    )
    with po.open("rb") as stream:
        assert read_po(stream)["One"].string == "Uno"
    before = po.read_bytes()
    catalogs.update("es", templates)
    assert po.read_bytes() == before


def test_unknown_language_code_is_refused(templates: Path) -> None:
    with pytest.raises(ArgumentError, match="unknown locale 'xx'"):
        catalogs.update("xx", templates)
    assert not (templates / "locale").exists()


def test_the_pseudo_language_is_made_from_templates(templates: Path) -> None:
    files = {file.name: file.read_text() for file in catalogs.write_pseudo(templates)}
    assert sorted(files) == ["book.po", "pages.po", "sphinx.js", "sphinx.po"]
    for name, text in (("book", "Zero"), ("pages", "One"), ("sphinx", "Search")):
        assert f'msgid "{text}"\nmsgstr "{pseudo(text)}"' in files[f"{name}.po"]
    assert f'"Search": "{pseudo("Search")}"' in files["sphinx.js"]


@pytest.mark.parametrize(
    "begin", [lambda folder: catalogs.update("es", folder), catalogs.write_pseudo]
)
def test_update_requires_extracted_pages(begin, templates: Path) -> None:  # type: ignore[no-untyped-def]
    pages = templates / "pages.pot"
    pages.unlink()
    with pytest.raises(SourceError) as refused:
        begin(templates)
    said = str(refused.value)
    assert all(
        part in said for part in (str(pages), "no such file", "a template", "citable words extract")
    )
    assert not (templates / "locale").exists()
