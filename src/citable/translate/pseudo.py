"""Translate into a pseudo language: English with accents, brackets and two fifths more length.

A text in it is readable and plainly not English, so a build in it shows what no catalog reaches,
and what breaks when words grow. Places for values, tags, roles, code, formulas and addresses stay.
"""

from __future__ import annotations

import re

OPEN, CLOSE = "⟦", "⟧"
GROWTH = 1.4
_ACCENTED = str.maketrans("aceinouyACEINOUY", "áçéíñóúýÁÇÉÍÑÓÚÝ")
# Text that translators keep: MyST roles, code, formulas, link targets, HTML, placeholders, old
# and new, bare addresses.
_KEPT = re.compile(
    r"\{[\w:-]+\}`[^`]*`|`+[^`]*`+|\$\$.*?\$\$|\$[^$]+\$|\]\([^)]*\)|<[^<>]+>|&\w+;|\{[^{}]*\}"
    r"|%\(\w+\)[sd]|%[sd]|\$\{\w+\}|https?://\S+",
    re.S,
)
# Parts of a text that are not visible words: tags, placeholders, roles, formulas, addresses.
_UNSEEN = re.compile(
    r"<[^<>]+>|\{[\w:-]+\}`[^`]*`|\{[^{}]*\}|\$\$.*?\$\$|\$[^$]+\$|\]\([^)]*\)", re.S
)
# The text in ``{each}`name; text``` is translated like the text around it.
_EACH = re.compile(r"(\{each\}`\w+[;,] )([^`]*)(?=`)")
_PAD = "lóñgér wórds "


def _accented(text: str) -> str:
    parts, at = [], 0
    for kept in _KEPT.finditer(text):
        inside = _EACH.sub(lambda each: each[1] + _accented(each[2]), kept[0])
        parts += [text[at : kept.start()].translate(_ACCENTED), inside]
        at = kept.end()
    return "".join([*parts, text[at:].translate(_ACCENTED)])


def pseudo(text: str) -> str:
    """Translate a text into the pseudo language.

    >>> pseudo("{x:int} of <b>{n:int}</b> cases")
    '⟦{x:int} óf <b>{n:int}</b> çásés lóñg⟧'
    >>> pseudo("Of {each}`rows; {place} in {year}` one")
    '⟦Óf {each}`rows; {place} íñ {year}` óñé lóñgé⟧'
    """
    number = re.match(r"\d+\. ", text)  # a numbered title keeps its number in front
    front = number[0] if number else ""
    body = text[len(front) :]
    said = _UNSEEN.sub("", _EACH.sub(r"\2", body))
    # Placeholders are not lengthened; words are.
    wanted = max(1, -(-int(len(said) * (GROWTH - 1) * 10) // 10))
    pad = (_PAD * (wanted // len(_PAD) + 1))[:wanted].rstrip()
    return f"{front}{OPEN}{_accented(body)} {pad}{CLOSE}"
