"""Build an edition: one folder and one zip with everything, byte for byte reproducible."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from html import escape
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from frictionless import validate
from lxml import html
from lxml.html import builder as E

from citable import paths
from citable.display.words import _
from citable.edition.checksums import MANIFEST, SUMS, format_checksums, manifest, manifest_bytes
from citable.edition.folders import atomic_directory
from citable.edition.policy import FRAMED, FRAMED_POLICY, content_security_policy
from citable.edition.verify import read_findings
from citable.errors import EditionError
from citable.execute import chapters
from citable.files.atomic import write_atomically
from citable.pdf import book
from citable.project import project
from citable.record import identity, published
from citable.record.changes import editions_json
from citable.tables import datapackage

LARGEST = 30_000_000  # bytes of the zip

# Source files and folders of an edition besides the pages: all needed to build, test and verify.
SOURCE = (
    ".binder",
    ".ci",
    ".github",
    ".gitignore",
    ".jupyter",
    ".pre-commit-config.yaml",
    "CHANGELOG.md",
    "CITATION.cff",
    "CONTRIBUTING.md",
    "LICENSE",
    "Makefile",
    "README.md",
    "SECURITY.md",
    "_config.yml",
    "_static",
    "_templates",
    "_toc.yml",
    "babel.cfg",
    "bench",
    "data",
    "docs",
    "examples",
    "locale",
    "maintenance.mk",
    "notebooks",
    "pyproject.toml",
    "references.bib",
    "requirements-mutants.txt",
    "requirements-spark.txt",
    "requirements.txt",
    "src",
    "tests",
    "tools",
)
_LEFT_OUT = (
    "_build",
    "dist",
    "__pycache__",
    ".ipynb_checkpoints",
    ".pytest_cache",
    ".hypothesis",
    "qps",
)
_SITE_LEFT_OUT = (".buildinfo", ".buildinfo.bak", ".nojekyll")

_README = """\
{title}{subtitle}. Edition {edition}, {date}.
Digest {digest}

site/             the book; open site/index.html in a browser
site/tables/      the tables as a Frictionless Data Package, with their dictionary
site/notebooks/   the chapters, each also as an executed notebook (.ipynb)
site/exhibits/    every figure as SVG and PNG, the data of every figure and table as CSV
source/           everything needed to build, test and verify this edition
{file}.pdf, where the edition has one: the book as one PDF{volumes}
root/             what belongs in the root of a web site that serves editions under /{edition}/;
                  headers.txt is the policy under which its pages load nothing from elsewhere
                  and tell nobody where a reader came from

To verify, offline once the packages of source/requirements.txt are installed:

    cd source && {verify}

or, with any {command} of this schema:  {command} verify --edition .
"""


_VOLUMES = """; its second volume, a sheet
                  for each state and area, is published beside this folder's zip"""


def _verify() -> str:
    """Return the command that verifies the edition from its source."""
    if (paths.ROOT / "Makefile").is_file():
        return "make verify"
    return f"PYTHONPATH=src python -m {project().package or 'citable'} verify"


def source_files() -> Iterator[tuple[str, Path]]:
    """Yield every source file with its path relative to the root, in order."""
    pages = [f"{page}.md" for page in chapters.pages() if "/" not in page]  # others lie in folders
    # The code that made it is part of an edition, wherever it is installed.
    tops = {name: paths.ROOT / name for name in [*SOURCE, *pages]} | {"src/citable": paths.PACKAGE}
    if paths.PACKAGE.is_relative_to(paths.ROOT):
        del tops["src/citable"]
    for name, top in sorted(tops.items()):
        files = [top] if top.is_file() else sorted(top.rglob("*"))
        for file in files:
            relative = Path(name) / file.relative_to(top)
            hidden = set(relative.parts) & set(_LEFT_OUT) or relative.parts[:2] == ("bench", "tmp")
            if file.is_file() and not hidden and not file.name.endswith((".pyc", ".tmp", ".mo")):
                yield relative.as_posix(), file


def _copy(file: Path, to: Path) -> None:
    to.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(file, to)


def _check_site(site: Path) -> identity.Record:
    """Return the record of a built site. Raises EditionError if it differs from what is published."""
    record = identity.load(site)
    if record.edition != project().version:
        raise EditionError(
            f"{site}: edition {record.edition}, this is {project().version}: `make book`"
        )
    findings = read_findings(site / "findings.json")
    moved = published.compare(published.load(), findings)
    if moved or not published.load():
        what = "; ".join(map(str, moved)) or "nothing is published"
        raise EditionError(f"{site}: not what is published ({what}). Run `make book`.")
    texts = {item.id: item.text for item in record.items if item.kind == "paragraph"}
    if record.digest != identity.edition_digest(findings, identity.table_digests(), texts):
        raise EditionError(f"{site}: its digest is not that of its contents. Run `make book`.")
    _check_package(site / "tables")
    return record


def _check_package(tables: Path) -> None:
    """Raise EditionError unless a site's tables equal those of this checkout, byte for byte."""
    expected = datapackage.files()
    found = {
        file.relative_to(tables).as_posix(): file for file in tables.rglob("*") if file.is_file()
    }
    wrong = [
        path
        for path in sorted({*expected, *found})
        if path not in expected or path not in found or found[path].read_bytes() != expected[path]
    ]
    if wrong:
        raise EditionError(
            f"{tables}: not the tables of this checkout ({', '.join(wrong[:3])}). Run `make book`."
        )


def _redirect() -> str:
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>'
        f"{escape(project().short_title)}</title>\n"
        f'<meta http-equiv="refresh" content="0; url={project().version}/"></head>\n'
        f'<body><p><a href="{project().version}/">{escape(project().short_title)}, edition {project().version}</a></p></body></html>\n'
    )


# Elements of the first page that the page for unknown addresses must not have.
_ONLY_FIRST_PAGE = (
    "//meta[@property or starts-with(@name, 'citation_') or starts-with(@name, 'DC.')"
    " or @name='description']|//link[@rel='canonical' or @rel='next' or @rel='prev' or @rel='alternate']"
    "|//script[@type='application/ld+json']"
)


def not_found_page(site: Path) -> str:
    """Return the page for unknown addresses (404.html): the first page's frame, with its search box.

    A host shows it under any address, so its links begin at the host's root.

    Raises EditionError if the site's first page has no article.
    """
    home = f"{urlsplit(identity.address()).path.rstrip('/')}/{project().version}/"
    tree = html.fromstring(
        (site / "index.html").read_bytes(), parser=html.HTMLParser(encoding="utf-8")
    )
    for element in tree.xpath(_ONLY_FIRST_PAGE):
        element.drop_tree()
    article, form = next(tree.iter("article"), None), tree.find(".//form[@class='find']")
    if article is None:
        raise EditionError(f"{site}: its first page has no article. Run `make book`.")
    finder = [] if form is None else [form, *tree.xpath("//article//script")]
    links = {
        "index.html": _("The first page of edition {edition}").format(edition=project().version),
        f"{project().pages_list}.html": _(project().pages_list_title),
        "search.html": _("Search the book"),
    }
    title = _("There is no such page")
    section = E.SECTION(
        E.H1(title),
        E.P(
            _(
                "Addresses of findings, paragraphs and places do not change within an edition; each begins with "
            ),
            E.CODE(f"/{project().version}/"),
            _(". Check the address, or begin here:"),
        ),
        E.UL(*(E.LI(E.A(text, href=to)) for to, text in links.items() if (site / to).is_file())),
        *finder,
    )
    for child in list(article):
        if child.get("id") not in ("edition-notice", "words"):
            child.drop_tree()
    article.append(section)
    for element in tree.xpath("//aside[contains(@class, 'toc-drawer')]|//label[@for='__toc']"):
        element.set("class", f"{element.get('class')} no-toc")
        for child in list(element):
            child.drop_tree()
    for element in tree.xpath("//nav[@class='related']|//*[@class='page-downloads']"):
        element.drop_tree()
    next(tree.iter("title")).text = f"{title} · {project().short_title}"
    next(tree.iter("head")).append(E.META(name="robots", content="noindex"))
    for element in tree.xpath("//*[@href or @src or @action or @data-root or @data-content_root]"):
        for name in ("href", "src", "action", "data-root", "data-content_root"):
            value = element.get(name)
            if value is not None and not value.startswith("#"):
                element.set(name, urljoin(home, value))
    return str(html.tostring(tree, encoding="unicode", doctype="<!doctype html>")) + "\n"


def _checked_pdf(
    file: Path, matches_record: Callable[[Path, identity.Record], bool], record: identity.Record
) -> Path:
    """Return the path of a PDF. Raises EditionError if it was made from another state of the book."""
    if not matches_record(file, record):
        raise EditionError(f"{file}: of another state of the book. Run `make pdf`.")
    return file


def _write_files(folder: Path, site: Path, record: identity.Record) -> None:
    """Write every file of the edition but its manifest into a folder."""
    for file in sorted(site.rglob("*")):
        if file.is_file() and file.name not in _SITE_LEFT_OUT:
            _copy(file, folder / "site" / file.relative_to(site))
    for name in ("findings.json", "findings.csv", "findings.schema.json", "record.json"):
        _copy(site / name, folder / name)
    for name, source in source_files():
        _copy(source, folder / "source" / name)
        if os.access(source, os.X_OK):
            (folder / "source" / name).chmod(0o755)
    for name in ("CITATION.cff", "LICENSE", "CHANGELOG.md"):
        if (paths.ROOT / name).is_file():
            _copy(paths.ROOT / name, folder / name)
    if book.pdf_path().is_file():
        _copy(
            _checked_pdf(book.pdf_path(), book.matches_record, record),
            folder / book.pdf_path().name,
        )
    nowhere = not_found_page(site)
    (folder / "site" / "404.html").write_text(nowhere, encoding="utf-8")
    (folder / "root").mkdir()
    (folder / "root" / "404.html").write_text(nowhere, encoding="utf-8")
    (folder / "root" / "editions.json").write_bytes(editions_json(record.digest))
    (folder / "root" / "index.html").write_text(_redirect(), encoding="utf-8")
    policy = (
        f"Content-Security-Policy: {content_security_policy(folder / 'site')}\n"
        "Referrer-Policy: no-referrer\n"
        f"\n# {FRAMED}: pages that others may show in a frame\n"
        f"Content-Security-Policy: {FRAMED_POLICY}\n"
    )
    (folder / "root" / "headers.txt").write_text(policy, encoding="utf-8")
    text = _README.format(
        command=project().command,
        verify=_verify(),
        volumes=_VOLUMES if project().volumes() else "",
        title=project().short_title,
        subtitle=f" {project().subtitle}".rstrip(),
        file=project().file_name,
        edition=record.edition,
        date=record.date,
        digest=record.digest,
    )
    (folder / "README.txt").write_text(text, encoding="utf-8")


def check_tables(folder: Path) -> None:
    """Validate a data package with the frictionless library. Raises EditionError if it is invalid."""
    report = validate(str(folder / "datapackage.json"))
    if not report.valid:
        first = report.flatten(["title", "rowNumber", "fieldName", "note"])[:3]
        raise EditionError(f"{folder}: not a valid data package: {first}")


def build_edition(site: Path, out: Path | None = None) -> Path:
    """Build the edition's folder and zip from a built site, and return the folder.

    Further volumes of the PDF, where they were made, are put beside the zip.

    Raises EditionError if the site is missing or is not what is published; OSError if it cannot be
    written, in which case nothing stands under the final names that did not stand there before.
    """
    record = _check_site(site)
    final = (out or paths.DIST) / project().file_name
    with atomic_directory(final, LARGEST) as work:
        _write_files(work, site, record)
        check_tables(work / "site" / "tables")
        (work / SUMS).write_bytes(format_checksums(work))
        (work / MANIFEST).write_bytes(manifest_bytes(manifest(work, record)))
    for volume in project().volumes():
        if volume.pdf_path().is_file():
            content = _checked_pdf(volume.pdf_path(), volume.matches_record, record).read_bytes()
            write_atomically(final.with_name(volume.pdf_path().name), content)
    return final
