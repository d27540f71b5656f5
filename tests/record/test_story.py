"""Test the one-page story: its length, its figures, and that its numbers are findings."""

from __future__ import annotations

import re

from citable import paths
from citable.record.directives import finding_of

TEXT = (paths.ROOT / "story.md").read_text(encoding="utf-8").split("---", 2)[2]
BLOCK = re.compile(r"^```.*?^```", re.S | re.M)
ROLE = re.compile(r"\{([a-z-]+)\}`([^`]*)`")


def test_story_is_short_and_shows_five_figures() -> None:
    words = ROLE.sub("x", BLOCK.sub("", TEXT)).split()
    assert 800 <= len(words) <= 1000
    assert len(re.findall(r"^```\{excerpt\}", TEXT, re.M)) == 5


def test_story_numbers_cite_their_findings() -> None:
    # How many claims there are, what became of some, and how many places stand behind one.
    counted = {"claims", "verdict", "c3_established"}
    for paragraph in TEXT.split("\n\n"):
        roles = ROLE.findall(paragraph)
        named = {text for role, text in roles if role == "finding-link"}
        for role, text in roles:
            if role == "n" and text.partition(".")[0].partition(":")[0] not in counted:
                assert finding_of(text.partition(":")[0]) in named, text
