"""Define the role ``{gl}``, which links a word to the glossary."""

from __future__ import annotations

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import ReferenceRole

from citable.display.words import _
from citable.record.glossary import term

GLOSSARY = "notebooks/G-glossary"


class Term(ReferenceRole):
    """``{gl}`census``` or ``{gl}`were counted <census>```: a link to a term of the glossary.

    The words of the page stay as they are; the definition is the link's title. A term that the
    glossary does not have is a warning, and warnings fail the build.
    """

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the words as a link to the glossary's row."""
        entry = term(self.target)
        if entry is None:
            message = self.inliner.reporter.warning(
                f"no term {self.target!r} in the glossary", line=self.lineno
            )
            return [self.inliner.problematic(self.rawtext, self.rawtext, message)], [message]
        page = self.env.app.builder.get_relative_uri(self.env.docname, GLOSSARY)
        link = nodes.reference(
            self.rawtext,
            self.title,
            internal=True,
            refuri=f"{page}#{entry['anchor']}",
            reftitle=_(" ".join(entry["definition"].split())),
            classes=["term"],
        )
        return [link], []


def setup(app: Sphinx) -> None:
    """Register the role."""
    app.add_role("gl", Term())
