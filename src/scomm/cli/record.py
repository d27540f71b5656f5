"""Commands of the published record: findings, paragraphs, citations."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import nbformat
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeElapsedColumn

from scomm import paths
from scomm.data.sources import sha256_of
from scomm.errors import PublishedError
from scomm.record import chapters, cite, identity, paragraphs, published
from scomm.record.execution import Executed, execute_all
from scomm.record.outputs import findings, numbers
from scomm.record.references import parse

findings_app = typer.Typer(no_args_is_help=True, help="The published findings and their changes.")
paragraphs_app = typer.Typer(no_args_is_help=True, help="The registry of numbered paragraphs.")

Reason = Annotated[str, typer.Option("--reason", help="Why; it goes into the changelog.")]


def _executed(console: Console) -> dict[str, nbformat.NotebookNode]:
    """Execute what is stale, with a bar for people, and return every notebook with outputs."""
    notebooks = chapters.notebooks()
    with Progress(
        "{task.description}",
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    ) as progress:
        task = progress.add_task("executing what is stale", total=None)

        def report(name: str, executed: Executed) -> None:
            progress.update(task, advance=1, description=name)

        results = execute_all(notebooks, chapters.store(), report=report)
    return {name: result.notebook for name, result in results.items()}


@findings_app.command("diff")
def diff() -> None:
    """Say which published number the present code would move, and change nothing."""
    notebooks = _executed(Console(stderr=True))
    moved = published.compare(published.load(), findings(notebooks))
    moved += published.compare_numbers(published.load_numbers(), numbers(notebooks))
    for change in moved:
        print(change)
    print(f"{len(moved)} differences from the published record.")
    raise typer.Exit(1 if moved else 0)


@findings_app.command()
def accept(reason: Reason) -> None:
    """Publish the findings and numbers as computed now, and say in the changelog why."""
    notebooks = _executed(Console(stderr=True))
    for change in published.accept(findings(notebooks), numbers(notebooks), reason):
        if change.kind == "finding" or change.field == "value":
            print(change)
    print(f"Published: {len(published.load())} findings. Read {paths.CHANGELOG.name} and commit.")


@findings_app.command()
def withdraw(identifier: str, reason: Reason) -> None:
    """Withdraw a finding: its number stays, and says why it no longer holds."""
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
    old, new = parse(identifier), parse(by)
    published.retire(old.id, published.SUPERSEDED, reason, by=new.id)
    print(f"{old} is superseded by {new}. Take it out of its page, build, and commit.")


@paragraphs_app.command()
def assign() -> None:
    """Give numbers to new paragraphs, as the last build found them, and say what changed."""
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


def cite_command(
    reference: Annotated[
        str, typer.Argument(help="F6.3, ¶6.14 (p6.14), Fig.6.2, Table6.1, ch6, book")
    ],
    form: Annotated[
        str | None, typer.Option("--form", help=f"Only one of: {', '.join(cite.FORMS)}.")
    ] = None,
    edition: Annotated[
        Path | None, typer.Option("--edition", help="An unpacked edition or a built site.")
    ] = None,
) -> None:
    """Print how to cite a paragraph, finding, figure, table, chapter or the book."""
    record = identity.load(edition or paths.BUILD / "html")
    forms = cite.forms(record, record.find(parse(reference)))
    if form is not None:
        if form not in cite.FORMS:
            raise PublishedError(f"no form {form!r}; there are: {', '.join(cite.FORMS)}.")
        print(forms[form])
        return
    for name in cite.FORMS:
        print(f"{cite.NAMES[name]}:\n{forms[name]}\n")
