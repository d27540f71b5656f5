"""Define *One in Four?* as a project of ``citable``."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from types import ModuleType
from typing import Any, cast

from citable.display.words import N_
from citable.project import Claim, PageKind, PrintIndex, Project, Volume
from scomm import __version__

# The rules on which an exhibit relies, by their ids in law.yml.
_RULES = ("L1", "L2", "L3", "L5")


class OneInFour(Project):
    """The book on Secure Communities."""

    def extension(self) -> ModuleType:
        """Return the directives, pages and files of the subject."""
        from scomm import sphinx_ext

        return sphinx_ext

    def text_formats(self) -> Mapping[str, Callable[[str], str]]:
        """Return the format of names that the agency writes in capitals."""
        from scomm.data.names import normal_case

        return {"name": normal_case}

    def generated_items(self, kind: str) -> Iterable[tuple[str, str, str, str, str]]:
        """Yield the datasheets of states and areas, or the pages of counties."""
        from scomm.places.datasheets import sheet_items

        return sheet_items(kind)

    def maker(self, table: str) -> ModuleType | None:
        """Return the ingest module of a table."""
        from scomm.data.ingest import modules

        found = (module for module in modules() if table in module.TABLES)
        return cast("ModuleType | None", next(found, None))

    def words_of_code(self, code: str) -> str:
        """Return what a published figure counts, in words."""
        from scomm.places.ledger import counted_words

        return counted_words(code)

    def print_index(self) -> PrintIndex:
        """Return the index of jurisdictions."""
        from scomm.places import print_index

        return print_index

    def volumes(self) -> Sequence[Volume]:
        """Return the volume of the sheets of all states and areas."""
        from scomm.places import volume

        return (volume,)

    def exhibit_law(self) -> Sequence[Mapping[str, Any]]:
        """Return the rules of evidence of ``law.yml``."""
        from scomm.data import ledger

        laws = {entry["id"]: entry for entry in ledger.law()}
        return [laws[name] for name in _RULES]

    def claims(self, asked: Collection[str]) -> Mapping[str, Claim]:
        """Return each claim asked for with its verdict by the printed rule."""
        from scomm.data import ledger
        from scomm.evidence.claims import judge, verdict_mark

        found = {}
        for name, entry in ledger.claims().items():
            if name in asked:
                verdict = judge(name).verdict
                found[name] = Claim(entry["short"], verdict, verdict_mark(verdict))
        return found


PROJECT = OneInFour(
    name="one-in-four",
    title=N_("One in Four? Secure Communities, Jurisdiction by Jurisdiction"),
    author="The One in Four Project",
    version=__version__,
    short_title=N_("One in Four?"),
    subtitle=N_("Secure Communities, jurisdiction by jurisdiction"),
    colophon=N_("Not peer reviewed. Text and figures CC BY 4.0, code MIT, tables CC0."),
    package="scomm",
    abstract=N_(
        "Tests, jurisdiction by jurisdiction, what was said about the Secure Communities program of "
        "U.S. Immigration and Customs Enforcement, from the agency's records and published figures."
    ),
    topic=N_("Secure Communities"),
    place="US",
    period="2008-10/2026",
    command="scomm",
    dictionary_made_by="dictionary",
    tables_made_by="Run `scomm ingest` with the originals,",
    data_note="""
Four things were made coarser than the releases: days became months, records became counts,
fractions were rounded to four decimals and boundaries to a tenth of a page unit. No table says more
about a person than the agency's own release does.
""",
    light_templates=frozenset({"county.html"}),
    pages_folder="datasheets",
    pages_list="datasheets/counties",
    pages_list_title=N_("Counties, states and areas, all in one list"),
    pages_without_card=("county-",),
    page_kinds=(
        PageKind(
            name="datasheet",
            written=r"sheet|datasheet",
            id=r"[A-Za-z]{2,3}",
            printed=N_("datasheet {id}"),
            hint="a datasheet as sheet MA",
        ),
        PageKind(
            name="county",
            written=r"c|county",
            id=r"\d{5}",
            printed=N_("county {id}"),
            hint="a county by its code as c25025",
            anchor="c",
        ),
    ),
)
