"""The project: what this package must know of the book that it builds.

A book names its ``Project`` in ``_config.yml``, under ``sphinx: config:``, as ``module:object``::

    citable_project: scomm.project:PROJECT

Without that line title and author are those of ``_config.yml``, and the version is that of
``CITATION.cff``.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import cache
from pkgutil import resolve_name
from typing import Any

import yaml

from citable import paths
from citable.errors import ProjectError


@dataclass(frozen=True)
class Project:
    """A book: its names, and the functions by which its subject adds to what every book has.

    ``name`` begins the names of its files; ``short_title`` is its title in running heads and cards,
    ``subtitle`` what follows it there; ``package`` is the folder of its own code in ``src``.
    """

    name: str
    title: str
    author: str
    version: str
    short_title: str = ""
    subtitle: str = ""
    package: str = ""

    @property
    def file_name(self) -> str:
        """Return how files of this edition are named, without their suffix."""
        return f"{self.name}-{self.version}"

    @property
    def tag(self) -> str:
        """Return the tag of this edition in the repository."""
        return f"v{self.version}"


def configuration() -> dict[str, Any]:
    """Return ``_config.yml``. Raises ProjectError if it cannot be read."""
    try:
        found = yaml.safe_load(paths.CONFIG.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise ProjectError(f"{paths.CONFIG}: cannot be read ({error})") from error
    if not isinstance(found, dict):
        raise ProjectError(f"{paths.CONFIG}: found no settings, expected those of a Jupyter Book")
    return found


@cache
def project() -> Project:
    """Return the project of this book. Raises ProjectError if what names it cannot be used."""
    config = configuration()
    named = ((config.get("sphinx") or {}).get("config") or {}).get("citable_project")
    if not named:
        return _plain(config)
    for folder in (str(paths.SRC), str(paths.ROOT)):
        if folder not in sys.path:
            sys.path.append(folder)
    try:
        found = resolve_name(str(named))
    except (ImportError, AttributeError, ValueError) as error:
        raise ProjectError(f"{paths.CONFIG}: citable_project {named!r}: {error}") from error
    if not isinstance(found, Project):
        raise ProjectError(f"{paths.CONFIG}: citable_project {named!r} is no citable.Project")
    return found


def _plain(config: dict[str, Any]) -> Project:
    """Return the project of a book that names none."""
    try:
        version = str(yaml.safe_load(paths.CITATION.read_text(encoding="utf-8"))["version"])
        title, author = str(config["title"]), str(config["author"])
    except (OSError, yaml.YAMLError, KeyError, TypeError) as error:
        raise ProjectError(
            f"{paths.CONFIG} must give title and author, {paths.CITATION.name} a version ({error})"
        ) from error
    name = "".join(letter if letter.isalnum() else "-" for letter in title.lower()).strip("-")
    return Project(name=name, title=title, author=author, version=version, short_title=title)
