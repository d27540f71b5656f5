from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from citable import paths
from citable.errors import PublishedError
from citable.project import project
from citable.record import paragraphs
from citable.record.paragraphs import Registered, assign

FIRST = [
    "The claim is that one in four had no conviction.",
    "The counts are those of the agency.",
    "So the claim holds, by {more:int}.",
]


def registry(texts: list[str]) -> list[Registered]:
    return assign([], {"6": texts})[0]


def ids(rows: list[Registered]) -> list[str]:
    return [row.id for row in rows if not row.removed]


def what(done: list[paragraphs.Assigned]) -> dict[str, str]:
    return {item.id: item.what for item in done}


def test_a_first_assignment_counts_from_one() -> None:
    assert ids(registry(FIRST)) == ["6.1", "6.2", "6.3"]


def test_an_unchanged_page_changes_nothing() -> None:
    rows = registry(FIRST)
    again, done = assign(rows, {"6": FIRST})
    assert again == rows
    assert set(what(done).values()) == {"kept"}


def test_an_edited_text_keeps_its_id() -> None:
    texts = [FIRST[0], "The counts are the agency's own.", FIRST[2]]
    rows, done = assign(registry(FIRST), {"6": texts})
    assert ids(rows) == ["6.1", "6.2", "6.3"]
    assert what(done)["6.2"] == "edited"
    assert rows[1].digest == paragraphs.digest(texts[1])


def test_inserted_paragraph_gets_a_letter() -> None:
    texts = [FIRST[0], "Something new stands here.", *FIRST[1:]]
    rows, done = assign(registry(FIRST), {"6": texts})
    assert ids(rows) == ["6.1", "6.1A", "6.2", "6.3"]
    assert what(done)["6.1A"] == "new"


def test_further_insertions_get_ids_between_neighbours() -> None:
    one, _ = assign(registry(FIRST), {"6": [FIRST[0], "New A.", *FIRST[1:]]})
    two, _ = assign(one, {"6": [FIRST[0], "New A.", "Unlike, B.", *FIRST[1:]]})
    assert ids(two) == ["6.1", "6.1A", "6.1B", "6.2", "6.3"]
    three, _ = assign(two, {"6": [FIRST[0], "Z!", "New A.", "Unlike, B.", *FIRST[1:]]})
    assert ids(three) == ["6.1", "6.1ZA", "6.1A", "6.1B", "6.2", "6.3"]
    four, _ = assign(three, {"6": [FIRST[0], "Z!", "New A.", "?", "Unlike, B.", *FIRST[1:]]})
    assert ids(four) == ["6.1", "6.1ZA", "6.1A", "6.1AA", "6.1B", "6.2", "6.3"]


def test_a_paragraph_before_the_first_and_after_the_last() -> None:
    rows, _ = assign(registry(FIRST), {"6": ["Before all others.", *FIRST, "After all others."]})
    assert ids(rows) == ["6.0A", "6.1", "6.2", "6.3", "6.4"]


def test_a_removed_id_is_kept_and_never_used_again() -> None:
    rows, done = assign(registry(FIRST), {"6": FIRST[:2]})
    assert ids(rows) == ["6.1", "6.2"]
    assert what(done)["6.3"] == "removed"
    assert next(row.removed for row in rows if row.id == "6.3") == project().version
    again, _ = assign(rows, {"6": [*FIRST[:2], "A wholly different last word."]})
    assert ids(again) == ["6.1", "6.2", "6.4"]


def test_a_moved_paragraph_keeps_its_id() -> None:
    rows, done = assign(registry(FIRST), {"6": [FIRST[2], FIRST[0], FIRST[1]]})
    assert ids(rows) == ["6.3", "6.1", "6.2"]
    assert "new" not in what(done).values()


def test_changed_number_keeps_the_paragraph_id() -> None:
    rows = registry(FIRST)
    assert paragraphs.match(rows, FIRST) == ["6.1", "6.2", "6.3"]
    assert paragraphs.match(rows, [FIRST[0], "The counts are not.", FIRST[2]]) == ["6.1", "", "6.3"]


def test_two_paragraphs_of_one_text_have_two_ids() -> None:
    rows = registry(["Same.", "Other.", "Same."])
    assert paragraphs.match(rows, ["Same.", "Other.", "Same."]) == ["6.1", "6.2", "6.3"]


texts = st.lists(st.text("abcdefg ", min_size=1, max_size=12).filter(str.strip), max_size=9)


@given(st.lists(texts, min_size=1, max_size=5))
def test_ids_are_never_lost_or_used_twice(editions: list[list[str]]) -> None:
    rows: list[Registered] = []
    ever: set[str] = set()
    for edition in editions:
        rows, _ = assign(rows, {"6": edition})
        every = [row.id for row in rows]
        assert len(every) == len(set(every))
        assert ever <= set(every)
        assert all(paragraphs.match(rows, edition))
        gone = {row.id for row in rows if row.removed}
        assert not gone & {row.id for row in rows if not row.removed}
        ever = set(every)


def test_a_registry_damaged_by_hand_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "paragraphs.csv"
    monkeypatch.setattr(paths, "PARAGRAPHS", file)
    paragraphs.save(registry(FIRST))
    assert paragraphs.load() == registry(FIRST)
    text = file.read_text()
    file.write_text(text.replace("6.3,", "6.1,"))
    with pytest.raises(PublishedError, match=r"row 4: paragraph 6\.1 stands twice"):
        paragraphs.load()
    file.write_text(text.replace("6.2,", "six.2,"))
    with pytest.raises(PublishedError, match="row 3, column 'id'"):
        paragraphs.load()


def test_the_committed_registry_numbers_every_chapter() -> None:
    rows = paragraphs.load()
    wanted = range(1, 18)
    assert {row.chapter for row in rows} >= {str(number) for number in wanted}
