"""One in Four? as a project of ``citable``: what the machine must know of this book."""

from __future__ import annotations

from citable.project import Project
from scomm import __version__
from scomm.display.words import N_

PROJECT = Project(
    name="one-in-four",
    title=N_("One in Four? Secure Communities, Jurisdiction by Jurisdiction"),
    author="The One in Four Project",
    version=__version__,
    short_title=N_("One in Four?"),
    subtitle=N_("Secure Communities, jurisdiction by jurisdiction"),
    package="scomm",
)
