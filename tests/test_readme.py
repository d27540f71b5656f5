"""The README, CONTRIBUTING and docs are short and true: what they name is there."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from citable import paths

ROOT = paths.ROOT
PAGES = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")]
PAGES += sorted((ROOT / "docs").glob("*.md"))
MAKEFILES = {name: (ROOT / name).read_text("utf-8") for name in ("Makefile", "maintenance.mk")}
TARGETS = {name: set(re.findall(r"^([a-z-]+):", text, re.M)) for name, text in MAKEFILES.items()}
FILE = re.compile(r"[\w.][\w./-]*(?:/|\.(?:md|py|mk|csv|toml|ya?ml|html|css|js|cff|json|txt))")
# What commands make, what an edition holds, and a folder of the originals.
MADE = re.compile(
    r"(_build|dist|\.venv|site|source|root|detention)/"
    r"|(findings|record|editions|MANIFEST)\.json$|headers\.txt$"
)


def name(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def without_blocks(text: str) -> str:
    return re.sub(r"^```.*?^```", "", text, flags=re.M | re.S)


def anchors(file: Path) -> set[str]:
    """Return the anchors that a page's headings have where a repository shows it."""
    headings = re.findall(r"^#+ (.*)", without_blocks(file.read_text("utf-8")), re.M)
    return {re.sub(r"[^\w -]", "", text.lower()).replace(" ", "-") for text in headings}


def test_the_readme_fits_on_a_page() -> None:
    assert len((ROOT / "README.md").read_text("utf-8").split()) <= 600


def test_readme_begins_with_the_two_setup_commands() -> None:
    block = re.search(r"```sh\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.S)
    assert block
    assert re.findall(r"^(\w.*?) +#", block[1], re.M) == ["make book", "make test"]


@pytest.mark.skipif(not shutil.which("make"), reason="no make here")
def test_make_help_lists_at_most_ten_targets() -> None:
    # Not the options of a `make` that runs the tests.
    own = {key: value for key, value in os.environ.items() if key != "MAKEFLAGS"}
    listed = {}
    for makefile in MAKEFILES:
        command = ["make", "--no-print-directory", "-f", makefile]
        shown = subprocess.run(
            command, cwd=ROOT, env=own, capture_output=True, text=True, check=True
        )
        assert not shown.stderr
        listed[makefile] = re.findall(r"^  ([a-z-]+) ", shown.stdout, re.M)
    assert 0 < len(listed["Makefile"]) <= 10
    assert set(listed["Makefile"]) == TARGETS["Makefile"] - {"help"}
    assert set(listed["maintenance.mk"]) == TARGETS["maintenance.mk"]
    assert not TARGETS["Makefile"] & TARGETS["maintenance.mk"]


def test_documented_make_targets_exist() -> None:
    folders = ("src", "tests", "tools", "bench", "notebooks", ".ci", ".github")
    files = [*PAGES, ROOT / "index.md", ROOT / "story.md", ROOT / "pyproject.toml"]
    files += [file for folder in folders for file in (ROOT / folder).rglob("*") if file.is_file()]
    wrong, found = [], 0
    for file in files:
        if file.suffix not in (".md", ".py", ".toml", ".csv", ".json", ".R", ".yml", ""):
            continue
        text = file.read_text("utf-8", errors="replace")
        named = re.findall(
            r"(?:`|^|: | \" |\" )make( -f maintenance\.mk)?((?: [a-z][a-z-]*)+)(?=`|$| +#|\)|\")",
            text,
            re.M,
        )
        for maintenance, targets in named:
            known = TARGETS["Makefile"] | (TARGETS["maintenance.mk"] if maintenance else set())
            found += 1
            wrong += [
                f"{name(file)}: make{maintenance} {t}" for t in targets.split() if t not in known
            ]
    assert not wrong
    assert found > 50


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_documented_paths_and_links_exist(page: Path) -> None:
    text = without_blocks(page.read_text("utf-8"))
    quoted = [text for text in re.findall(r"`([^`\n]+)`", text) if FILE.fullmatch(text)]
    wrong = [path for path in quoted if not MADE.match(path) and not (ROOT / path).exists()]
    for path, anchor in re.findall(r"\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)", text):
        to = page.parent / path if path else page
        if not to.exists() or (anchor and anchor not in anchors(to)):
            wrong.append(f"{path}#{anchor}")
    assert not wrong


def test_every_page_of_docs_is_in_its_index() -> None:
    index = (ROOT / "docs" / "README.md").read_text("utf-8")
    pages = {file.name for file in (ROOT / "docs").iterdir()} - {"README.md"}
    assert set(re.findall(r"\]\((\w+\.md)\)", index)) == pages


def test_documented_after_build_steps_match_the_code() -> None:
    code = (ROOT / "src" / "citable" / "sphinx" / "after_build.py").read_text("utf-8")
    steps = re.search(r"^STEPS: .*?\((.*?)^\)", code, re.M | re.S)
    told = (ROOT / "docs" / "build.md").read_text("utf-8")
    listed = re.search(r"## After the pages\n(.*?)\n## ", told, re.S)
    assert steps
    assert listed
    assert len(re.findall(r"^\d\. ", listed[1], re.M)) == len(
        re.findall(r"^    \S", steps[1], re.M)
    )


def test_documented_ratios_match_the_benchmark() -> None:
    file = ROOT / "bench" / "results.json"
    parts = json.loads(file.read_text(encoding="utf-8"))["parts"]
    ratio = {
        (row["name"], row.get("compared_with")): row.get("ratio")
        for rows in parts.values()
        for row in rows
    }
    text = " ".join((ROOT / "docs" / "build.md").read_text(encoding="utf-8").split())
    measured = re.search(r"On two cores \(`bench/results.json`.*?checks nothing\.", text)
    assert measured
    records = "removals and arrests to tables, seconds"
    assert re.findall(r"\d\.\d+", measured[0]) == [
        f"{ratio['build, cold, seconds', 'a plain build']:.2f}",
        f"{ratio[records, 'pandas typed by hand']:.2f}",
        f"{ratio[records, 'one SQL statement']:.2f}",
    ]
