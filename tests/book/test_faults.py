"""Test recovery of commands from kills, full disks, missing permissions and concurrent runs.

Afterwards what stands under a final name is whole, and the next run makes just what an undisturbed
run makes. Each command is killed at two moments of its run in `make check`, at twenty in
`make -f maintenance.mk check-all`; moments are shares of the processor time that it takes, whatever else runs beside it.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from citable import paths
from citable.edition import checksums
from citable.edition.folders import atomic_directory

from ..processes import HANGS, wait_until
from .conftest import NAME, Book, checkout, copied, tree

pytestmark = pytest.mark.check

ORIGINALS = paths.originals()

BUILD = (str(Path(sys.executable).with_name("jupyter-book")), "build", ".", "-W")
SCOMM = (sys.executable, "-m", "scomm")


# Lets a process write where it is into a file, just before it is killed.
_ASKED = """\
import faulthandler, os, signal
where = open(os.environ["SCOMM_TEST_ASKED"] + f"/{os.getpid()}", "w")
faulthandler.register(signal.SIGUSR1, file=where, all_threads=False)
"""


@pytest.fixture(
    params=[pytest.param(2, id="two"), pytest.param(20, id="twenty", marks=pytest.mark.exhaustive)]
)
def moments(request: pytest.FixtureRequest) -> int:
    """At how many moments of its run a command is killed."""
    return int(request.param)


def start(book: Book, *command: str) -> subprocess.Popen[str]:
    environment = book.environment() | {"PYTHONDONTWRITEBYTECODE": "1"}
    asked = book.folder.parent / "asked"
    asked.mkdir(exist_ok=True)
    (asked / "sitecustomize.py").write_text(_ASKED)
    environment["PYTHONPATH"] += f"{os.pathsep}{asked}"
    environment["SCOMM_TEST_ASKED"] = str(asked)
    return subprocess.Popen(
        command,
        cwd=book.folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def run(book: Book, *command: str) -> str:
    """Run undisturbed; return what was printed."""
    process = start(book, *command)
    out, err = process.communicate(timeout=HANGS)
    assert process.returncode == 0, out + err
    return out + err


def processor_seconds(process: subprocess.Popen[str]) -> float:
    """Return what a command has used of the processors so far, with all it started."""
    total = 0.0
    try:
        top = psutil.Process(process.pid)
        for one in (top, *top.children(recursive=True)):
            with contextlib.suppress(psutil.Error):
                total += sum(one.cpu_times()[:4])  # its own, and of its children that ended
    except psutil.Error:
        pass
    return total


def watched(book: Book, *command: str) -> float:
    """Run undisturbed; return the processor time that the command took."""
    process = start(book, *command)
    used = 0.0
    with ThreadPoolExecutor(1) as reader:
        said = reader.submit(process.communicate, timeout=HANGS)
        while not said.done():
            used = max(used, processor_seconds(process))
            time.sleep(0.01)  # how often to look
    assert process.returncode == 0, "".join(said.result())
    return used


def processes_of(book: Book) -> list[psutil.Process]:
    """Processes that work for a book, kernels included."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get("CITABLE_ROOT") == str(book.folder):
                found.append(process)
        except psutil.Error:
            continue
    return found


def kill(book: Book, process: subprocess.Popen[str]) -> str:
    """Kill a command with all it started; return the stage at which it was, innermost last."""
    said = book.folder.parent / "asked" / str(process.pid)
    if said.is_file():  # else it has not begun to run Python
        process.send_signal(signal.SIGUSR1)
        wait_until(
            lambda: said.stat().st_size or process.poll() is not None,
            "the process says where it is",
        )
    below = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    text = said.read_text() if said.is_file() else ""
    frames = re.findall(r'File "(\S+)", line \d+ in (\S+)', text)[::-1]
    ours = [f"{Path(file).stem}.{name}" for file, name in frames if "/scomm/" in file]
    others = [name for file, name in frames if re.search("/(sphinx|jupyter_book)/", file)]
    stage = " > ".join(ours[-2:] or others[-1:]) or ("loads" if frames else "starts")
    return f"{stage}, {len(below)} processes below" if below else stage


def kill_after(book: Book, process: subprocess.Popen[str], seconds: float) -> str:
    """Kill a command once it has used the processors so long; return its stage, or "" if it ended."""
    with ThreadPoolExecutor(1) as reader:
        said = reader.submit(process.communicate)
        wait_until(
            lambda: said.done() or processor_seconds(process) >= seconds,
            f"{process.args} used {seconds:.2f} s of the processors",
        )
        return "" if said.done() else kill(book, process)


def kill_at_moments(
    book: Book, *command: str, moments: int, before: Callable[[], None] = lambda: None
) -> Iterator[float]:
    """Kill a command at evenly spread moments of its run; yield after each.

    ``before`` is called before each run, the undisturbed one that is measured first among them.
    Nothing of a killed command may run on: its kernels end.
    """
    before()
    whole = watched(book, *command)
    killed = 0
    for number in range(moments):
        moment = whole * (number + 0.5) / moments
        before()
        stage = kill_after(book, start(book, *command), moment)
        if stage:
            print(f"{' '.join(command[1:])}: killed after {moment:.2f} of {whole:.2f} s: {stage}")
            killed += 1
        wait_until(lambda: not processes_of(book), "every process of a killed command ended")
        yield moment
    assert killed, "each run ended before its moment came"


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
    run(book, *SCOMM, "edition")
    whole = tree(dist)
    shutil.rmtree(dist)
    for moment in kill_at_moments(book, *SCOMM, "edition", moments=moments):
        if (dist / NAME).exists():
            assert checksums.file_problems(dist / NAME) == {}, f"killed after {moment:.2f} s"
        if (dist / f"{NAME}.zip").exists():
            assert zipfile.ZipFile(dist / f"{NAME}.zip").testzip() is None
        run(book, *SCOMM, "edition")
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
    verify = (*SCOMM, "verify", "--edition", str(edition))
    for moment in kill_at_moments(published_book, *verify, moments=moments):
        assert tree(edition) == before, f"killed after {moment:.2f} s"
    out = run(published_book, *verify)
    assert out.rstrip().endswith("PASS")


@pytest.mark.originals
@pytest.mark.skipif(ORIGINALS is None, reason="the original source files are not here")
def test_a_killed_ingest_writes_every_table_or_none(tmp_path: Path, moments: int) -> None:
    book = checkout(tmp_path / "book", tables=None)
    tables = book.folder / "data" / "tables"
    whole = tree(tables)
    ingest = (*SCOMM, "ingest", "--from", str(ORIGINALS))
    for moment in kill_at_moments(book, *ingest, moments=moments):
        assert {name: digest for name, digest in tree(tables).items() if name[0] != "."} in (
            {},
            whole,
        ), f"killed after {moment:.2f} s"
        for file in tables.iterdir():
            file.unlink()
    run(book, *ingest)
    assert tree(tables) == whole


def on_a_small_disk(book: Book, folder: Path, free: int, *command: str) -> tuple[int, str, Path]:
    """Run a command with a folder on a disk with ``free`` bytes; return status, text, what is left.

    The file system lives in a private name space of the kernel and ends with the command.
    """
    left = folder.parent / f"{folder.name}-left"
    before = folder.parent / f"{folder.name}-before"
    shutil.rmtree(left, ignore_errors=True)
    shutil.rmtree(before, ignore_errors=True)
    shutil.copytree(folder, before)
    block = 4096
    sizes = [file.stat().st_size for file in folder.rglob("*") if file.is_file()]
    size = sum(-(-size // block) * block for size in sizes) + free
    script = (
        f'mount -t tmpfs -o size={size} tmpfs "$0" && cp -a "$1/." "$0/" || exit 99; left="$2"; '
        'shift 2; "$@"; status=$?; cp -a "$0/." "$left"; exit $status'
    )
    left.mkdir()
    process = start(
        book, "unshare", "--mount", "--map-root-user", "sh", "-c", script,
        str(folder), str(before), str(left), *command,
    )  # fmt: skip
    out, err = process.communicate(timeout=HANGS)
    return process.returncode, out + err, left


can_mount = pytest.mark.skipif(
    subprocess.run(
        ["unshare", "--mount", "--map-root-user", "mount", "-t", "tmpfs", "tmpfs", "/mnt"],
        capture_output=True,
        check=False,
    ).returncode
    != 0,
    reason="this system does not let a test mount a small file system",
)


@can_mount
def test_full_disk_keeps_the_previous_edition(published_book: Book) -> None:
    dist = published_book.folder / "dist"
    run(published_book, *SCOMM, "edition")
    whole = tree(dist)
    status, said, left = on_a_small_disk(published_book, dist, 4_000_000, *SCOMM, "edition")
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
@pytest.mark.originals
@pytest.mark.skipif(ORIGINALS is None, reason="the original source files are not here")
def test_full_disk_keeps_the_previous_tables(tmp_path: Path) -> None:
    book = checkout(tmp_path / "book", tables=None)
    tables = book.folder / "data" / "tables"
    old = tables / "activation.csv"
    old.write_text(old.read_text(encoding="utf-8")[:-10], encoding="utf-8")
    before = tree(tables)
    status, said, left = on_a_small_disk(
        book, tables, 1_000_000, *SCOMM, "ingest", "--from", str(ORIGINALS)
    )
    assert status == 2, said
    assert "No space left on device" in said
    assert "Traceback" not in said
    assert tree(left) == before


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
        str(book.folder), *SCOMM, *(word.format(here=book.folder) for word in command),
    )  # fmt: skip
    out, err = process.communicate(timeout=HANGS)
    assert process.returncode == 2, out + err
    assert "Read-only file system" in err
    assert str(book.folder) in err
    assert "Traceback" not in err
    assert tree(book.folder) == before
