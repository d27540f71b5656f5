"""Test recovery of commands from kills, full disks, missing permissions and concurrent runs.

Afterwards what stands under a final name is whole, and the next run makes just what an undisturbed
run makes. Each command is killed at two moments of its run in `make check`, at twenty in
`make -f maintenance.mk check-all`; moments are shares of the processor time that it takes, whatever else runs beside it.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from citable.edition import checksums
from citable.edition.folders import atomic_directory

from ..books import Book, copied, tree
from ..faults import BUILD, CITABLE, can_mount, kill_at_moments, on_a_small_disk, run, start
from ..processes import HANGS
from .conftest import NAME

pytestmark = pytest.mark.check


def site(book: Book) -> dict[str, str]:
    """The built site, without what is Sphinx's own bookkeeping."""
    return {
        name: digest
        for name, digest in tree(book.folder / "_build" / "html").items()
        if not Path(name).name.startswith(".buildinfo")
    }


def unfinished(folder: Path) -> list[str]:
    return [path.name for path in folder.rglob(".*.tmp")] + [p.name for p in folder.rglob(".*.old")]


STATES = {
    "one": ("The sum is {n}`sum`.", "say(sum=1 + 1)"),
    "two": ("The sum, now another, is {n}`sum`.", "say(sum=20 + 20)"),
}


@pytest.fixture(scope="module")
def two_states(
    draft_site: Book, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Book, dict[str, dict[str, str]]]:
    """A small book, and its site in two states of one page, each built from nothing."""
    book = copied(draft_site, tmp_path_factory.mktemp("faults") / "book")
    text = (book.folder / "other.md").read_text(encoding="utf-8")
    built = {}
    for name, (prose, code) in STATES.items():
        changed = text.replace("The sum is {n}`sum`.", prose).replace("say(sum=1 + 1)", code)
        (book.folder / f"{name}.txt").write_text(changed, encoding="utf-8")
        shutil.copy(book.folder / f"{name}.txt", book.folder / "other.md")
        shutil.rmtree(book.folder / "_build", ignore_errors=True)
        run(book, *BUILD)
        built[name] = site(book)
    assert built["one"] != built["two"]
    return book, built


def test_next_build_discards_the_output_of_a_killed_one(
    two_states: tuple[Book, dict[str, dict[str, str]]], moments: int
) -> None:
    book, sites = two_states
    state = ""

    def change() -> None:
        """Give the page its other state, so that each build has something to write."""
        nonlocal state
        state = "two" if state == "one" else "one"
        shutil.copy(book.folder / f"{state}.txt", book.folder / "other.md")

    for moment in kill_at_moments(book, *BUILD, moments=moments, before=change):
        run(book, *BUILD)
        assert site(book) == sites[state], f"killed after {moment:.2f} s"
        assert not unfinished(book.folder / "_build")


def test_truncated_page_is_rebuilt(
    two_states: tuple[Book, dict[str, dict[str, str]]],
) -> None:
    book, sites = two_states
    shutil.copy(book.folder / "two.txt", book.folder / "other.md")
    run(book, *BUILD)
    # The worst case: killed after it noted the page as done and while it wrote it.
    build = book.folder / "_build"
    page = build / "html" / "other.html"
    page.write_bytes(page.read_bytes()[:1000])
    (build / ".record" / "html.whole").unlink()
    ended = subprocess.Popen(["true"])
    ended.wait()
    ours = build / "html" / f".index.html.{ended.pid}.tmp"
    theirs = [build / "html" / "theirs.txt", build / f".theirs.{ended.pid}.tmp"]
    for file in (ours, *theirs):
        file.write_text("left here")
    run(book, *BUILD)
    assert not ours.exists()
    for file in theirs:
        file.unlink()  # it is still there: what is not of the book is not the book's to remove
    assert site(book) == sites["two"]


def test_two_builds_at_once_wait_for_each_other(
    two_states: tuple[Book, dict[str, dict[str, str]]],
) -> None:
    book, sites = two_states
    shutil.copy(book.folder / "one.txt", book.folder / "other.md")
    both = [start(book, *BUILD) for _ in range(2)]
    said = ["".join(process.communicate(timeout=HANGS)) for process in both]
    assert [process.returncode for process in both] == [0, 0], "\n".join(said)
    assert sum("this build waits for process" in text for text in said) == 1
    assert site(book) == sites["one"]


def test_killed_edition_is_complete_or_absent(published_book: Book, moments: int) -> None:
    book = published_book
    dist = book.folder / "dist"
    run(book, *CITABLE, "edition")
    whole = tree(dist)
    shutil.rmtree(dist)
    for moment in kill_at_moments(book, *CITABLE, "edition", moments=moments):
        if (dist / NAME).exists():
            assert checksums.file_problems(dist / NAME) == {}, f"killed after {moment:.2f} s"
        if (dist / f"{NAME}.zip").exists():
            assert zipfile.ZipFile(dist / f"{NAME}.zip").testzip() is None
        run(book, *CITABLE, "edition")
        assert tree(dist) == whole, f"killed after {moment:.2f} s"
        assert sorted(path.name for path in dist.iterdir()) == [NAME, f"{NAME}.zip"]
        shutil.rmtree(dist)


def test_folder_interrupted_between_renames_is_restored(tmp_path: Path) -> None:
    final = tmp_path / "edition"
    with atomic_directory(final) as work:
        (work / "a.txt").write_text("first")
    ended = subprocess.Popen(["true"])
    ended.wait()
    final.rename(tmp_path / f".edition.{ended.pid}.old")
    (tmp_path / f".edition.{ended.pid}.tmp").mkdir()
    (tmp_path / f".edition.{ended.pid}.zip.tmp").write_bytes(b"PK")
    (tmp_path / f".edition.{os.getpid()}.zip.tmp").write_bytes(b"of one that runs")
    # The next one fails, for another reason; the last good one is back all the same.
    with pytest.raises(OSError, match="another reason"), atomic_directory(final):
        raise OSError("another reason")
    assert (final / "a.txt").read_text() == "first"
    with atomic_directory(final) as work:
        (work / "a.txt").write_text("second")
    assert (final / "a.txt").read_text() == "second"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["edition", "edition.zip"]


def test_a_killed_verification_changes_nothing(published_book: Book, moments: int) -> None:
    edition = published_book.folder / "dist" / NAME
    before = tree(edition)
    verify = (*CITABLE, "verify", "--edition", str(edition))
    for moment in kill_at_moments(published_book, *verify, moments=moments):
        assert tree(edition) == before, f"killed after {moment:.2f} s"
    out = run(published_book, *verify)
    assert out.rstrip().endswith("PASS")


@can_mount
def test_full_disk_keeps_the_previous_edition(published_book: Book) -> None:
    dist = published_book.folder / "dist"
    run(published_book, *CITABLE, "edition")
    whole = tree(dist)
    status, said, left = on_a_small_disk(published_book, dist, 100_000, *CITABLE, "edition")
    assert status == 2, said
    assert "No space left on device" in said
    assert "Traceback" not in said
    assert tree(left) == whole
    shutil.rmtree(dist)


@can_mount
def test_build_recovers_after_a_full_disk(
    two_states: tuple[Book, dict[str, dict[str, str]]],
) -> None:
    book, sites = two_states
    build = book.folder / "_build"
    shutil.copy(book.folder / "one.txt", book.folder / "other.md")
    status, said, left = on_a_small_disk(book, build, 0, *BUILD)
    assert status not in (0, 99), said
    # What cannot be written first is chance: a page, or the database that hands over the outputs.
    assert re.search("No space left on device|disk is full|disk I/O error", said), said
    shutil.rmtree(build)
    left.rename(build)
    run(book, *BUILD)
    assert site(book) == sites["one"]


@can_mount
@pytest.mark.parametrize(
    "command",
    [
        ("edition",),
        ("exhibit", "F1.1", "-o", "{here}"),
        ("words", "extract"),
    ],
)
def test_unwritable_path_is_named(published_book: Book, command: tuple[str, ...]) -> None:
    book = published_book
    before = tree(book.folder)
    script = 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" || exit 99; cd "$0"; "$@"'
    process = start(
        book, "unshare", "--mount", "--map-root-user", "sh", "-c", script,
        str(book.folder), *CITABLE, *(word.format(here=book.folder) for word in command),
    )  # fmt: skip
    out, err = process.communicate(timeout=HANGS)
    assert process.returncode == 2, out + err
    assert "Read-only file system" in err
    assert str(book.folder) in err
    assert "Traceback" not in err
    assert tree(book.folder) == before
