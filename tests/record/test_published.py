from __future__ import annotations

import csv
import json
import re
import shutil
import subprocess
from pathlib import Path

import nbformat
import pytest

from citable import paths
from citable.errors import PublishedError
from citable.record import outputs, published
from citable.record.outputs import sort_key
from scomm import __version__


def finding(identifier: str = "6.3", **changes: object) -> dict[str, object]:
    base: dict[str, object] = {
        "id": identifier,
        "url": "notebooks/06-jurisdictions.html#finding-6-3",
        "statement": "9 of 28 places are over one half.",
        "estimand": "places over one half",
        "value": 9,
        "unit": "count",
        "numerator": None,
        "denominator": None,
        "interval": None,
        "reference": None,
        "period": "to March 2011",
        "population": "places",
        "claims": ["C4"],
        "as_counted": "",
        "beyond_chance": "",
    }
    return base | changes


def share(value: float, method: str = "wilson") -> dict[str, object]:
    interval = {"low": 0.2, "high": 0.4, "method": method, "level": 0.95}
    return finding(value=value, unit="share", interval=interval)


@pytest.fixture
def record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A record of its own, with a changelog that has the edition's heading."""
    for name in ("FINDINGS", "NUMBERS", "CHANGES"):
        file = tmp_path / getattr(paths, f"PUBLISHED_{name}").name
        monkeypatch.setattr(paths, f"PUBLISHED_{name}", file)
    changelog = tmp_path / "CHANGELOG.md"
    changelog.write_text(f"# Changelog\n\n## {__version__} (unreleased)\n\nText.\n\n## 2026.01\n")
    monkeypatch.setattr(paths, "CHANGELOG", changelog)
    return tmp_path


def test_equal_findings_give_no_change(record: Path) -> None:
    published.accept([finding()], {"p": {"n": 1}}, "first edition")
    assert published.compare(published.load(), [finding()]) == []
    assert published.problems_of_the_record() == []


def test_a_count_is_exact_and_the_message_says_what_moved(record: Path) -> None:
    published.accept([finding()], {}, "first edition")
    moved = published.compare(published.load(), [finding(value=10)])
    assert [str(change) for change in moved] == ["finding 6.3, value: moved from 9 to 10"]


@pytest.mark.parametrize(
    ("method", "moved_by", "same"),
    [
        ("wilson", 1e-12, True),
        ("wilson", 1e-7, False),
        ("bootstrap", 1e-7, True),
        ("bootstrap", 1e-4, False),
    ],
)
def test_a_share_may_move_within_its_tolerance(
    record: Path, method: str, moved_by: float, same: bool
) -> None:
    published.accept([share(0.3, method)], {}, "first edition")
    moved = published.compare(published.load(), [share(0.3 + moved_by, method)])
    assert (moved == []) is same


def test_count_as_float_is_a_change(record: Path) -> None:
    published.accept([finding()], {}, "first edition")
    assert published.compare(published.load(), [finding(value=9.5)])
    assert published.compare(published.load(), [finding(value="9")])


def test_accepting_writes_the_effect_and_the_reason_into_the_changelog(record: Path) -> None:
    published.accept([finding()], {}, "first edition")
    published.accept(
        [finding(value=10, statement="10 of 28.")], {}, "A county was counted as a city"
    )
    text = paths.CHANGELOG.read_text()
    assert "- Finding 6.3, value: 9 → 10. Reason: A county was counted as a city." in text
    assert text.index("Finding 6.3, value") < text.index("## 2026.01")
    assert published.load()["6.3"]["value"] == 10
    assert published.problems_of_the_record() == []


@pytest.mark.parametrize("reason", ["", "   ", "typo"])
def test_no_change_without_a_reason(record: Path, reason: str) -> None:
    with pytest.raises(PublishedError, match="a reason is required"):
        published.accept([finding()], {}, reason)
    assert not paths.PUBLISHED_FINDINGS.exists()


def test_an_id_cannot_disappear(record: Path) -> None:
    published.accept([finding(), finding("6.4")], {}, "first edition")
    before = paths.PUBLISHED_FINDINGS.read_bytes()
    with pytest.raises(PublishedError, match=r"finding 6\.4 .* no page computes it"):
        published.accept([finding()], {}, "it is not needed any more")
    assert paths.PUBLISHED_FINDINGS.read_bytes() == before


def test_a_retired_id_stays_and_is_never_used_again(record: Path) -> None:
    published.accept([finding(), finding("6.4")], {}, "first edition")
    published.retire("6.4", published.SUPERSEDED, "Replaced by a wider count", by="6.3")
    entry = published.load()["6.4"]
    assert (entry["status"], entry["by"]) == ("superseded", "6.3")
    assert published.compare(published.load(), [finding()]) == []
    with pytest.raises(PublishedError, match="never used again"):
        published.accept([finding(), finding("6.4")], {}, "back again, please")
    with pytest.raises(PublishedError, match="already superseded"):
        published.retire("6.4", published.WITHDRAWN, "and again, to be sure")
    assert "Finding 6.4, status: current → superseded by 6.3." in paths.CHANGELOG.read_text()
    assert published.problems_of_the_record() == []


def test_an_unknown_finding_cannot_be_retired(record: Path) -> None:
    published.accept([finding()], {}, "first edition")
    with pytest.raises(
        PublishedError, match=r"6\.33 is not in the published record; near it: 6\.3"
    ):
        published.retire("6.33", published.WITHDRAWN, "it was wrong")


def test_an_expectation_edited_by_hand_is_found(record: Path) -> None:
    published.accept([finding()], {}, "first edition")
    text = paths.PUBLISHED_FINDINGS.read_text()
    paths.PUBLISHED_FINDINGS.write_text(text.replace('"value": 9', '"value": 10'))
    assert any("6.3" in wrong and "accept" in wrong for wrong in published.problems_of_the_record())


def test_a_change_without_its_line_in_the_changelog_is_found(record: Path) -> None:
    published.accept([finding()], {}, "first edition")
    published.accept([finding(value=10)], {}, "A county was counted as a city")
    text = paths.CHANGELOG.read_text().replace("9 → 10", "nine to ten")
    assert any("no line in the changelog" in w for w in published.problems_of_the_record(text))


def test_a_forged_history_is_found(record: Path) -> None:
    published.accept([finding()], {}, "first edition")
    published.accept([finding(value=10)], {}, "A county was counted as a city")
    published.accept([finding(value=11)], {}, "And another one as well")
    text = paths.PUBLISHED_CHANGES.read_text().replace("value,10,11", "value,9,11")
    paths.PUBLISHED_CHANGES.write_text(text)
    assert any("says it was 9" in wrong for wrong in published.problems_of_the_record())


def test_numbers_in_prose_are_part_of_the_record(record: Path) -> None:
    published.accept([finding()], {"notebooks/06": {"n": 28, "s": 0.25}}, "first edition")
    moved = published.compare_numbers(
        published.load_numbers(), {"notebooks/06": {"n": 29, "s": 0.25 + 1e-12}}
    )
    assert [str(change) for change in moved] == [
        "number notebooks/06 n, value: moved from 28 to 29"
    ]
    published.accept([finding()], {"notebooks/06": {"n": 29, "s": 0.25}}, "One place was missed")
    assert "`n` 28 → 29" in paths.CHANGELOG.read_text()
    assert published.problems_of_the_record() == []


def test_numbers_in_prose_edited_by_hand_are_found(record: Path) -> None:
    published.accept([finding()], {"notebooks/06": {"n": 28}}, "first edition")
    text = paths.PUBLISHED_NUMBERS.read_text()
    paths.PUBLISHED_NUMBERS.write_text(text.replace("28", "29"))
    (wrong,) = published.problems_of_the_record()
    assert "numbers in prose are not what the last accepted change made them" in wrong


def test_a_change_of_numbers_needs_its_line_in_the_changelog(record: Path) -> None:
    published.accept([finding()], {"notebooks/06": {"n": 28}}, "first edition")
    published.accept([finding()], {"notebooks/06": {"n": 29}}, "One place was missed")
    text = paths.CHANGELOG.read_text()
    assert published.problems_of_the_record(text) == []
    lines = [line for line in text.splitlines() if "Digest of the numbers" not in line]
    (wrong,) = published.problems_of_the_record("\n".join(lines))
    assert "no line in the changelog" in wrong


def test_a_record_of_a_newer_schema_is_refused(record: Path) -> None:
    published.accept([finding()], {}, "first edition")
    document = json.loads(paths.PUBLISHED_FINDINGS.read_text())
    document["schema"] = "one-in-four/published/9"
    paths.PUBLISHED_FINDINGS.write_text(json.dumps(document))
    with pytest.raises(PublishedError, match="published/9"):
        published.load()


def test_a_full_disk_leaves_the_record_as_it_was(
    record: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    published.accept([finding()], {}, "first edition")
    before = {file: file.read_bytes() for file in record.iterdir()}

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        published.accept([finding(value=10)], {}, "A county was counted as a city")
    assert {file: file.read_bytes() for file in record.iterdir()} == before


# The committed record of this edition.


def test_committed_record_has_no_manual_edits() -> None:
    assert published.load(), "nothing is published"
    assert published.problems_of_the_record() == []


def test_every_first_publication_is_named_in_the_changelog() -> None:
    text = paths.CHANGELOG.read_text(encoding="utf-8")
    named = re.findall(r"First published: findings ([^.]+(?:\.\d+[^.]*)*)\. Reason", text)
    listed = {name.strip() for part in named for name in part.split(",")}
    assert listed >= set(published.load())


def test_ids_are_in_order_and_their_pages_exist() -> None:
    entries = published.load()
    assert list(entries) == sorted(entries, key=sort_key)
    for entry in entries.values():
        assert (paths.ROOT / entry["url"].split(".html")[0]).with_suffix(".md").is_file()


def test_accepted_changes_are_never_taken_back() -> None:
    git = shutil.which("git")
    if git is None or not (paths.ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    name = paths.PUBLISHED_CHANGES.relative_to(paths.ROOT).as_posix()
    before = subprocess.run(
        [git, "show", f"HEAD:{name}"], cwd=paths.ROOT, capture_output=True, text=True, check=False
    )
    if before.returncode:
        pytest.skip("the last commit has no accepted changes")
    assert paths.PUBLISHED_CHANGES.read_text(encoding="utf-8").startswith(before.stdout)
    rows = list(csv.DictReader(before.stdout.splitlines()))
    assert rows


def left_by(**items: object) -> nbformat.NotebookNode:
    """A notebook that left these results, as an executed one does."""
    cell = nbformat.v4.new_code_cell("pass")
    cell.outputs = [
        nbformat.v4.new_output(
            "display_data",
            {"application/papermill.record/text/plain": json.dumps(data)},
            metadata={"scrapbook": {"name": name.replace("__", "/").replace("_", ".")}},
        )
        for name, data in items.items()
    ]
    return nbformat.v4.new_notebook(cells=[cell])


def test_values_within_tolerance_snap_to_published_digits() -> None:
    entry = published.load()["12.3"]
    computed = published.published_part(entry) | {
        "id": "12.3",
        "url": "notebooks/12-return.html#finding-12-3",
    }
    ends = computed["interval"]
    near = computed | {
        "value": computed["value"] * (1 + 1e-13),
        "interval": ends | {"low": ends["low"] * (1 - 1e-13)},
    }
    assert near != computed
    notebook = left_by(finding__12_3=near)
    published.snap_to_published({"notebooks/12-return": notebook})
    assert outputs.recorded_values(notebook)["finding/12.3"] == computed


def test_values_beyond_tolerance_are_not_snapped() -> None:
    entry = published.load()["12.3"]
    ends = entry["interval"]
    for moved in (
        {"value": entry["value"] + 1e-3},
        {"interval": ends | {"high": ends["high"] + 1e-3}},
        {"numerator": 7},
    ):
        # One field has moved, others differ by a digit: none is touched.
        nearly = {
            "value": entry["value"] * (1 + 1e-13),
            "interval": ends | {"low": ends["low"] * (1 - 1e-13)},
        }
        computed = published.published_part(entry) | {"id": "12.3"} | nearly | moved
        assert computed["value"] != entry["value"]
        notebook = left_by(finding__12_3=computed)
        published.snap_to_published({"notebooks/12-return": notebook})
        assert outputs.recorded_values(notebook)["finding/12.3"] == computed


def test_prose_numbers_snap_page_by_page() -> None:
    page = "notebooks/12-return"
    name, value = next(
        (name, value)
        for name, value in published.load_numbers()[page].items()
        if isinstance(value, float) and "_" not in name
    )
    for where, given, expected in (
        (page, value * (1 + 1e-13), value),
        (page, value + 1e-2, value + 1e-2),
        ("notebooks/01-other", value * (1 + 1e-13), value * (1 + 1e-13)),
    ):
        notebook = left_by(**{name: given})
        published.snap_to_published({where: notebook})
        assert outputs.recorded_values(notebook) == {name: expected}


def test_changed_prose_numbers_are_listed_in_one_line(record: Path) -> None:
    published.accept([finding()], {"notebooks/06": {"n": 28, "m": 3}}, "first edition")
    published.accept([finding()], {"notebooks/06": {"n": 29, "m": 4}}, "Two places were missed")
    (line,) = [line for line in paths.CHANGELOG.read_text().splitlines() if "`n`" in line]
    assert line == (
        "- Numbers in the prose of notebooks/06: `m` 3 → 4; `n` 28 → 29. "
        "Reason: Two places were missed."
    )


@pytest.mark.parametrize(
    ("numbers", "says"),
    [
        ({"notebooks/06": {"n": [28]}}, "notebooks/06 n: found [28]"),
        ({"notebooks/06": {"": 28}}, "notebooks/06 : found 28"),
        ({"notebooks/06": 28}, "notebooks/06 : found 28"),
        ([28], "numbers : found [28]"),
    ],
)
def test_malformed_prose_numbers_are_refused(record: Path, numbers: object, says: str) -> None:
    published.accept([finding()], {"notebooks/06": {"n": 28}}, "first edition")
    document = json.loads(paths.PUBLISHED_NUMBERS.read_text())
    paths.PUBLISHED_NUMBERS.write_text(json.dumps(document | {"numbers": numbers}))
    with pytest.raises(PublishedError) as refused:
        published.load_numbers()
    assert str(refused.value) == (
        f"{paths.PUBLISHED_NUMBERS.name}, {says}, expected a number or a word by name. "
        "Restore it with `git checkout`."
    )
