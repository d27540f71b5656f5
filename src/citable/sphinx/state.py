"""What a build knows: of this run in ``BuildState``, from run to run in ``RecordDomain``.

Sphinx keeps the data of a domain with its environment, merges it after parallel reading and forgets
it with its page, so that nothing is set on Sphinx's own objects.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast
from weakref import WeakKeyDictionary

from docutils.nodes import Element, reference
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.builders import Builder
from sphinx.domains import Domain
from sphinx.environment import BuildEnvironment

from citable.execute.execution import Executed
from citable.record.identity import Record

if TYPE_CHECKING:
    from citable.sphinx.writers import BackgroundWriter


@dataclass
class BuildState:
    """What one run of Sphinx computes once and its parts share; gone when the run ends."""

    # The lock of the folder, held until the build ends.
    lock: ExitStack = field(default_factory=ExitStack)
    # Executed notebooks, by page; empty where no cell is executed.
    results: dict[str, Executed] = field(default_factory=dict)
    # Whether any page was read or removed.
    pages_changed: bool = False
    # The digest that pages kept from an earlier build carry; empty where no page may be kept.
    kept_digest: str = ""
    # The digest of all that pages depend on but prose.
    dependencies: str | None = None
    # What the roles of each page can name, and of all pages under no name.
    values: dict[str, dict[str, Any]] = field(default_factory=dict)
    # Navigation that generated pages share, by folder and options.
    navigation: dict[tuple[str, str], Any] = field(default_factory=dict)
    # Writers of files beside the pages that run while pages are written, by name.
    background: dict[str, BackgroundWriter] = field(default_factory=dict)
    _record: Record | None = None

    @property
    def record(self) -> Record:
        """Return the edition's record, which is there once all pages are read."""
        if self._record is None:
            raise RuntimeError("the record is made when all pages are read (event env-updated)")
        return self._record

    @record.setter
    def record(self, record: Record) -> None:
        self._record = record


_STATES: WeakKeyDictionary[Sphinx, BuildState] = WeakKeyDictionary()


def build_state(app: Sphinx) -> BuildState:
    """Return the state of this run of Sphinx."""
    return _STATES.setdefault(app, BuildState())


# A numbered paragraph as a page shows it: its id, template, recorded text and shown text.
Note = dict[str, str]


class RecordDomain(Domain):
    """What the next build compares with: numbered paragraphs, and what pages were made of."""

    name = "record"
    label = "record"
    data_version = 2
    initial_data: dict[str, Any] = {  # noqa: RUF012
        "paragraphs": {},  # page -> its notes
        "keys": {},  # page -> digest of what it can show of its executed notebook
        "registry": {},  # chapter -> its rows of the registry of paragraphs
        "published": None,  # sha256 of the published findings
        "made_of": None,  # what all pages show of the record, and the code that makes them
    }

    @property
    def paragraphs(self) -> dict[str, list[Note]]:
        """Return the paragraphs of each page, as they are in the last reading of it."""
        return cast(dict[str, list[Note]], self.data["paragraphs"])

    def clear_doc(self, docname: str) -> None:
        """Forget the paragraphs of a page that is read again or removed."""
        self.paragraphs.pop(docname, None)

    def merge_domaindata(self, docnames: Iterable[str], otherdata: dict[str, Any]) -> None:
        """Take the paragraphs of pages that another process has read."""
        theirs = otherdata["paragraphs"]
        self.paragraphs.update({page: theirs[page] for page in docnames if page in theirs})

    def resolve_any_xref(
        self,
        env: BuildEnvironment,
        fromdocname: str,
        builder: Builder,
        target: str,
        node: pending_xref,
        contnode: Element,
    ) -> list[tuple[str, reference]]:
        """Resolve no cross-reference: nothing of this domain is a target of one."""
        return []

    def exchange(self, key: str, now: Any) -> Any:
        """Store a value for the next build; return what the last build stored."""
        before = self.data[key]
        self.data[key] = now
        return before


def record_domain(env: BuildEnvironment) -> RecordDomain:
    """Return the domain that holds what the next build compares with."""
    return cast(RecordDomain, env.get_domain(RecordDomain.name))


def setup(app: Sphinx) -> None:
    """Register the domain."""
    app.add_domain(RecordDomain)
