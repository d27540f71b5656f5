"""Format the bibliography only when a page or the references have changed.

The extension for BibTeX does it at every build, which takes longer than all else that a build does
when nothing has changed.
"""

from __future__ import annotations

from collections.abc import Iterable

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinxcontrib.bibtex.domain import BibtexDomain

from citable.sphinx.state import build_state
from citable.tables.passports import sha256_of


class Domain(BibtexDomain):
    """BibTeX domain that remembers the references and pages of its last run."""

    def env_updated(self) -> Iterable[str]:
        """Format all citations, unless no page was read and no reference changed."""
        config = self.env.config
        now = [config.bibtex_tooltips, config.bibtex_tooltips_style]
        now += [sha256_of(file) for file in self.bibdata.bibfiles]
        if build_state(self.env.app).pages_changed or self.data.get("made_of") != now:
            super().env_updated()
            self.data["made_of"] = now
        return []


def _outdated(
    app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]
) -> list[str]:
    build_state(app).pages_changed = bool(removed)
    return []


def _before_reading(app: Sphinx, env: BuildEnvironment, names: list[str]) -> None:
    build_state(app).pages_changed |= bool(names)


def setup(app: Sphinx) -> None:
    """Replace the domain of sphinxcontrib.bibtex, where a book has that extension."""
    if "sphinxcontrib.bibtex" not in app.extensions:
        return
    app.add_domain(Domain, override=True)
    app.connect("env-get-outdated", _outdated)
    app.connect("env-before-read-docs", _before_reading)
