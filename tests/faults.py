"""Faults for tests of commands: kill one at a moment of its run, run one on a full disk."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from .books import Book
from .processes import HANGS, wait_until

BUILD = (str(Path(sys.executable).with_name("jupyter-book")), "build", ".", "-W")
CITABLE = (sys.executable, "-m", "citable")
SCOMM = (sys.executable, "-m", "scomm")


# Lets a process write where it is into a file, just before it is killed.
_ASKED = """\
import faulthandler, os, signal
where = open(os.environ["TEST_ASKED"] + f"/{os.getpid()}", "w")
faulthandler.register(signal.SIGUSR1, file=where, all_threads=False)
"""


def start(book: Book, *command: str) -> subprocess.Popen[str]:
    environment = book.environment() | {"PYTHONDONTWRITEBYTECODE": "1"}
    asked = book.folder.parent / "asked"
    asked.mkdir(exist_ok=True)
    (asked / "sitecustomize.py").write_text(_ASKED)
    environment["PYTHONPATH"] += f"{os.pathsep}{asked}"
    environment["TEST_ASKED"] = str(asked)
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
    ours = [
        f"{Path(file).stem}.{name}" for file, name in frames if re.search("/(citable|scomm)/", file)
    ]
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
