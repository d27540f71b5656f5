"""Compare the metrics of fallback fonts with those of the web fonts."""

from __future__ import annotations

import re

import pytest
from fontTools.ttLib import TTFont

from citable import paths
from citable.display.pictures import text_width

CSS = (paths.THEME / "static" / "book.css").read_text(encoding="utf-8")
FACE = re.compile(r"@font-face \{ (.*?) \}")
SAMPLE = (
    "To the end of February 2011, 27,047 of 94,218 removals credited to the program had no recorded "
    "conviction: 28.7%, more than one in four. A count that was released in full has no sampling "
    "error; the interval describes a process with that rate."
)
# Width of the sample in ems, as fontTools reads the files: Gelasio 5.3 (cut to the widths of Georgia),
# Noto Serif 2020-12, Liberation Sans 1.07 (cut to the widths of Arial), Roboto 2017-08.
WIDTHS = {
    ("Georgia", "400", "normal"): 106.19,
    ("Georgia", "400", "italic"): 108.31,
    ("Georgia", "600", "normal"): 123.53,
    ("Noto Serif", "400", "normal"): 114.81,
    ("Noto Serif", "400", "italic"): 112.06,
    ("Noto Serif", "600", "normal"): 121.57,
    ("Arial", "400", "normal"): 106.95,
    ("Arial", "600", "normal"): 114.59,
    ("Roboto", "400", "normal"): 106.51,
    ("Roboto", "600", "normal"): 108.42,
}


def described() -> dict[tuple[str, str, str], dict[str, str]]:
    """Return what every face of the style sheet says of itself, by family, weight and style."""
    found = {}
    for body in FACE.findall(CSS):
        says = dict(re.findall(r"([\w-]+): (.*?)(?:;|$)", body))
        key = (
            says["font-family"].strip('"'),
            says["font-weight"],
            says.get("font-style", "normal"),
        )
        found[key] = says
    return found


def percent(says: dict[str, str], name: str) -> float:
    return float(says[name].removesuffix("%")) / 100


WEB = {key for key in described() if ", in " not in key[0]}


def test_font_families_list_fallbacks_after_the_web_font() -> None:
    for web in ("Source Serif 4", "Source Sans 3"):
        stack = re.search(rf'--\w+: ("{web}",[^;]*);', CSS)
        assert stack
        named = re.findall(r'"([^"]+)"', stack[1])
        assert named == list(dict.fromkeys(family for family, *_ in described() if web in family))


@pytest.mark.parametrize(("system", "weight", "style"), WIDTHS)
def test_fallback_fonts_match_web_font_metrics(system: str, weight: str, style: str) -> None:
    (family, says), *more = [
        (key[0], says)
        for key, says in described().items()
        if key[0].endswith(f", in {system}") and key[1:] == (weight, style)
    ]
    assert not more
    web = described()[family.removesuffix(f", in {system}"), weight, style]
    file = re.search(r"fonts/([\w-]+)\.woff2", web["src"])
    assert file
    font = TTFont(paths.FONTS / f"{file[1]}.woff2")
    size = percent(says, "size-adjust")
    assert text_width(SAMPLE, file[1], 1) == pytest.approx(
        size * WIDTHS[system, weight, style], rel=0.015
    )
    em, lines = font["head"].unitsPerEm, font["hhea"]
    assert percent(says, "ascent-override") * size == pytest.approx(lines.ascent / em, abs=2e-4)
    assert percent(says, "descent-override") * size == pytest.approx(-lines.descent / em, abs=2e-4)
    assert percent(says, "line-gap-override") == lines.lineGap


def test_every_web_font_has_two_fallbacks() -> None:
    stand_ins = [(*key[0].split(", in "), *key[1:]) for key in described() if key not in WEB]
    for family, weight, style in WEB:
        assert sum((name, w, s) == (family, weight, style) for name, _, w, s in stand_ins) == 2
