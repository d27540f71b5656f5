"""Publishing an edition: from a version tag to pages on the branch that the web site is served from."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

import pytest

from citable import paths
from citable.edition import checksums
from tools.browser import serve

from ..books import tree
from .conftest import VERSION

NEXT = "2027.01"


@dataclass
class Project:
    """A checkout with the real script, and the bare repository that it publishes to."""

    folder: Path
    origin: Path

    def environment(self) -> dict[str, str]:
        """Return a machine with no settings of git and no tag: what a fresh runner has."""
        ours = ("GIT_", "GITHUB_")
        kept = {key: value for key, value in os.environ.items() if not key.startswith(ours)}
        return kept | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}

    def git(self, *arguments: str, where: Path | None = None) -> str:
        """Run git with an identity of its own and return what it printed."""
        identity = ("-c", "user.name=Tester", "-c", "user.email=tester@example.org")
        done = subprocess.run(
            ["git", *identity, *arguments],
            cwd=where or self.folder,
            env=self.environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def release(self, edition: str, made: Path) -> Path:
        """Give the version, make its edition from a made one, commit, tag and push the tag."""
        with (self.folder / "pyproject.toml").open("w", encoding="utf-8") as file:
            file.write(f'[project]\nname = "scomm"\nversion = "{edition}"\n')
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", f"Version {edition}")
        self.git("tag", f"v{edition}")
        self.git("push", "--quiet", "origin", f"v{edition}")
        folder = self.folder / "dist" / f"one-in-four-{edition}"
        shutil.copytree(made, folder)
        if edition != VERSION:
            change_edition(folder, edition)
        return folder

    def publish(self, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run the real script, from another folder."""
        return subprocess.run(
            [str(self.folder / ".ci" / "publish")],
            cwd=self.folder.parent,
            env=self.environment() | variables,
            capture_output=True,
            text=True,
            check=False,
        )

    def branches(self) -> dict[str, str]:
        """Return the branches of the repository published to, each with its commit."""
        lines = self.git("ls-remote", "--heads", "origin").splitlines()
        return {line.split("refs/heads/")[1]: line.split()[0] for line in lines}

    def branch(self, name: str) -> Path:
        """Check a branch out anew, as a web host does, and return the folder."""
        folder = self.folder.parent / f"checked-out-{name}"
        shutil.rmtree(folder, ignore_errors=True)
        self.git("clone", "--quiet", "--branch", name, str(self.origin), str(folder))
        shutil.rmtree(folder / ".git")
        return folder

    def state(self) -> dict[str, object]:
        """Return what publishing must leave alone: files, settings, own branches, working trees."""
        work = {
            name: sha for name, sha in tree(self.folder).items() if not name.startswith(".git/")
        }
        return {
            "files": work,
            "status": self.git("status", "--porcelain"),
            "settings": (self.folder / ".git" / "config").read_text(encoding="utf-8"),
            "references": self.git("show-ref", "--head", "--heads", "--tags"),
            "worktrees": self.git("worktree", "list"),
        }


def change_edition(folder: Path, edition: str) -> None:
    """Turn the copy of an edition into one of another version."""
    for name in ("editions.json", "index.html", "404.html"):
        file = folder / "root" / name
        file.write_text(file.read_text(encoding="utf-8").replace(VERSION, edition), "utf-8")
    page = folder / "site" / "index.html"
    page.write_text(page.read_text(encoding="utf-8") + f"<!-- {edition} -->\n", "utf-8")
    (folder / checksums.SUMS).write_bytes(checksums.format_checksums(folder))


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A checkout of nothing but the script, with an empty repository as its origin."""
    folder, origin = tmp_path / "checkout", tmp_path / "origin.git"
    (folder / ".ci").mkdir(parents=True)
    shutil.copy(paths.ROOT / ".ci" / "publish", folder / ".ci" / "publish")
    (folder / ".gitignore").write_text("dist/\n")
    project = Project(folder, origin)
    project.git("init", "--quiet", "--bare", str(origin))
    project.git("init", "--quiet", "--initial-branch", "main")
    project.git("remote", "add", "origin", str(origin))
    return project


@pytest.fixture
def refused(project: Project) -> Callable[..., str]:
    """Publish, see that it is refused and that nothing at all changed, and return what it said."""

    def run(**variables: str) -> str:
        before = project.branches(), project.state()
        result = project.publish(**variables)
        assert result.returncode == 1, result.stdout + result.stderr
        assert (project.branches(), project.state()) == before
        return result.stderr

    return run


def test_workflow_and_script_accept_the_same_tags() -> None:
    text = (paths.ROOT / ".github" / "workflows" / "check.yml").read_text(encoding="utf-8")
    assert 'tags: ["v*"]' in text
    job = text.split("\n  publish:\n")[1]
    assert "if: startsWith(github.ref, 'refs/tags/v')" in job
    assert "contents: write" in job
    assert re.findall(r"- run: (make .*|\.ci/.*)", job) == ["make book pdf edition", ".ci/publish"]


def test_an_edition_is_published_from_its_tag(project: Project, made_edition: Path) -> None:
    project.release(VERSION, made_edition)
    # What a user has git ignore is published all the same.
    (project.folder / ".git" / "info" / "exclude").write_text("*.html\n*.json\n")
    before = project.state()
    result = project.publish()
    assert result.returncode == 0, result.stderr
    assert result.stdout == f"Edition {VERSION} is published.\n"
    assert project.state() == before
    assert project.branches().keys() == {"site", "notebooks"}

    site = tree(project.branch("site"))
    root = {name: sha for name, sha in site.items() if not name.startswith(f"{VERSION}/")}
    assert root.keys() == {".nojekyll", *tree(made_edition / "root")}
    assert root.keys() >= {"editions.json", "index.html", "404.html"}
    published = {f"{VERSION}/{name}": sha for name, sha in tree(made_edition / "site").items()}
    assert f"{VERSION}/index.html" in published
    assert site == root | tree(made_edition / "root") | published

    notebooks = tree(project.branch("notebooks"))
    assert notebooks == {
        f"{VERSION}/{name.rsplit('/', 1)[-1]}": sha
        for name, sha in tree(made_edition / "site").items()
        if name.endswith(".ipynb")
    }
    assert f"{VERSION}/01-small.ipynb" in notebooks


def test_colab_notebooks_are_published_if_present(project: Project, made_edition: Path) -> None:
    folder = project.release(VERSION, made_edition)
    (folder / "site" / "colab").mkdir()
    (folder / "site" / "colab" / "01-small.ipynb").write_text('{"cells": ["install"]}')
    (folder / checksums.SUMS).write_bytes(checksums.format_checksums(folder))
    assert project.publish().returncode == 0
    file = project.branch("notebooks") / VERSION / "01-small.ipynb"
    assert file.read_text() == '{"cells": ["install"]}'


def test_publishing_an_edition_again_is_refused(
    project: Project, made_edition: Path, refused: Callable[..., str]
) -> None:
    folder = project.release(VERSION, made_edition)
    assert project.publish().returncode == 0
    assert f"edition {VERSION} is on the branch site already" in refused()
    # Nor if it is another edition under the same version.
    change_edition(folder, NEXT)
    assert "a published edition is never changed" in refused()


def test_an_edition_is_added_beside_those_before_it(
    project: Project, made_edition: Path, refused: Callable[..., str]
) -> None:
    project.release(VERSION, made_edition)
    assert project.publish().returncode == 0
    first = {name: tree(project.branch(name)) for name in ("site", "notebooks")}

    project.release(NEXT, made_edition)
    before = project.state()
    result = project.publish(GITHUB_REF_NAME=f"v{NEXT}")
    assert result.returncode == 0, result.stderr
    assert project.state() == before
    for name in ("site", "notebooks"):
        both = tree(project.branch(name))
        kept = {file for file in first[name] if file.startswith(f"{VERSION}/")}
        assert {file: both[file] for file in kept} == {file: first[name][file] for file in kept}
        assert {file.split("/")[0] for file in both if "/" in file} == {VERSION, NEXT}
        assert f"{NEXT}/{'index.html' if name == 'site' else '01-small.ipynb'}" in both
        log = project.git("log", "--format=%s", name, where=project.origin).split("\n")
        assert log[:2] == [f"Edition {NEXT}", f"Edition {VERSION}"]

    with serve(project.branch("site")) as server:
        pages = {}
        for edition in (VERSION, NEXT):
            with urlopen(f"{server.address}/{edition}/index.html") as answer:
                pages[edition] = answer.read().decode("utf-8")
        assert "A small book." in pages[VERSION]
        assert pages[NEXT] == f"{pages[VERSION]}<!-- {NEXT} -->\n"
        with urlopen(f"{server.address}/") as answer:
            start = answer.read().decode("utf-8")
        target = re.findall(r'http-equiv="refresh" content="0; url=([^"]+)"', start)
        assert target == [f"{NEXT}/"]
        with urlopen(f"{server.address}/{target[0]}") as answer:
            assert answer.read().decode("utf-8") == pages[NEXT]
        with urlopen(f"{server.address}/editions.json") as answer:
            assert json.load(answer)["latest"] == NEXT

    # An older edition would take the start page back.
    project.release("2026.10", made_edition)
    assert f"edition {NEXT} is published, and is newer than 2026.10" in refused()


def test_without_an_edition_nothing_is_published(
    project: Project, made_edition: Path, refused: Callable[..., str]
) -> None:
    folder = project.release(VERSION, made_edition)
    (folder / "MANIFEST.json").unlink()
    assert f"no edition in {folder}: run make edition" in refused()
    shutil.rmtree(folder.parent)
    assert f"no edition in {folder}: run make edition" in refused()
    assert project.branches() == {}


def test_an_altered_edition_is_not_published(
    project: Project, made_edition: Path, refused: Callable[..., str]
) -> None:
    folder = project.release(VERSION, made_edition)
    file = folder / "site" / "index.html"
    file.write_text(file.read_text(encoding="utf-8") + "<p>More.</p>", "utf-8")
    assert "was altered" in refused()


def test_a_tag_of_another_version_is_refused(
    project: Project, made_edition: Path, refused: Callable[..., str]
) -> None:
    project.release(VERSION, made_edition)
    wanted = f"the tag of version {VERSION} is v{VERSION}, this is"
    assert f"{wanted} v2026.12" in refused(GITHUB_REF_NAME="v2026.12")
    assert f"{wanted} main" in refused(GITHUB_REF_NAME="main")
    project.git("commit", "--quiet", "--allow-empty", "--message", "After the tag")
    assert f"{wanted} no tag" in refused()
    project.git("tag", "v2026.12")
    assert f"{wanted} v2026.12" in refused()


def test_a_failure_publishes_neither_site_nor_notebooks(
    project: Project, made_edition: Path, refused: Callable[..., str]
) -> None:
    project.release(VERSION, made_edition)
    assert project.publish().returncode == 0
    project.release(NEXT, made_edition)
    hook = project.origin / "hooks" / "update"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text('#!/bin/sh\n[ "$1" != refs/heads/notebooks ]\n')
    hook.chmod(0o755)
    assert "refs/heads/notebooks" in refused()
    hook.unlink()
    assert project.publish().returncode == 0, "it can be published once the obstacle is gone"


def test_an_origin_that_does_not_answer_is_named(project: Project, made_edition: Path) -> None:
    project.release(VERSION, made_edition)
    shutil.rmtree(project.origin)
    before = project.state()
    result = project.publish()
    assert result.returncode == 1
    assert "cannot read the branches of origin" in result.stderr
    assert project.state() == before


def test_a_shallow_checkout_of_the_tag_is_enough(project: Project, made_edition: Path) -> None:
    """A runner has one commit, the tag's, and neither branch nor history."""
    project.release(VERSION, made_edition)
    assert project.publish().returncode == 0
    project.release(NEXT, made_edition)
    runner = Project(project.folder.parent / "runner", project.origin)
    source = ("--depth=1", f"--branch=v{NEXT}", project.origin.as_uri())
    project.git("clone", "--quiet", "-c", "advice.detachedHead=false", *source, str(runner.folder))
    shutil.copytree(project.folder / "dist", runner.folder / "dist")
    result = runner.publish()
    assert result.returncode == 0, result.stderr
    assert {path.name for path in project.branch("site").iterdir()} >= {VERSION, NEXT}
