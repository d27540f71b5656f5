"""Define the roles ``{n}``, a computed number, and ``{finding-link}``, a link to a finding."""

from __future__ import annotations

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxRole

from citable.display.formats import fmt, tr
from citable.display.words import english
from citable.errors import CitableError
from citable.record.directives import referenced_name, resolve, translate_values
from citable.record.outputs import findings
from citable.sphinx.execution import executed, extracting
from citable.sphinx.exhibits import note_used_values, page_values


class Number(SphinxRole):
    """``{n}`name:format``` prints what ``say(name=...)`` gave, or a finding's value or field.

    A name that the page does not give, or a format that does not fit, is a warning, and warnings
    fail the build. The values come from this build's executed notebook, not from the document:
    a translated paragraph is parsed as a document of its own, without the page's outputs.
    """

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the formatted number as an inline node."""
        name, _, spec = self.text.partition(":")
        if extracting(self.env.app):
            return [nodes.inline(self.rawtext, self.text)], []
        recorded = page_values(self.env.app, self.env.docname)
        note_used_values(self.env, referenced_name(self.text))
        try:
            found = resolve(recorded, name)
            with english():
                plain = fmt(found, spec)
            text = fmt(resolve(translate_values(recorded), name), spec)
        except (CitableError, ValueError, TypeError, IndexError) as error:
            message = self.inliner.reporter.warning(
                f"number {self.text!r}: {error}", line=self.lineno
            )
            return [self.inliner.problematic(self.rawtext, self.rawtext, message)], [message]
        # No break inside a number and its unit.
        node = nodes.inline(self.rawtext, _kept_together(text))
        node["classes"].append("number")
        node["of"] = self.text  # what the paragraph's template shows instead of the value
        node["recorded"] = _kept_together(plain)  # what it says in English
        return [node], []


class FindingLink(SphinxRole):
    """``{finding-link}`5.1``` names a finding and leads to it; one that no page records is a warning."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the link."""
        if extracting(self.env.app):
            return [nodes.inline(self.rawtext, self.text)], []
        addresses = {item["id"]: item["url"] for item in findings(executed(self.env.app))}
        if self.text in addresses:
            note_used_values(self.env, self.text)
            address = "../" * self.env.docname.count("/") + addresses[self.text]
            words = tr("finding {id}", id=self.text)
            link = nodes.reference(
                self.rawtext, _kept_together(fmt(words)), refuri=address, internal=True
            )
            link["recorded"] = _kept_together(words)
            return [link], []
        message = self.inliner.reporter.warning(
            f"no page records finding {self.text!r}", line=self.lineno
        )
        return [self.inliner.problematic(self.rawtext, self.rawtext, message)], [message]


def _kept_together(text: str) -> str:
    return text.replace(" ", "\N{NO-BREAK SPACE}") if len(text) < 14 else text


def setup(app: Sphinx) -> None:
    """Register the roles."""
    app.add_role("n", Number())
    app.add_role("finding-link", FindingLink())
