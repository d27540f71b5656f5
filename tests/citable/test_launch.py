"""Links that run a chapter elsewhere, and the notebook that Colab opens."""

from __future__ import annotations

import ast

import nbformat
import pytest
from sphinx.errors import ExtensionError

from citable import paths
from citable.project import project
from citable.sphinx.launch import for_colab, links

from ..books import Book
from .conftest import VERSION

REPOSITORY = "https://github.com/owner/name"


def test_without_a_repository_nothing_is_offered() -> None:
    assert links("", "notebooks/05-nation") == {}


def test_links_name_the_edition_that_is_read() -> None:
    found = links(REPOSITORY + ".git", "notebooks/05-nation")
    assert f"/owner/name/{project().tag}?" in found["Binder"]
    assert found["Colab"].endswith(
        f"/owner/name/blob/notebooks/{project().version}/05-nation.ipynb"
    )


@pytest.mark.parametrize("address", ["github.com/owner/name", "https://example.org/owner/name"])
def test_another_kind_of_address_is_refused(address: str) -> None:
    with pytest.raises(ExtensionError, match="expected an address such as"):
        links(address, "notebooks/05-nation")


def test_binder_installs_the_lock() -> None:
    folder = paths.ROOT / ".binder"
    lines = (folder / "requirements.txt").read_text().splitlines()
    wanted = [line.split() for line in lines if not line.startswith("#")]
    assert [option for option, _ in wanted] == ["-r", "-c"], "installed, and nothing beyond it"
    assert {(folder / name).resolve() for _, name in wanted} == {paths.LOCK}
    assert "PYTHONPATH" in (folder / "start").read_text()


def of_the_small_book(text: str) -> str:
    """Return what this checkout's project makes with the name and version of the small book in it."""
    return text.replace(project().version, VERSION).replace(project().name, "two-windowsills")


def test_a_configured_book_offers_both_on_its_chapters(book: Book) -> None:
    book.configure(f"citable_repository: {REPOSITORY}")
    book.built()
    html = book.html
    page = (html / "page.html").read_text(encoding="utf-8")
    for service, address in links(REPOSITORY, "page").items():
        assert (
            f'<a href="{of_the_small_book(address)}" rel="noopener noreferrer">Run it on {service}</a>'
            in page
        )
    assert "mybinder" not in (html / "index.html").read_text(encoding="utf-8"), "it has no code"
    notebook = nbformat.read(html / "colab" / "page.ipynb", as_version=4)
    nbformat.validate(notebook)
    first, *rest = notebook.cells
    ast.parse(first.source)
    assert "--require-hashes" in first.source
    assert f"v{VERSION}" in first.source
    executed = nbformat.read(html / "page.ipynb", as_version=4)
    assert [cell.source for cell in rest] == [cell.source for cell in executed.cells]
    assert any(cell.get("outputs") for cell in rest), "with the outputs"
    assert of_the_small_book(for_colab(executed, REPOSITORY).cells[0].source) == first.source
