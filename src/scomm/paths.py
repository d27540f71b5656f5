"""Every path of the project, defined once."""

from __future__ import annotations

import os
from pathlib import Path


def _root() -> Path:
    """Find the folder that holds ``data/sources.toml``.

    ``SCOMM_ROOT`` wins (an unpacked edition, or a test's copy); then the checkout this file
    lies in; then the working folder and its parents, for the package installed elsewhere.
    """
    named = os.environ.get("SCOMM_ROOT")
    if named:
        return Path(named).resolve()
    candidates = [Path(__file__).resolve().parents[2], Path.cwd(), *Path.cwd().parents]
    for folder in candidates:
        for root in (folder, folder / "source"):  # an unpacked edition keeps its source there
            if (root / "data" / "sources.toml").is_file():
                return root
    return candidates[0]


ROOT = _root()
SRC = ROOT / "src"
NOTEBOOKS = ROOT / "notebooks"
LOCK = ROOT / "requirements.txt"
BUILD = ROOT / "_build"
DIST = ROOT / "dist"
TOC = ROOT / "_toc.yml"
CONFIG = ROOT / "_config.yml"
CHANGELOG = ROOT / "CHANGELOG.md"
CITATION = ROOT / "CITATION.cff"
FONTS = ROOT / "_static" / "fonts"
LOCALE = ROOT / "locale"
TEMPLATES = ROOT / "_templates"

DATA = ROOT / "data"
SOURCES = DATA / "sources.toml"
DATA_README = DATA / "README.md"

HAND = DATA / "hand"
FIGURES = HAND / "figures.csv"
CUTOFFS = HAND / "cutoffs.csv"
DECISIONS = HAND / "decisions.csv"
CLAIMS = HAND / "claims.yml"
TIMELINE = HAND / "timeline.csv"
PUBLISHED_TOTALS = HAND / "published_totals.csv"
OBJECTIONS = HAND / "objections.yml"
GLOSSARY = HAND / "glossary.yml"
LAW = HAND / "law.yml"
CODING = HAND / "coding"
AOR = HAND / "aor.csv"
CHARGE_CLASSES = HAND / "charge_classes.csv"
OFFENSE_CLASSES = HAND / "offense_classes.csv"
OFFENSE_DEFINITIONS = HAND / "offense_definitions.csv"
DISPOSITIONS = HAND / "dispositions.csv"
STRATA = HAND / "strata.csv"
DEFINITIONS = HAND / "definitions.csv"
LANDMARKS = HAND / "landmarks.csv"
LANDMARK_RULES = HAND / "landmark_rules.csv"
LANDMARK_COUNTIES = HAND / "landmark_counties.csv"
PA_FACILITIES = HAND / "pa_facilities.csv"
S287G_COUNTIES = HAND / "s287g_counties.csv"
FACILITY_NAMES = HAND / "facility_names.csv"
FIPS_CHANGES = HAND / "fips_changes.csv"
PLACES = HAND / "places.csv"
CITIES = HAND / "cities.csv"
TOLERANCES = HAND / "tolerances.csv"

PUBLISHED = DATA / "published"
PUBLISHED_FINDINGS = PUBLISHED / "findings.json"
PUBLISHED_NUMBERS = PUBLISHED / "numbers.json"
PUBLISHED_CHANGES = PUBLISHED / "changes.csv"
PARAGRAPHS = PUBLISHED / "paragraphs.csv"
EDITIONS = PUBLISHED / "editions.csv"

FETCHED = ROOT / "originals"
TABLES = DATA / "tables"
MANIFEST = TABLES / "manifest.json"
ERROR_RATES = DATA / "simulated" / "error_rates.csv"
PYTHONS = DATA / "reproduced" / "pythons.csv"


def originals() -> Path | None:
    """Return the folder of original source files, or None where there is none.

    ``SCOMM_ORIGINALS`` names it; otherwise ``originals`` in the checkout, where ``scomm fetch``
    puts them, or ``../shared/data/originals`` beside it.
    """
    named = os.environ.get("SCOMM_ORIGINALS")
    beside = ROOT.parent / "shared" / "data" / "originals"
    candidates = [Path(named)] if named else [FETCHED, beside]
    return next((folder for folder in candidates if folder.is_dir()), None)
