"""The command that follows a finding back: sentence, cell, tables, originals."""

from __future__ import annotations

from typing import Annotated

import typer

from citable.errors import PublishedError


def trace_command(
    reference: Annotated[str, typer.Argument(help="A finding, such as F6.3.")],
) -> None:
    """Print where a finding comes from: its sentence, its cell, its tables and their originals."""
    from citable.execute import chapters
    from citable.execute.execution import execute_all
    from citable.record.outputs import findings
    from citable.record.references import parse, unknown_id_error
    from citable.record.trace import trace

    wanted = parse(reference)
    if wanted.kind != "finding":
        raise PublishedError(f"{wanted}: a finding is traced, such as F6.3.")
    executed = execute_all(chapters.notebooks(), chapters.store())
    notebooks = {page: result.notebook for page, result in executed.items()}
    found = {finding["id"]: finding for finding in findings(notebooks)}
    if wanted.id not in found:
        raise unknown_id_error(wanted, found)
    finding = found[wanted.id]
    traced = trace(finding, notebooks[str(finding["url"]).split(".html")[0]])
    print(f"Finding {wanted.id}: {finding['statement']}\n")
    print(f"{traced.page}.md, code cell {traced.cell}:\n")
    print("".join(f"    {line}\n" for line in traced.code.splitlines()))
    if traced.n_rows:
        print(f"{traced.n_rows:,} rows of {traced.rows_source} add up to it.")
    for source in traced.sources:
        print(f"{source.path}, sha256 {source.sha256}")
        if source.module:
            print(f"  made by {source.module}: {source.purpose}")
        for original in source.originals:
            print(f"  from {original.path}, sha256 {original.sha256}")
            print(f"  {original.title}. {original.publisher}; {original.release}.")
