"""The role ``{n}``: a number of this page, computed by its code, in a stated format."""

from __future__ import annotations

import json

from docutils import nodes
from myst_nb.core.variables import RetrievalError
from myst_nb.ext.glue.utils import retrieve_glue_data
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxRole

from scomm.display.formats import fmt
from scomm.errors import ScommError


class Number(SphinxRole):
    """``{n}`name:format``` prints what ``say(name=...)`` gave, in that format.

    A name that the page does not give, or a format that does not fit, is a warning, and warnings
    fail the build.
    """

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the formatted number as an inline node."""
        name, _, spec = self.text.partition(":")
        try:
            data = retrieve_glue_data(self.inliner.document, name)
            text = fmt(json.loads(data.data["text/plain"]), spec)
        except (RetrievalError, ScommError, ValueError, IndexError) as error:
            message = self.inliner.reporter.warning(
                f"number {self.text!r}: {error}", line=self.lineno
            )
            return [self.inliner.problematic(self.rawtext, self.rawtext, message)], [message]
        # No break inside a number and its unit.
        node = nodes.inline(
            self.rawtext, text.replace(" ", "\N{NO-BREAK SPACE}") if len(text) < 14 else text
        )
        node["classes"].append("number")
        node["of"] = self.text  # what the paragraph's template shows instead of the value
        return [node], []


def setup(app: Sphinx) -> None:
    """Register the role."""
    app.add_role("n", Number())
