"""The command line: what every citable book has, and commands for this book's data and pages."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Column, Table as Grid

from citable import paths
from citable.cli import commands
from citable.cli.progress import bar
from citable.cli.record import PdfFile, pdf_app
from citable.errors import ArgumentError, SourceError
from scomm.data.paths import ERROR_RATES

if TYPE_CHECKING:
    from citable.tables.passports import Passport
    from scomm.data.ingest.base import Output

app = commands("One in Four?: the data behind the book, its published record, its citations.")


@pdf_app.command("places")
def pdf_places(out: PdfFile = None) -> None:
    """Make the PDF of the second volume, the sheets of all states and areas: about a minute."""
    from scomm.places.volume import build_volume

    print(build_volume(paths.BUILD / "html", out))


@pdf_app.command("datasheet")
def pdf_datasheet(
    place: Annotated[str, typer.Argument(help="A state or an area, such as CA, BOS or Boston.")],
    out: PdfFile = None,
) -> None:
    """Make the PDF of one state's or area's datasheet."""
    from scomm.places.print_sheets import datasheet

    print(datasheet(paths.BUILD / "html", place, out))


From = Annotated[Path | None, typer.Option("--from", help="Folder that holds the originals.")]


def _originals(folder: Path | None) -> Path:
    found = folder or paths.originals()
    if found is None or not found.is_dir():
        raise SourceError(
            str(folder or "originals"),
            found="no such folder",
            expected="the folder of original files",
            remedy="Run `scomm fetch`, name it with --from, or set CITABLE_ORIGINALS.",
        )
    return found


@app.command()
def ingest(
    folder: From = None,
    only: Annotated[
        list[str] | None, typer.Option("--only", help="Module to run; may be repeated.")
    ] = None,
) -> None:
    """Read the originals and write data/tables: all of it, or nothing."""
    from scomm.data.ingest import MODULES, ingest as run_ingest, modules

    unknown = set(only or ()) - set(MODULES)
    if unknown:
        raise ArgumentError(f"no module {sorted(unknown)}; there are: {', '.join(MODULES)}.")
    console = Console(highlight=False)
    grid = Grid(
        Column("table"),
        Column("records in", justify="right"),
        Column("rows out", justify="right"),
        Column("why they differ"),
    )
    chosen = [
        module for name, module in zip(MODULES, modules(), strict=True) if name in (only or MODULES)
    ]
    with bar(console) as progress:
        task = progress.add_task("reading", total=sum(len(module.TABLES) for module in chosen))

        def report(output: Output, rows: int) -> None:
            grid.add_row(output.table, f"{output.rows_in:,}", f"{rows:,}", output.why)
            progress.update(task, advance=1, description=output.table)

        entries = run_ingest(_originals(folder), only=only or None, report=report)
    console.print(grid)
    console.print(f"{len(entries)} tables in {paths.TABLES}", markup=False, soft_wrap=True)


@app.command("count")
def count_command(
    kind: Annotated[str, typer.Argument(help="removals or arrests")],
    location: Annotated[
        str, typer.Option("--from", help="Folder or pattern of *.csv.gz; with spark also s3a://.")
    ],
    to: Annotated[Path, typer.Option("--to", help="Folder for the tables, as Parquet.")],
    engine: Annotated[str, typer.Option("--engine", help="duckdb or spark")] = "duckdb",
    master: Annotated[
        str | None, typer.Option("--master", help="Address of a Spark cluster.")
    ] = None,
) -> None:
    """Count record files of any number into tables of your own; data/tables is not touched."""
    from scomm.data.ingest import count_records

    for name, rows in count_records(kind, location, to, engine, master).items():
        print(f"{name}: {rows:,} rows")


@app.command()
def fetch(
    folder: From = None,
    to: Annotated[
        Path | None,
        typer.Option("--to", help="Where to put them; else CITABLE_ORIGINALS or ./originals."),
    ] = None,
    npm_registry: Annotated[
        str | None, typer.Option("--npm-registry", help="Address of an npm registry.")
    ] = None,
    mirror: Annotated[
        str | None, typer.Option("--mirror", help="Address that serves every original by path.")
    ] = None,
) -> None:
    """Fetch the originals and check each against its passport."""
    from citable.tables.fetch import fetch as fetch_originals
    from citable.tables.passports import passports

    console = Console(highlight=False, soft_wrap=True)
    if folder is not None:
        _originals(folder)
    target = to or paths.originals() or paths.ROOT / "originals"

    def report(passport: Passport, new: bool) -> None:
        console.print(f"{passport.path}: {'fetched' if new else 'already there'}", markup=False)

    new = fetch_originals(target, folder, npm_registry, base=mirror, report=report)
    console.print(f"{new} of {len(passports())} originals fetched into {target}", markup=False)


@app.command()
def dictionary() -> None:
    """Write data/README.md from the schemas and the manifest."""
    from citable.files.atomic import write_atomically
    from citable.tables.dictionary import render

    write_atomically(paths.DATA_README, render().encode("utf-8"))
    print(paths.DATA_README)


@app.command()
def simulate(
    only: Annotated[
        list[str] | None, typer.Option("--only", help="Study to run; may be repeated.")
    ] = None,
) -> None:
    """Run the simulation study of error rates and write data/simulated (some minutes)."""
    import gc

    from scomm.data.simulated import simulate as run_simulation
    from scomm.stats.simulation import STUDIES

    # multipletests runs the garbage collector at each call of Holm's method: 60 ms, or 0.03 with
    # imported modules frozen, in tens of thousands of calls.
    gc.freeze()
    unknown = set(only or ()) - set(STUDIES)
    if unknown:
        raise ArgumentError(f"no study {sorted(unknown)}; there are: {', '.join(STUDIES)}.")
    frame = run_simulation(only, report=lambda name, rows: print(f"{name}: {rows} rates"))
    print(f"{len(frame):,} rates in {ERROR_RATES}")


@app.command()
def tables() -> None:
    """List the tables with their rows and what one row is."""
    from citable.tables.manifest import manifest
    from citable.tables.schema import TABLES

    entries = manifest()
    grid = Grid("table", "rows", "one row is")
    for name in sorted(TABLES):
        rows = f"{entries[name].rows:,}" if name in entries else "not made"
        grid.add_row(name, rows, TABLES[name].grain)
    Console().print(grid)


@app.command()
def check(folder: From = None) -> None:
    """Check every table, the dictionary, and the originals if they are there."""
    from citable.tables.dictionary import render
    from citable.tables.passports import check_hash, locate, passports
    from citable.tables.reader import load
    from citable.tables.schema import TABLES

    for name in sorted(TABLES):
        load(name)
    print(f"{len(TABLES)} tables are what the manifest says.")
    text = paths.DATA_README.read_text(encoding="utf-8") if paths.DATA_README.is_file() else ""
    if text != render():
        raise SourceError(
            paths.DATA_README.name,
            found="another text",
            expected="what the schemas and the manifest say",
            remedy="Run `scomm dictionary`.",
        )
    print("The data dictionary is current.")
    if folder is None and paths.originals() is None:
        print("The originals are not here; nothing to compare them with.")
        return
    originals = _originals(folder)
    for path in passports():
        check_hash(path, locate(path, originals))
    print(f"{len(passports())} originals have the sha256 of their passports.")
