"""Find hard-coded numbers in prose and in code cells, where every number is to be computed."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from citable.execute.chapters import read_notebook

_MONTH = "January|February|March|April|May|June|July|August|September|October|November|December"

# Numbers allowed in prose: they name something and measure nothing.
ALLOWED = {
    "editions": r"\(ed\. \d{4}\.\d+\)",
    "dates and years": rf"\b\d{{1,2}} (?:{_MONTH})(?: (?:19|20)\d\d)?|\b(?:{_MONTH}) \d{{1,2}}\b"
    r"|\b(?:19|20)\d\d(?:[-–/](?:19|20)?\d\d)?s?\b",
    "fiscal years": r"\bFY ?(?:19|20)\d\d(?:[-–](?:19|20)?\d\d)?(?: Q[1-4])?\b",
    "names of claims, questions, objections, decisions, figures": r"\b[CQODFTAR]\d{1,3}\b",
    "levels and categories": r"\bLevels? [1-4](?:(?:, | and | to | or |[-–])[1-4])*\b",
    "cross references": r"\b(?:[Cc]hapters?|[Ff]indings?|[Ff]igures?|[Tt]ables?|[Pp]art|[Ss]ections?|"
    r"[Aa]ppendix|Rule|§+|¶+|method) (?:[A-Z]\.?)?\d[\d.]*(?:(?:, | and | to | or |[-–])(?:[A-Z]\.?)?\d[\d.]*)*",
    "numbers of paragraphs": r"¶ (?:\d{1,2}|[A-Z])\.\d{1,3}[A-Z]*",
    "figures quoted as printed": r"[\"“][^\"”]{0,40}[\"”]",
    "programs, forms, reports and laws by number": r"\b287\(g\)|\bI-247\b|\bOIG-12-6[46]\b|\bGAO-\d\d-\d+\b|"
    r"\bExec(?:utive|\.) Order (?:No\. )?\d{2},?\d{3}\b|\b\d+ (?:U\.S\.C?\.|F\. ?Supp\. ?\dd|Fed\. Reg\.|C\.F\.R\.)[ §\d.,()a-z-]*|"
    r"\bNo\. [\w-]+|\b\d{2}-\w+-\d+\b|\b237a\w+|\b212a\w+|\b902\(1\d\)|\bRule \d+",
    "the threshold of the claims, in words": r"\b(?:one|over|than) half\b",
    "names of data sets, rules and designs": r"\b(?:five|one)-year\b|\b180 days\b|\btwelve(?:-month| months| from| after| before)\b|\blag 1\b"
    r"|\bfirst quarter\b|\b[Oo]ne in [Ff]our\b",
    "digits shown or compared": r"\b[Ff]irst (?:twelve|sixteen) digits\b|\bten digits\b",
    "confidence and test levels": r"\b9[59]%|\b95 percent|\b5%|\b0\.05\b",
    "zero and one hundred per cent as ends of a scale": r"\b0 (?:to|and) 100%?|\b0 to 1\b",
    "software, licences, hashes": r"\bCC BY 4\.0|\bCC0(?: 1\.0)?|\bsha256\b|\bSHA-256\b|\bPython 3\.\d+|\bAltGov2\b|\bUTF-8\b|\bAR\(1\)|\bPDF/A\b",
}

# Fractions, multiples and counts from four up. "Two" and "three" are left to the sentence, except
# where they make a fraction ("two in seven", "two thirds").
_WORDS = (
    r"\b(?:four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|"
    r"seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|"
    r"thousand|million|dozen|half|thirds?|quarters?|fifths?|tenths?|doubled?|tripled?)\b"
    r"|\b(?:two|three) (?:in|out of|of every) \w+"
)


@dataclass(frozen=True)
class HardcodedNumber:
    """Hard-coded number: its line and its text."""

    line: int
    text: str
    context: str


def _blank(pattern: str, text: str, flags: int = 0) -> str:
    """Replace matches by spaces, keeping line breaks, so that line numbers hold."""
    return re.sub(pattern, lambda m: re.sub(r"[^\n]", " ", m.group()), text, flags=flags)


def prose_only(text: str, *, exhibits: bool = True) -> str:
    """Replace everything in a MyST notebook that is not prose (code, math, roles, links) by spaces.

    The words of findings, figures and tables are prose unless ``exhibits`` is false.
    """
    # Boxes of methods and words of exhibits: only their own lines are blanked.
    boxes = "symbols|finding|figure|table" if exhibits else "symbols"
    text = re.sub(
        rf"^(:{{3,}})\{{(?:{boxes})\}}.*?^\1[ \t]*$",
        lambda m: "\n" + "\n".join(m.group().splitlines()[1:-1]) + "\n",
        text,
        flags=re.S | re.M,
    )
    for pattern, flags in (
        (r"\A---\n.*?\n---\n", re.S),
        (r"^:[\w-]+:.*$", re.M),  # options of a directive
        (r"^(`{3,}|~{3,}|:{3,}).*?^\1\s*$", re.S | re.M),
        (r"\$\$.*?\$\$", re.S),
        (r"\$[^$\n]+\$", 0),
        (r"\{[\w:-]+\}`[^`]*`", 0),
        (r"`[^`\n]*`", 0),
        (r"\]\([^)]*\)", 0),
        (r"<https?:[^>]*>|https?://\S+", 0),
        (r"^#+ .*$", re.M),
        (r"^\(.*\)=$", re.M),
        (r"^\s*\d+\. ", re.M),
    ):
        text = _blank(pattern, text, flags)
    return text


def shown_texts(file: Path) -> Iterator[str]:
    """Yield the paragraphs of a page's source, then the strings of its cells (captions, notes)."""
    typed = file.read_text(encoding="utf-8")
    paragraph: list[str] = []
    for line, kept in zip(typed.splitlines(), prose_only(typed).splitlines(), strict=False):
        if kept.strip() and not line.startswith("- "):
            paragraph.append(line)
        elif kept.strip():
            yield line
        elif paragraph:
            yield "\n".join(paragraph)
            paragraph = []
    yield "\n".join(paragraph)
    notebook = read_notebook(file)
    for cell in [] if notebook is None else notebook.cells:
        if cell.cell_type == "code":
            for node in ast.walk(ast.parse(cell.source)):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    yield node.value


def typed_numbers(text: str) -> list[HardcodedNumber]:
    """Return every numeral and number word typed in prose that no rule of ``ALLOWED`` names."""
    shown = prose_only(text)
    for pattern in ALLOWED.values():
        shown = _blank(pattern, shown)
    found = []
    lines = text.splitlines()
    for number, line in enumerate(shown.splitlines(), start=1):
        for match in re.finditer(rf"\d[\d,.]*|{_WORDS}", line, re.I):
            found.append(HardcodedNumber(number, match.group(), lines[number - 1].strip()))
    return found


# Literals that measure nothing: ends of a scale, years, and arguments of layout.
_PLAIN = (0, 1, 100)
_YEARS = range(1990, 2031)
_LAYOUT = ("axis", "figsize", "height", "size", "width", "xlim", "ylim", "ymin")


def typed_literals(source: str) -> list[HardcodedNumber]:
    """Return the number literals of a code cell, except indices, layout and other non-measurements.

    Left out: 0, 1, 100; years; arguments of layout; bounds of a slice (a digest's first digits);
    and a constant in capitals whose line ends in a comment that says what it is.
    """
    lines = source.splitlines()
    tree = ast.parse("\n".join("pass" if line.startswith("%") else line for line in lines))
    found: list[HardcodedNumber] = []

    def walk(node: ast.AST) -> None:
        if isinstance(node, ast.Slice):
            return
        if isinstance(node, ast.keyword) and node.arg in _LAYOUT:
            return
        if isinstance(node, ast.Assign) and _named(node, lines):
            return
        if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
            value, line = node.value, node.lineno
            year = isinstance(value, int) and value in _YEARS
            if not isinstance(value, bool) and value not in _PLAIN and not year:
                found.append(HardcodedNumber(line, f"{value:g}", lines[line - 1].strip()))
        for child in ast.iter_child_nodes(node):
            walk(child)

    walk(tree)
    return found


def _named(node: ast.Assign, lines: list[str]) -> bool:
    targets = [
        name
        for target in node.targets
        for name in (target.elts if isinstance(target, ast.Tuple) else [target])
    ]
    capitals = all(isinstance(name, ast.Name) and name.id.isupper() for name in targets)
    return capitals and "#" in lines[node.lineno - 1]
