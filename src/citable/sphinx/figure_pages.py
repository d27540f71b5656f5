"""Write the script of figures, the marks of each as data, and a page of each for embedding."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat

from citable.display.figures import add_text_alternative, is_heavy
from citable.display.marks import WHEN
from citable.display.templates import from_template
from citable.display.words import N_, translate_nested
from citable.edition.policy import FRAMED_POLICY
from citable.files.atomic import write_atomically
from citable.project import project
from citable.record.outputs import of_kind, slug

_SCRIPT = Path(__file__).with_name("static") / "figures.js"
# Texts of the script, by their name in it.
WORDS = {
    "figure": N_("Figure"),
    "marks": N_("{figure}: arrow keys read its marks, Escape leaves"),
    "mark": N_("Mark"),
    "when": WHEN,
    "value": N_("value"),
    "mine": N_("{place}, which you looked up, has a ring. It is kept on this device only."),
    "kept": N_("Figures of this book mark this place for you; it is kept on this device only."),
    "forget": N_("Forget it"),
    "table": N_("Show as a table"),
    "chart": N_("Show as a chart"),
    "link": N_("Copy link to this figure"),
    "embed": N_("Copy code to embed"),
    "copied": N_("Copied"),
    "open": N_("Open the page"),
}


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def figures_js() -> str:
    """Return the script of figures, with its words in the edition's language."""
    extension = project().extension()
    scripts = [*(extension.FIGURE_SCRIPTS if extension else ()), _SCRIPT]
    text = "".join(file.read_text(encoding="utf-8") for file in scripts)
    return f"window.citableFigureWords={_compact(translate_nested(WORDS))};\n{text}"


def marks_js(name: str, marks: Mapping[str, Any]) -> str:
    """Return the marks of a figure as a script, which also loads from ``file://``."""
    return f"(window.citableMarks??={{}})[{_compact(name)}]={_compact(marks)};\n"


def _framed(data: Mapping[str, Any], page: str) -> str:
    name = slug(data["id"])
    drawn = {form: add_text_alternative(data[form], data["alt"]) for form in ("wide", "narrow")}
    words = {key: data.get(key, "") for key in ("caption", "long_description")}
    marks = f"figure-{name}.js" if data.get("marks") else ""
    names = {"id": data["id"], "slug": name, "marks": marks, "page": page}
    return from_template(
        "framed.html", **names, **drawn, **words, policy=FRAMED_POLICY, edition=project().version
    )


def write_figures(notebooks: Mapping[str, nbformat.NotebookNode], out: Path) -> set[Path]:
    """Write the script and, for each figure, its marks and its page; return the files."""
    folder = out / "exhibits"
    texts = {folder / "figures.js": figures_js()}
    for identifier, (page, data) in of_kind(notebooks, "figure", shown=True).items():
        name = slug(identifier)
        if data.get("marks"):
            texts[folder / f"figure-{name}.js"] = marks_js(name, data["marks"])
        elif is_heavy(data["wide"]):
            drawing = {"svg": add_text_alternative(data["wide"], data["alt"])}
            texts[folder / f"figure-{name}.js"] = marks_js(name, drawing)
        texts[folder / f"figure-{name}.html"] = _framed(data, page)
    for file, text in texts.items():
        write_atomically(file, text.encode("utf-8"))
    return set(texts)
