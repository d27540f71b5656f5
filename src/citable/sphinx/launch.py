"""Link chapters to Binder (from the lock) and Colab (from the executed notebook).

Offered only where the repository's address is configured (``citable_repository``). Nothing is asked
of those services until a reader follows a link.
"""

from __future__ import annotations

import copy
from pathlib import Path
from urllib.parse import quote

import nbformat
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

from citable.files.atomic import write_atomically
from citable.project import project
from citable.record.outputs import for_download
from citable.sphinx import writers
from citable.sphinx.execution import executed

# The branch on which releases keep the notebooks for Colab, which opens only what a repository has.
NOTEBOOKS = "notebooks"
_HOST = "https://github.com/"

_FIRST = """\
# Get edition {edition} and install its lock (some minutes; if asked to, restart and run again)
import os, subprocess, sys
if not os.path.isdir("{name}"):
    subprocess.run(["git", "clone", "--quiet", "--depth", "1", "--branch", "{tag}", "{repository}", "{name}"], check=True)
os.chdir("{name}")
subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--require-hashes", "--only-binary", ":all:", "-r", "requirements.txt"], check=True)
sys.path.insert(0, "src")
"""


def _owner_and_name(repository: str) -> str:
    """Return ``owner/name``. Raises ExtensionError if the address is not of that form."""
    path = repository.removeprefix(_HOST).strip("/").removesuffix(".git")
    if not repository.startswith(_HOST) or path.count("/") != 1:
        raise ExtensionError(
            f"_config.yml, citable_repository: found {repository!r}, expected an address such as "
            f"{_HOST}owner/name"
        )
    return path


def links(repository: str, page: str) -> dict[str, str]:
    """Return the addresses that run a page, by service; none without a repository.

    >>> links("https://github.com/owner/name", "notebooks/05-nation")["Binder"]
    'https://mybinder.org/v2/gh/owner/name/v2026.11?urlpath=lab/tree/notebooks/05-nation.md'
    """
    if not repository:
        return {}
    name = _owner_and_name(repository)
    file = f"{NOTEBOOKS}/{project().version}/{page.rsplit('/', 1)[-1]}.ipynb"
    return {
        "Binder": f"https://mybinder.org/v2/gh/{name}/{project().tag}?urlpath=lab/tree/{quote(page)}.md",
        "Colab": f"https://colab.research.google.com/github/{name}/blob/{file}",
    }


def for_colab(notebook: nbformat.NotebookNode, repository: str) -> nbformat.NotebookNode:
    """Return an executed notebook with a first cell that clones the book and installs its lock."""
    result = copy.deepcopy(notebook)
    first = nbformat.v4.new_code_cell(
        _FIRST.format(
            edition=project().version, tag=project().tag, repository=repository, name=project().name
        ),
        id="install",
    )
    result.cells.insert(0, first)
    result.nbformat_minor = max(result.nbformat_minor, 5)  # the version that has ids of cells
    return result


def _write(app: Sphinx, out: Path) -> None:
    if not app.config.citable_repository:
        return
    written = set()
    for page, notebook in executed(app).items():
        text = nbformat.writes(for_colab(for_download(notebook), app.config.citable_repository))
        file = out / "colab" / f"{page.rsplit('/', 1)[-1]}.ipynb"
        write_atomically(file, text.encode("utf-8"))
        written.add(file)
    writers.keep_only(written, out / "colab", ".ipynb")


FILES = writers.SiteFiles("colab", _write, "index.html", writers.dependencies_with_prose)


def setup(app: Sphinx) -> None:
    """Register the option for the repository's address."""
    app.add_config_value("citable_repository", "", "html")
