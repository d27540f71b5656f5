"""Define the role ``{fact}``, which names the ledger row behind a statement of law or history."""

from __future__ import annotations

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxRole

from citable.display.words import N_, _
from scomm.data.ledger import fact_status


class Fact(SphinxRole):
    """``{fact}`H41``` or ``{fact}`H41 L18```: rows of ``timeline.csv`` or ``law.yml``.

    Prints nothing where each row is confirmed, and says so where one is confirmed only in part.
    A key that neither ledger has is a warning, and warnings fail the build.
    """

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the mark of the least confirmed row, or no node."""
        statuses = {key: fact_status(key) for key in self.text.split()}
        unknown = [key for key, status in statuses.items() if status is None]
        if unknown or not statuses:
            message = self.inliner.reporter.warning(
                f"no fact {', '.join(unknown)!r} in timeline.csv or law.yml", line=self.lineno
            )
            return [self.inliner.problematic(self.rawtext, self.rawtext, message)], [message]
        if set(statuses.values()) == {"CONFIRMED"}:
            return [], []
        said = N_("confirmed in part")
        mark = nodes.inline(self.rawtext, f" ({_(said)})", classes=["fact-status"])
        mark["recorded"] = f" ({said})"
        return [mark], []


def setup(app: Sphinx) -> None:
    """Register the role."""
    app.add_role("fact", Fact())
