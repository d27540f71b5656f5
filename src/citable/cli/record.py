"""Commands of the published record: findings, paragraphs, citations, verification."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Column, Table as Grid
from rich.text import Text

from citable import paths
from citable.cli.progress import bar
from citable.errors import EditionError, PublishedError
from citable.project import project

if TYPE_CHECKING:
    import nbformat

    from citable.edition.verify import Report
    from citable.execute.execution import Executed

findings_app = typer.Typer(no_args_is_help=True, help="The published findings and their changes.")
pdf_app = typer.Typer(help="The book, or a part of it, as PDF (needs the library Pango).")
paragraphs_app = typer.Typer(no_args_is_help=True, help="The registry of numbered paragraphs.")

Reason = Annotated[str, typer.Option("--reason", help="Why; it goes into the changelog.")]


def _execute_notebooks(console: Console) -> dict[str, nbformat.NotebookNode]:
    """Execute stale notebooks, with a progress bar, and return every notebook with outputs."""
    from citable.execute import chapters
    from citable.execute.execution import execute_all

    notebooks = chapters.notebooks()
    with bar(console) as progress:
        task = progress.add_task("executing what is stale", total=None)

        def report(name: str, executed: Executed) -> None:
            progress.update(task, advance=1, description=name)

        results = execute_all(notebooks, chapters.store(), report=report)
    return {name: result.notebook for name, result in results.items()}


@findings_app.command("diff")
def diff() -> None:
    """Say which published number the present code would move, and change nothing."""
    from citable.record import published
    from citable.record.outputs import findings, numbers

    notebooks = _execute_notebooks(Console(stderr=True))
    moved = published.compare(published.load(), findings(notebooks))
    moved += published.compare_numbers(published.load_numbers(), numbers(notebooks))
    for change in moved:
        print(change)
    print(f"{len(moved)} differences from the published record.")
    raise typer.Exit(1 if moved else 0)


@findings_app.command()
def accept(reason: Reason) -> None:
    """Publish the findings and numbers as computed now, and say in the changelog why."""
    from citable.record import published
    from citable.record.outputs import findings, numbers

    notebooks = _execute_notebooks(Console(stderr=True))
    changes = published.accept(findings(notebooks), numbers(notebooks), reason)
    for change in changes:
        if change.kind == "finding" or change.field == "value":
            print(change)
    if not changes:
        print("Nothing moved: what is computed is what is published. Nothing was written.")
        return
    print(f"Published: {len(published.load())} findings. Read {paths.CHANGELOG.name} and commit.")


@findings_app.command()
def withdraw(identifier: str, reason: Reason) -> None:
    """Withdraw a finding: its number stays, and says why it no longer holds."""
    from citable.record import published
    from citable.record.references import parse

    reference = parse(identifier)
    published.retire(reference.id, published.WITHDRAWN, reason)
    print(f"{reference} is withdrawn. Take it out of its page, build, and commit.")


@findings_app.command()
def supersede(
    identifier: str,
    by: Annotated[str, typer.Option("--by", help="The new finding.")],
    reason: Reason,
) -> None:
    """Supersede a finding by another, which must be published already."""
    from citable.record import published
    from citable.record.references import parse

    old, new = parse(identifier), parse(by)
    published.retire(old.id, published.SUPERSEDED, reason, by=new.id)
    print(f"{old} is superseded by {new}. Take it out of its page, build, and commit.")


@paragraphs_app.command()
def assign() -> None:
    """Give numbers to new paragraphs, as the last build found them, and say what changed."""
    from citable.execute import chapters
    from citable.record import paragraphs
    from citable.tables.passports import sha256_of

    left = paths.BUILD / ".record" / "paragraphs.json"
    if not left.is_file():
        raise PublishedError("no build has read the pages yet: run `make book` first.")
    found: dict[str, list[str]] = {}
    for page, item in json.loads(left.read_text(encoding="utf-8")).items():
        file = paths.ROOT / f"{page}.md"
        if not file.is_file() or sha256_of(file) != item["source"]:
            raise PublishedError(
                f"{page}.md is not what the last build read: run `make book` first (it may fail)."
            )
        if chapters.numbered(page):
            found[chapters.label(page)] = item["templates"]
    registry, done = paragraphs.assign(paragraphs.load(), found)
    paragraphs.save(registry)
    for item in done:
        if item.what != "kept":
            print(f"¶ {item.id} {item.what}: {item.opening}")
    kept = sum(item.what == "kept" for item in done)
    print(f"{len(registry)} paragraphs in {paths.PARAGRAPHS.name}, {kept} as they were.")


def prose_command(
    longer: Annotated[
        int, typer.Option("--longer", help="Print sentences with more words than this.")
    ] = 35,
    spanish: Annotated[
        bool, typer.Option("--spanish", help="Measure the Spanish translation instead.")
    ] = False,
) -> None:
    """Print how hard the main text of each page is to read, and its longest sentences."""
    from citable.lint import readability
    from citable.translate.catalogs import paragraphs_of

    if spanish:
        texts = readability.translated_by_page(paragraphs_of("es"), readability.SPANISH_TOKEN)
        syllables = readability.spanish_syllables
        measures = {"Fernández Huerta": "fernandez_huerta", "INFLESZ": "szigriszt_pazos"}
    else:
        texts, syllables = readability.by_page(), readability.syllables
        measures = {"Flesch-Kincaid": "flesch_kincaid", "Coleman-Liau": "coleman_liau"}
    grid = Grid(
        "page",
        *(Column(name, justify="right") for name in ("words", "words a sentence", *measures)),
    )
    for page, text in (texts | {"the book": "\n\n".join(texts.values())}).items():
        found = readability.count(text, syllables)
        grid.add_row(
            page.removeprefix("notebooks/"),
            f"{found.words:,}",
            f"{found.words / found.sentences:.1f}",
            *(f"{getattr(found, measure):.1f}" for measure in measures.values()),
        )
    Console(highlight=False).print(grid)
    for page, text in texts.items():
        for sentence in readability.long_sentences(text, longer):
            print(f"{page}, {len(readability.words(sentence))} words: {sentence}")


def cite_command(
    reference: Annotated[
        str, typer.Argument(help="F6.3, ¶6.14 (p6.14), Fig.6.2, Table6.1, ch6, book")
    ],
    form: Annotated[
        str | None,
        typer.Option("--form", help="Only one of: indigo, short, bibtex, csl, ris, link."),
    ] = None,
    edition: Annotated[
        Path | None, typer.Option("--edition", help="An unpacked edition or a built site.")
    ] = None,
) -> None:
    """Print how to cite a paragraph, finding, figure, table, chapter or the book."""
    from citable.record import cite, identity
    from citable.record.references import parse

    record = identity.load(edition or paths.BUILD / "html")
    forms = cite.forms(record, record.find(parse(reference)))
    if form is not None:
        if form not in cite.FORMS:
            raise PublishedError(f"no form {form!r}; there are: {', '.join(cite.FORMS)}.")
        print(forms[form])
        return
    for name in cite.FORMS:
        print(f"{cite.NAMES[name]}:\n{forms[name]}\n")


def verify_command(
    reference: Annotated[
        str | None, typer.Argument(help="One finding, such as F6.3; without it everything.")
    ] = None,
    edition: Annotated[
        Path | None, typer.Option("--edition", help="An unpacked edition; else this checkout.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for machines.")] = False,
    originals: Annotated[
        Path | None, typer.Option("--from", help="Folder that holds the originals.")
    ] = None,
) -> None:
    """Execute the book again, offline, and say PASS or FAIL for every number."""
    if edition is not None:
        raise typer.Exit(_run_in_edition(edition, reference, as_json, originals))
    from citable.execute.kernels import KernelForkServer

    console = Console(stderr=True)
    began = time.perf_counter()
    with (
        KernelForkServer(draws=reference is None) as kernels,
        bar(console, hidden=as_json) as progress,
    ):
        from citable.edition.verify import published_id, verify
        from citable.record.references import parse

        only = published_id(parse(reference)) if reference else ""
        task = progress.add_task("checking files", total=None)

        def report(name: str, done: int, total: int) -> None:
            progress.update(task, total=total, completed=done, description=name)

        found = verify(kernels, only, originals or paths.originals(), report)
    if as_json:
        print(found.as_json())
    else:
        _print(found, time.perf_counter() - began)
    raise typer.Exit(0 if found.passed else 1)


def _run_in_edition(
    folder: Path, reference: str | None, as_json: bool, originals: Path | None
) -> int:
    """Run this command on another edition's source, and return its exit status."""
    source = folder.resolve() / "source"
    if not (source / "data" / "sources.toml").is_file():
        raise EditionError(
            f"{folder}: no unpacked edition is there (no source/data/sources.toml). "
            "Unzip the edition and name its folder."
        )
    command = [
        sys.executable,
        "-m",
        project().package or "citable",
        "verify",
        *([reference] if reference else []),
    ]
    command += ["--json"] if as_json else []
    command += ["--from", str(originals.resolve())] if originals else []
    package = Path(__file__).resolve().parents[2]
    environment = os.environ | {
        "CITABLE_ROOT": str(source),
        "PYTHONPATH": str(package),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    return subprocess.run(command, env=environment, cwd=folder, check=False).returncode


def edition_command(
    to: Annotated[
        Path | None, typer.Option("--to", help="Folder for the edition; else dist.")
    ] = None,
) -> None:
    """Make the edition from the built book: one folder and one zip with everything."""
    # The library of data packages takes a second to load.
    from citable.edition.archive import build_edition
    from citable.edition.folders import folder_sizes

    folder = build_edition(paths.BUILD / "html", to)
    packed = folder.with_name(f"{folder.name}.zip")
    print(f"{folder}\n{packed}, {packed.stat().st_size / 1e6:.1f} MB")
    for name, size in list(folder_sizes(packed).items())[:8]:
        print(f"{size / 1e6:6.1f} MB  {name}")


def exhibit_command(
    reference: Annotated[str, typer.Argument(help="A finding, such as F9.2.")],
    out: Annotated[Path, typer.Option("--output", "-o", help="Folder to put it in.")] = Path("."),
    edition: Annotated[
        Path | None, typer.Option("--edition", help="An unpacked edition or a built site.")
    ] = None,
    pdf: Annotated[bool, typer.Option("--pdf", help="Also each sheet as PDF.")] = False,
) -> None:
    """Make a folder and zip for court: a summary of one finding, its rows, sources and hashes."""
    from citable.edition.exhibit import build_exhibit
    from citable.record.references import parse

    wanted = parse(reference)
    if wanted.kind != "finding":
        raise PublishedError(f"{wanted}: an exhibit is made of a finding, such as F9.2.")
    folder = build_exhibit(wanted.id, out, edition or paths.BUILD / "html", pdf)
    print(f"{folder}\n{folder}.zip\nThis is no legal advice.")


PdfFile = Annotated[Path | None, typer.Option("--output", "-o", help="File to write.")]


@pdf_app.callback(invoke_without_command=True)
def pdf_book(context: typer.Context, out: PdfFile = None) -> None:
    """Make the PDF of the whole book from the built pages: some two minutes."""
    if context.invoked_subcommand is None:
        from citable.pdf.book import build_pdf

        print(build_pdf(paths.BUILD / "html", out))


# Plurals of the kinds of checks in the summary.
_SUMMARY = {
    "file": "files",
    "table": "tables",
    "original": "originals",
    "record": "checks of the record",
    "number": "numbers in prose",
    "exhibit": "figures and tables",
}


def _print(report: Report, seconds: float) -> None:
    from citable.edition.verify import PASS

    console = Console(highlight=False, soft_wrap=True)
    for row in report.rows:
        if row.status != PASS and row.kind != "finding":
            console.print(f"FAIL  {row.kind} {row.id}: {row.why}", markup=False)
    grid = Grid(
        "finding",
        Column("published", justify="right"),
        Column("recomputed", justify="right"),
        "",
        "",
    )
    for row in report.of_kinds("finding"):
        grid.add_row(row.id, row.published, row.recomputed, row.status, Text(row.why))
    console.print(grid)
    for kind, what in _SUMMARY.items():
        rows = report.of_kinds(kind)
        failed = sum(row.status != PASS for row in rows)
        if rows:
            word = "PASS" if not failed else f"FAIL ({failed})"
            console.print(f"{word}  {len(rows):,} {what}", markup=False)
        elif kind == "original" and report.of_kinds("record"):
            console.print("      no originals here to compare with their passports")
    for row in report.of_kinds("ignored"):
        console.print(f"      not of the edition, not checked: {row.id}", markup=False)
    made = report.machine
    packages = ", ".join(f"{name} {version}" for name, version in made["packages"].items())
    digest = f", digest {report.digest[:12]}" if report.digest else ""
    console.print(
        f"{made['system']}, {made['cpus']} processors; Python {made['python']}; {packages}"
    )
    console.print(f"Edition {report.edition}{digest}, verified in {seconds:.0f} s.")
    console.print("PASS" if report.passed else "FAIL")
