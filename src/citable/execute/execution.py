"""Execute notebooks in parallel, and store results keyed by everything they depend on.

A stored result is served only if everything the notebook read is unchanged: its own code cells,
the lock, the Python version, every module of ours that its kernel had loaded and every file of
the project that it opened. These are not declared by anyone; the kernel reports them.
"""

from __future__ import annotations

import copy
import hashlib
import json
import os
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import nbformat
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from traitlets.config import Config

from citable import paths
from citable.display.figures import DRAWS
from citable.display.words import ENGLISH, language
from citable.errors import CitableError
from citable.execute.kernels import KernelForkServer, environment
from citable.execute.provisioning import PlainKernelManager
from citable.files.atomic import write_atomically
from citable.tables.passports import sha256_of

# Bump when the format of the store changes, so that old stores are not read.
_STORE_VERSION = "4"

_PROLOGUE_CELL = """\
import importlib.machinery as _machinery
import os as _os
import sys as _sys
class _FromSource(_machinery.SourceFileLoader):
    # Run from source, not bytecode: a compiled file could be that of another source, as
    # Python compares only size and modification time in seconds.
    def path_stats(self, path):
        raise OSError
_build_finder = _machinery.FileFinder.path_hook((_FromSource, [".py"]))
_build_code = tuple(_os.environ["CITABLE_CODE"].split(_os.pathsep))
def _build_path(path):
    if not (path + _os.sep).startswith(tuple(folder + _os.sep for folder in _build_code)):
        raise ImportError
    return _build_finder(path)
_sys.path_hooks.insert(0, _build_path)
for _build_folder in _build_code:
    _sys.path_importer_cache.pop(_build_folder, None)
_build_opened = set()
def _build_hook(event, args):
    if event == "open" and isinstance(args[0], (str, bytes)):
        _build_opened.add(args[0] if isinstance(args[0], str) else args[0].decode())
    # Refuse network connections: no number may depend on a server.
    if event == "socket.connect" and isinstance(args[1], tuple):
        raise ConnectionRefusedError(f"a notebook may not use the network: {args[1]}")
_sys.addaudithook(_build_hook)
"""

_EPILOGUE_CELL = """\
import json as _json
print(_json.dumps({
    "opened": sorted(_build_opened),
    "modules": sorted(
        str(m.__file__) for m in list(_sys.modules.values())
        if str(getattr(m, "__file__", None)).startswith(tuple(f + _os.sep for f in _build_code))
    ),
}))
"""


# For fewer notebooks, importing all libraries first takes longer than it saves.
MIN_NOTEBOOKS_FOR_FORK_SERVER = 3


class ExecutionError(CitableError):
    """A cell of a notebook failed."""


@dataclass(frozen=True)
class Executed:
    """A notebook with its outputs.

    ``key`` is the digest of everything the outputs depend on; ``seconds`` is None where the
    outputs came from the store; ``text`` is the digest of the whole notebook, prose included.
    """

    notebook: nbformat.NotebookNode
    key: str
    uses: dict[str, str]
    seconds: float | None
    text: str = ""


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8")).hexdigest()


def _environment_key() -> list[str]:
    """Return what every result depends on: lock, Python version, language."""
    lock = sha256_of(paths.LOCK) if paths.LOCK.is_file() else "no lock"
    said_in = [] if language() == ENGLISH else [f"language {language()}"]
    return [_STORE_VERSION, platform.python_version(), lock, *said_in]


def code_key(notebook: nbformat.NotebookNode) -> str:
    """Return the digest of what is known before execution: code cells, lock, Python version, language."""
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    return _digest(*_environment_key(), *code)


def text_key(notebooks: Mapping[str, nbformat.NotebookNode], name: str) -> str:
    """Return the digest of a notebook's whole text, on which no output depends."""
    if isinstance(notebooks, Notebooks):
        return _digest("text", notebooks.texts[name])
    return _digest("cells", *(f"{cell.cell_type} {cell.source}" for cell in notebooks[name].cells))


class Notebooks(Mapping[str, nbformat.NotebookNode]):
    """Mapping of notebooks by name, each parsed when it is first asked for.

    Parameters: ``texts`` by name; ``read`` makes a notebook of a name and its text.
    """

    def __init__(
        self, texts: Mapping[str, str], read: Callable[[str, str], nbformat.NotebookNode]
    ) -> None:
        self.texts = texts
        self._parse = read
        self._made: dict[str, nbformat.NotebookNode] = {}

    def __getitem__(self, name: str) -> nbformat.NotebookNode:
        if name not in self._made:
            self._made[name] = self._parse(name, self.texts[name])
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.texts)

    def __len__(self) -> int:
        return len(self.texts)


def _file_digest(file: str) -> str:
    """Return the current digest of a used file, by its path relative to the root; a fixed one if missing."""
    path = paths.of_name(file)
    return sha256_of(path) if path.is_file() else "missing"


def _contains_project(folder: str) -> bool:
    return paths.ROOT.is_relative_to(Path(folder).resolve())


def _relevant(files: Iterable[str]) -> list[str]:
    """Filter files to those of the project on which a result may depend, as paths relative to the root."""
    kept = set()
    # Most files are libraries', and resolving thousands of paths takes longer than some chapters.
    libraries = tuple(
        f"{folder}/" for folder in {sys.prefix, sys.base_prefix} if not _contains_project(folder)
    )
    ours = f"{paths.PACKAGE}/"
    for name in files:
        if name.startswith(libraries) and not name.startswith(ours):
            continue
        try:
            file = Path(name).resolve()
        except (ValueError, OSError):
            continue
        if (named := paths.named(file)) is None:
            continue
        relative = Path(named)
        first = relative.parts[0] if relative.parts else ""
        if first in ("_build", ".venv", ".git", "") or "__pycache__" in relative.parts:
            continue
        # The manifest names every table; a notebook depends on the tables it loads, and the
        # build checks all of them against the manifest before it serves anything.
        if file == paths.MANIFEST or not file.is_file():
            continue
        kept.add(named)
    return sorted(kept)


def _key(code: str, uses: dict[str, str]) -> str:
    return _digest(code, json.dumps(uses, sort_keys=True))


class Store:
    """Store of executed notebooks on disk: ``<folder>/<name>/<code key>.json`` and its ``.ipynb``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def codes(self, notebooks: Mapping[str, nbformat.NotebookNode]) -> dict[str, str]:
        """Return each notebook's code key, without reading those whose text is known.

        What a text's code cells are is remembered under the digest of the text and of all that the
        key depends on besides.
        """
        texts = notebooks.texts if isinstance(notebooks, Notebooks) else {}
        setting = _environment_key()
        # A cell may load its code from a file that the text only names.
        asked = {n: _digest(*setting, texts[n]) for n in texts if ":load:" not in texts[n]}
        file = self.folder / "codes.json"
        try:
            known = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            known = {}
        codes = {
            name: known.get(asked.get(name, "")) or code_key(notebooks[name]) for name in notebooks
        }
        kept = {asked[name]: codes[name] for name in asked}
        if kept != known and kept:
            write_atomically(file, json.dumps(kept, indent=1, sort_keys=True).encode("utf-8"))
        return codes

    def find(self, name: str, code: str) -> Executed | None:
        """Return the stored result of a code key if nothing on which it depends has changed, else None."""
        record = self.folder / name / f"{code}.json"
        result = record.with_suffix(".ipynb")
        try:
            kept = json.loads(record.read_text(encoding="utf-8"))
            uses, text = kept["uses"], kept["text"]
            if any(_file_digest(file) != digest for file, digest in uses.items()):
                return None
            # Written by this store: validating the schema again would take as long as all else.
            stored = nbformat.v4.reads(result.read_text(encoding="utf-8"))
        except (OSError, ValueError, KeyError):
            return None
        return Executed(stored, _key(code, uses), uses, None, text)

    def keep(self, name: str, executed: Executed, code: str) -> None:
        """Store a result and drop older ones of the same notebook."""
        folder = self.folder / name
        record = folder / f"{code}.json"
        text = nbformat.writes(executed.notebook)
        write_atomically(record.with_suffix(".ipynb"), text.encode("utf-8"))
        kept = {"uses": executed.uses, "text": executed.text}
        uses = json.dumps(kept, indent=1, sort_keys=True)
        write_atomically(record, uses.encode("utf-8"))
        for old in folder.iterdir():
            if old.stem != code:
                old.unlink(missing_ok=True)


def execute(
    notebook: nbformat.NotebookNode,
    name: str,
    timeout: int = 300,
    manager: type[AsyncKernelManager] = PlainKernelManager,
    *,
    draws: bool = True,
) -> Executed:
    """Execute a notebook in a clean kernel and return it with its outputs and what it used.

    ``manager`` starts the kernel; without ``draws`` figures are left out. Raises ExecutionError with the failing cell and its message.
    """
    began = time.perf_counter()
    code = code_key(notebook)
    running = copy.deepcopy(notebook)
    running.cells = [
        nbformat.v4.new_code_cell(_PROLOGUE_CELL),
        *running.cells,
        nbformat.v4.new_code_cell(_EPILOGUE_CELL),
    ]
    with tempfile.TemporaryDirectory() as temporary:
        # Sockets in a private folder rather than open TCP ports.
        config = Config()
        config.KernelManager.transport = "ipc"
        config.KernelManager.ip = str(Path(temporary) / "kernel")
        config.KernelManager.connection_file = str(Path(temporary) / "kernel.json")
        client = NotebookClient(
            running,
            config=config,
            kernel_manager_class=manager,
            kernel_name=notebook.metadata.get("kernelspec", {}).get("name", "python3"),
            timeout=timeout,
            resources={"metadata": {"path": str(paths.ROOT)}},
            record_timing=False,
            shutdown_kernel="immediate",  # its last cell has said all that it has to say
        )
        try:
            drawn = {} if draws else {DRAWS: "no"}
            client.execute(env=environment(temporary) | drawn)
        except CellExecutionError as error:
            raise ExecutionError(f"{name}: a cell failed.\n{error}") from error
        except (CellTimeoutError, DeadKernelError) as error:
            raise ExecutionError(f"{name}: its kernel ended or took too long. {error}") from error
    report = json.loads("".join(out.get("text", "") for out in running.cells[-1].outputs))
    running.cells = running.cells[1:-1]
    # Readers give cells random ids; an edition must be the same bytes wherever it is made.
    for index, cell in enumerate(running.cells):
        if "id" in cell:
            cell["id"] = f"cell-{index}"
    count = 0
    for cell in running.cells:
        if cell.cell_type == "code":
            count += 1
            cell.execution_count = count
            for output in cell.outputs:
                if "execution_count" in output:
                    output.execution_count = count
    used = _relevant([*report["opened"], *report["modules"]])
    uses = {file: _file_digest(file) for file in used}
    return Executed(running, _key(code, uses), uses, time.perf_counter() - began)


def merge_outputs_into(executed: Executed, notebook: nbformat.NotebookNode, text: str) -> Executed:
    """Copy the outputs of a result into a notebook that has the same code cells and other prose.

    ``text`` is that notebook's digest. What execution adds to a notebook is taken over.
    """
    fresh = copy.deepcopy(notebook)
    ran = iter([cell for cell in executed.notebook.cells if cell.cell_type == "code"])
    for index, cell in enumerate(fresh.cells):
        if "id" in cell:
            cell["id"] = f"cell-{index}"
        if cell.cell_type == "code":
            before = next(ran)
            cell.outputs, cell.execution_count = before.outputs, before.execution_count
    fresh.metadata = nbformat.from_dict({**executed.notebook.metadata, **fresh.metadata})
    return replace(executed, notebook=fresh, text=text)


def default_workers() -> int:
    """Return the number of notebooks to execute in parallel: one more than there are processors.

    Before its first cell and after its last one a kernel waits a third of a second for messages.
    """
    return (os.cpu_count() or 1) + 1


def execute_all(
    notebooks: Mapping[str, nbformat.NotebookNode],
    store: Store,
    workers: int | None = None,
    report: Callable[[str, Executed], None] | None = None,
) -> dict[str, Executed]:
    """Return every notebook with outputs: stored ones that are still valid, others executed.

    ``notebooks`` maps names (such as ``notebooks/05-nation``) to notebooks without outputs.

    Raises ExecutionError naming every notebook that failed; results of the others are kept.
    """
    results: dict[str, Executed] = {}
    stale: list[str] = []
    codes = store.codes(notebooks)
    for name, code in codes.items():
        found = store.find(name, code)
        if found is None:
            stale.append(name)
            continue
        if found.text != (text := text_key(notebooks, name)):
            found = merge_outputs_into(found, notebooks[name], text)
            store.keep(name, found, code)
        results[name] = found
    failures: list[str] = []
    # Longest first, by length of code, so that no long one runs alone at the end.
    stale.sort(key=lambda name: -sum(len(cell.source) for cell in notebooks[name].cells))
    with (
        ExitStack() as own,
        ThreadPoolExecutor(max_workers=workers or default_workers()) as pool,
    ):
        manager: type[AsyncKernelManager] = PlainKernelManager
        if len(stale) >= MIN_NOTEBOOKS_FOR_FORK_SERVER:
            manager = own.enter_context(KernelForkServer()).manager_class()
        futures = {
            pool.submit(execute, notebooks[name], name, manager=manager): name for name in stale
        }
        for future in as_completed(futures):
            name = futures[future]
            try:
                executed = replace(future.result(), text=text_key(notebooks, name))
            except ExecutionError as error:
                failures.append(str(error))
                continue
            store.keep(name, executed, codes[name])
            results[name] = executed
            if report:
                report(name, executed)
    if failures:
        raise ExecutionError("\n\n".join(sorted(failures)))
    return {name: results[name] for name in notebooks}


def forget(store: Store, names: Iterable[str]) -> None:
    """Delete stored results of notebooks whose source no longer exists."""
    known = {store.folder / name for name in names}
    for folder in [path.parent for path in store.folder.rglob("*.json")]:
        if folder not in known and folder != store.folder:
            shutil.rmtree(folder, ignore_errors=True)
