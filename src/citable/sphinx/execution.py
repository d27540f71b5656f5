"""Execute stale notebooks before Sphinx reads pages, and pass the results to MyST-NB.

MyST-NB executes nothing: it reads each page through ``read_executed``, a custom format of its own
(``nb_custom_formats``). Which results may be used is decided by ``citable.execute.execution``.
"""

from __future__ import annotations

import copy
import json
import os
from pathlib import Path

import nbformat
from myst_nb.core.read import is_myst_markdown_notebook, read_myst_markdown_notebook
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.errors import ConfigError, ExtensionError
from sphinx.util import logging

from citable import paths
from citable.errors import CitableError
from citable.execute import chapters
from citable.execute.execution import Executed, Notebooks, Store, code_key, execute_all, forget
from citable.record import published
from citable.record.identity import text_digest
from citable.sphinx.state import build_state, record_domain
from citable.tables.manifest import manifest, restore_hint
from citable.tables.passports import sha256_of

logger = logging.getLogger(__name__)

# Metadata key of pages that print findings of other pages, and are outdated with these.
FOREIGN = "findings of other pages"
LISTING_PAGES = ("notebooks/C-findings",)


def executed(app: Sphinx) -> dict[str, nbformat.NotebookNode]:
    """Return this build's notebooks with their outputs, by page."""
    return {name: result.notebook for name, result in build_state(app).results.items()}


def _folder(app: Sphinx) -> Path:
    """Return the folder of executed notebooks, beside the built pages, whatever builder runs."""
    return Path(app.outdir).parent / ".executed"


def _configure(app: Sphinx, _config: object) -> None:
    if Path(app.srcdir).resolve() != paths.ROOT.resolve():
        raise ConfigError(
            f"the book in {app.srcdir} is built from its own folder, or with CITABLE_ROOT set to it"
        )
    # Only pages of the table of contents, found by name: the extension that reads it would look for
    # others to exclude in every folder beside them.
    app.config.include_patterns = [f"{page}.*" for page in chapters.pages()]
    # Jupyter Book has no option for it: pages are read and written by all processors.
    app.parallel = max(app.parallel, os.cpu_count() or 1)
    # sphinx_external_toc loads an extension that numbers chapters where the table of contents says
    # `numbered`, which ours does not. It does not tell Sphinx whether it bears parallel reading,
    # which would be a warning; with nothing to number it does.
    numbering = app.extensions.get("sphinx_multitoc_numbering")
    if numbering is not None:
        numbering.parallel_read_safe = True
    app.config.nb_execution_mode = "off"


# The executed notebooks of the build that runs in this process, for ``read_executed``.
_READ: dict[str, nbformat.NotebookNode] = {}


def read_executed(text: str, page: str) -> nbformat.NotebookNode:
    """Return a copy of a page's executed notebook, which MyST-NB modifies."""
    return copy.deepcopy(_READ[page])


def extracting(app: Sphinx) -> bool:
    """Whether this run only extracts texts for translators, which needs no results."""
    return bool(app.builder.name == "gettext")


def _choose_reader(app: Sphinx, config: Config) -> None:
    """Configure MyST-NB to read each page with code cells by ``read_executed``.

    After MyST-NB has made a file's ending of each format, which these are not, and before Sphinx
    compares the configuration with that of the last build: a difference reads every page again.
    """
    reader = f"{read_executed.__module__}.{read_executed.__name__}"
    config.nb_custom_formats = {
        f"{page}.md": [reader, {"page": page}, False]
        for page in chapters.pages()
        if (file := Path(app.srcdir) / f"{page}.md").is_file()
        and is_myst_markdown_notebook(file.read_text(encoding="utf-8"))
    }


def _without_reader(app: Sphinx) -> None:
    """Let MyST-NB read the source where there are no results, before it fixes its options."""
    if extracting(app):
        app.config.nb_custom_formats = {}
        # Without a kernel MyST-NB does not know the language of the cells, which extraction ignores.
        app.config.suppress_warnings += ["myst-nb.lexer"]


def _check_tables() -> None:
    """Raise an error if a table differs from the manifest."""
    for entry in manifest().values():
        actual = sha256_of(paths.TABLES / entry.file)
        if actual != entry.sha256:
            raise ExtensionError(
                f"data/tables/{entry.file} has sha256 {actual}, the manifest expects "
                f"{entry.sha256}. {restore_hint()}"
            )


def _notebooks(app: Sphinx) -> Notebooks:
    found: dict[str, str] = {}
    for docname in sorted(app.project.docnames):
        file = Path(app.srcdir) / f"{docname}.md"
        if not file.is_file():
            continue
        text = file.read_text(encoding="utf-8")
        if is_myst_markdown_notebook(text):
            found[docname] = text

    def read(docname: str, text: str) -> nbformat.NotebookNode:
        return read_myst_markdown_notebook(
            text, add_source_map=True, path=str(Path(app.srcdir) / f"{docname}.md")
        )

    return Notebooks(found, read)


def _execute(app: Sphinx) -> None:
    if extracting(app):
        return
    try:
        _check_tables()
    except CitableError as error:
        raise ExtensionError(str(error)) from error
    notebooks = _notebooks(app)
    store = Store(_folder(app) / "store")

    def report(name: str, executed: Executed) -> None:
        logger.info("executed %s in %.1f s", name, executed.seconds)

    try:
        results = execute_all(notebooks, store, report=report)
        published.snap_to_published({name: r.notebook for name, r in results.items()})
    except CitableError as error:
        raise ExtensionError(str(error)) from error
    forget(store, notebooks)
    done = sum(result.seconds is not None for result in results.values())
    logger.info("notebooks: %d executed, %d unchanged", done, len(results) - done)
    _READ.update({name: result.notebook for name, result in results.items()})
    build_state(app).results = results


def _shown_key(result: Executed) -> str:
    """Return a digest of what pages can show of a result.

    That is its key; of a notebook that read the prose of chapters, its outputs instead of that prose,
    which may leave them as they were.
    """
    prose = result.uses.keys() & {f"{page}.md" for page in chapters.pages()}
    if not prose:
        return result.key
    uses = {file: digest for file, digest in result.uses.items() if file not in prose}
    outputs = [cell.outputs for cell in result.notebook.cells if cell.cell_type == "code"]
    return text_digest(json.dumps([code_key(result.notebook), uses, outputs], sort_keys=True))


def _outdated(
    app: Sphinx,
    env: BuildEnvironment,
    added: set[str],
    changed: set[str],
    removed: set[str],
) -> list[str]:
    """Execute notebooks, then return the pages whose results changed but not their text."""
    _execute(app)
    now = {docname: _shown_key(result) for docname, result in build_state(app).results.items()}
    before = record_domain(env).exchange("keys", now)
    changed_keys = [docname for docname, key in now.items() if before.get(docname) != key]
    # The ledger lists every page's findings, so it is outdated with any of them.
    lists = [page for page in LISTING_PAGES if page in env.found_docs]
    lists += [page for page, data in env.metadata.items() if FOREIGN in data]
    return changed_keys + lists if changed_keys else []


def setup(app: Sphinx) -> None:
    """Connect to the build: configure, choose readers, execute and report outdated pages."""
    app.connect("config-inited", _configure, priority=1)
    app.connect("config-inited", _choose_reader, priority=900)
    app.connect("builder-inited", _without_reader, priority=1)
    app.connect("env-get-outdated", _outdated)
