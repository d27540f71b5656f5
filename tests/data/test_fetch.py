"""Fetching over HTTP from a real server on the loopback, and from a folder."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from citable import paths
from citable.errors import FetchError
from citable.tables import fetch
from citable.tables.passports import Passport, passports, sha256_of

CONTENT = b"county,date\n48201,2008-10-27\n" * 5000
BOUNDARIES = "geo/us-atlas-3.0.1.tgz"


class _Handler(SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        """Say nothing: a test's log is its result."""


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    folder = tmp_path / "served"
    folder.mkdir()
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}", folder
    server.shutdown()
    server.server_close()


def passport(url: str, content: bytes = CONTENT) -> Passport:
    return Passport(
        path="activation/list.csv",
        title="List",
        publisher="Agency",
        release="Release",
        obtained_from="server",
        licence="facts",
        format="CSV",
        bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        url=url,
        what="A list.",
        route="agency record or release",
    )


def left(folder: Path) -> list[str]:
    return sorted(str(f.relative_to(folder)) for f in folder.rglob("*") if f.is_file())


def test_whole_file_comes_once(served: tuple[str, Path], tmp_path: Path):
    base, folder = served
    (folder / "a.csv").write_bytes(CONTENT)
    to = tmp_path / "to"
    assert fetch.fetch_one(passport(f"{base}/a.csv"), to) is True
    assert (to / "activation/list.csv").read_bytes() == CONTENT
    (folder / "a.csv").unlink()
    assert fetch.fetch_one(passport(f"{base}/a.csv"), to) is False


@pytest.mark.parametrize(
    ("content", "words"),
    [(CONTENT[:1000], "1,000 bytes, .* It was cut off"), (CONTENT[::-1], "has sha256")],
)
def test_wrong_content_is_not_kept(
    served: tuple[str, Path], tmp_path: Path, content: bytes, words: str
):
    base, folder = served
    (folder / "a.csv").write_bytes(content)
    to = tmp_path / "to"
    with pytest.raises(FetchError, match=words):
        fetch.fetch_one(passport(f"{base}/a.csv"), to)
    assert left(to) == []


def test_connection_that_ends_early(tmp_path: Path):
    class Short(_Handler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(CONTENT)))
            self.end_headers()
            self.wfile.write(CONTENT[:500])

    server = ThreadingHTTPServer(("127.0.0.1", 0), Short)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        url = f"http://127.0.0.1:{server.server_address[1]}/a.csv"
        with pytest.raises(FetchError, match=r"list\.csv: .*expected 145,000 bytes"):
            fetch.fetch_one(passport(url), tmp_path)
    finally:
        server.shutdown()
        server.server_close()
    assert left(tmp_path) == []


def test_missing_page(served: tuple[str, Path], tmp_path: Path):
    base, _ = served
    with pytest.raises(FetchError, match="answered 404"):
        fetch.fetch_one(passport(f"{base}/gone.csv"), tmp_path / "to")
    assert left(tmp_path / "to") == []


def test_server_that_is_not_there(tmp_path: Path):
    with pytest.raises(FetchError, match="could not be read"):
        fetch.fetch_one(passport("http://127.0.0.1:9/a.csv"), tmp_path)


def test_invalid_file_is_replaced_unless_the_download_fails(
    served: tuple[str, Path], tmp_path: Path
):
    base, folder = served
    target = tmp_path / "to/activation/list.csv"
    target.parent.mkdir(parents=True)
    target.write_bytes(b"old")
    with pytest.raises(FetchError):
        fetch.fetch_one(passport(f"{base}/a.csv"), tmp_path / "to")
    assert target.read_bytes() == b"old"
    (folder / "a.csv").write_bytes(CONTENT)
    assert fetch.fetch_one(passport(f"{base}/a.csv"), tmp_path / "to") is True
    assert target.read_bytes() == CONTENT


def test_from_a_folder(tmp_path: Path):
    source = tmp_path / "source"
    source.mkdir()
    with pytest.raises(FetchError, match="not in"):
        fetch.fetch_one(passport("http://unused"), tmp_path / "to", source)
    (source / "list.csv").write_bytes(CONTENT[:-1])
    with pytest.raises(FetchError, match="cut off"):
        fetch.fetch_one(passport("http://unused"), tmp_path / "to", source)
    assert left(tmp_path / "to") == []
    (source / "list.csv").write_bytes(CONTENT)
    assert fetch.fetch_one(passport("http://unused"), tmp_path / "to", source)


def test_the_package_has_no_address_of_its_own(tmp_path: Path):
    with pytest.raises(FetchError, match=r"npm pack us-atlas@3\.0\.1"):
        fetch.fetch(tmp_path, only=[BOUNDARIES])
    named = fetch.address(passports()[BOUNDARIES], "http://registry.invalid/")
    assert named == "http://registry.invalid/us-atlas/-/us-atlas-3.0.1.tgz"


def test_an_address_that_is_none_is_named_as_such(tmp_path: Path):
    # Only the boundaries come from a package: a registry must not stand in for another address.
    with pytest.raises(FetchError, match=r"list\.csv: found url 'ftp://old/list\.csv'"):
        fetch.address(passport("ftp://old/list.csv"), "http://registry.invalid")
    with pytest.raises(FetchError, match=r"--npm-registry: found 'registry\.invalid'"):
        fetch.address(passports()[BOUNDARIES], "registry.invalid")
    with pytest.raises(FetchError, match=r"--mirror: found 'mirror\.invalid'"):
        fetch.fetch(tmp_path, base="mirror.invalid")
    assert left(tmp_path) == []


def test_the_package_comes_from_a_named_registry(
    served: tuple[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    base, folder = served
    package = replace(passport(passports()[BOUNDARIES].url), path=BOUNDARIES)
    monkeypatch.setattr(fetch, "passports", lambda: {BOUNDARIES: package})
    (folder / "us-atlas/-").mkdir(parents=True)
    (folder / "us-atlas/-/us-atlas-3.0.1.tgz").write_bytes(CONTENT)
    assert fetch.fetch(tmp_path / "to", npm_registry=base) == 1
    assert left(tmp_path / "to") == [BOUNDARIES]


def test_blanks_in_an_address_stay_as_they_are_written(served: tuple[str, Path], tmp_path: Path):
    base, folder = served
    (folder / "PFD FY2025_Q1.xlsx - ICE Removals.csv").write_bytes(CONTENT)
    url = f"{base}/PFD%20FY2025_Q1.xlsx%20-%20ICE%20Removals.csv"
    assert fetch.fetch_one(passport(url), tmp_path / "to") is True
    assert sum("%20" in known.url for known in passports().values()) == 3


def test_unknown_original(tmp_path: Path):
    with pytest.raises(FetchError, match=r"no original 'x\.csv'"):
        fetch.fetch(tmp_path, only=["x.csv"])


@pytest.mark.originals
@pytest.mark.skipif(paths.originals() is None, reason="the original source files are not here")
def test_fetch_reports_truncated_and_wrong_files(served: tuple[str, Path], tmp_path: Path):
    base, folder = served
    cut, wrong = "crosswalk/county_aor.csv", "seattle/CAP-FY2017-removals.csv.gz"
    for path in passports():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.symlink_to(paths.originals() / path)
    for path, content in ((cut, (folder / cut).read_bytes()[:1000]), (wrong, b"x" * 11110)):
        (folder / path).unlink()
        (folder / path).write_bytes(content)
    with pytest.raises(FetchError) as caught:
        fetch.fetch(tmp_path / "to", base=base)
    lines = str(caught.value).split("\n")
    assert [line.split(":")[0] for line in lines] == [cut, wrong]
    assert left(tmp_path / "to") == sorted(set(passports()) - {cut, wrong})
    for path in left(tmp_path / "to"):
        assert sha256_of(tmp_path / "to" / path) == passports()[path].sha256
