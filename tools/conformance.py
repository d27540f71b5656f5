"""Check that PDFs conform to PDF/A-2a and PDF/UA-1; as a program, fail if one does not."""

from __future__ import annotations

import sys
from pathlib import Path

import page

PROFILES = (page.ValidationProfile.PDF_A_2A, page.ValidationProfile.PDF_UA_1)
# Rules that the validator finds broken where they are not, each with the reason.
FALSE_ALARMS = {
    "PDFA2A-STREAM-LENGTH-001": (
        "a compressed stream may end in a carriage return, which the validator takes for part of the "
        "line's end that follows; `qpdf --check` reads every stream by its length"
    ),
}


def failures(file: Path) -> list[str]:
    """Return the rules that a PDF breaks, each with the validator's message, save false alarms."""
    return [
        f"{failure.rule_id}: {failure.message}"
        for profile in PROFILES
        for failure in page.validate_pdf(file, profile=profile).failures
        if failure.rule_id not in FALSE_ALARMS
    ]


def main(names: list[str]) -> int:
    """Print the broken rules of PDFs; return 1 if there is one."""
    found = [(name, failure) for name in names for failure in failures(Path(name))]
    for name, failure in found:
        print(f"{name}: {failure}")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
