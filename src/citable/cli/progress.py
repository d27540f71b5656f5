"""Show the progress bar of commands that take long; it is erased when the command ends."""

from __future__ import annotations

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeElapsedColumn


def bar(console: Console, hidden: bool = False) -> Progress:
    """Return a progress bar that is shown in a terminal only, and not if ``hidden``."""
    return Progress(
        "{task.description}",
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=hidden or not console.is_terminal,
    )
