"""Test that editions are complete and reproducible, and that verification detects tampering."""

from __future__ import annotations

import importlib.util
import json
import marshal
import os
import random
import re
import shutil
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from citable.edition import checksums
from citable.edition.folders import atomic_directory
from citable.edition.verify import check_files
from citable.errors import EditionError
from citable.tables.passports import sha256_of
from tools.browser import PHONE, Visit, axe, serve, sideways, structure

from ..books import Book, succeeded
from .conftest import LAST, NAME, TOTAL, VERSION


@pytest.fixture
def edition(made_edition: Path, tmp_path: Path) -> Path:
    """An unpacked copy that a test may damage."""
    with zipfile.ZipFile(made_edition.with_name(f"{NAME}.zip")) as archive:
        archive.extractall(tmp_path)
    return tmp_path / NAME


Verify = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def verify(code: Path) -> Verify:
    """The verifier as a stranger runs it: installed elsewhere, in the edition's folder."""
    setting = {"CITABLE_ROOT": "", "PYTHONDONTWRITEBYTECODE": "1", "COLUMNS": "300"}
    return lambda folder, *arguments: Book(folder, code, setting).citable("verify", *arguments)


def failed(result: subprocess.CompletedProcess[str]) -> str:
    assert result.returncode == 1, result.stdout + result.stderr
    assert result.stdout.rstrip().endswith("FAIL")
    return result.stdout


def relist(folder: Path) -> None:
    """Forge the checksums so that they fit the damaged files."""
    (folder / "SHA256SUMS").write_bytes(checksums.format_checksums(folder))


def test_edition_contains_all_parts(made_edition: Path) -> None:
    listed = checksums.read_checksums(made_edition)
    present = {
        file.relative_to(made_edition).as_posix()
        for file in made_edition.rglob("*")
        if file.is_file()
    }
    assert present == {*listed, "SHA256SUMS", "MANIFEST.json"}
    assert {
        *("site/index.html", "site/record.json", "findings.json", "findings.csv", "CITATION.cff"),
        *("site/tables/datapackage.json", "site/tables/beans.csv"),
        "site/notebooks/01-small.ipynb",
        *("source/src/windowsill.py", "source/src/citable/paths.py"),
        *("source/data/published/findings.json", "root/editions.json"),
    } <= present
    manifest = json.loads((made_edition / "MANIFEST.json").read_text())
    assert (manifest["findings"], manifest["paragraphs"]) == (2, 4)
    assert manifest["digest"] == json.loads((made_edition / "record.json").read_text())["digest"]
    coreutils = subprocess.run(
        ["sha256sum", "--check", "--quiet", "SHA256SUMS"],
        cwd=made_edition,
        capture_output=True,
        check=False,
    )
    assert coreutils.returncode == 0, coreutils.stdout
    with zipfile.ZipFile(made_edition.with_name(f"{NAME}.zip")) as archive:
        assert {name.removeprefix(f"{NAME}/") for name in archive.namelist()} == present


def test_edition_contains_no_local_paths(made_edition: Path, published_site: Book) -> None:
    place = str(published_site.folder).encode()
    for file in made_edition.rglob("*"):
        if file.is_file():
            assert place not in file.read_bytes(), file


@pytest.mark.check
def test_edition_is_reproducible_byte_for_byte(
    made_edition: Path, published_site: Book, tmp_path: Path
) -> None:
    other = tmp_path / "another place" / "book"
    shutil.copytree(
        published_site.folder, other, ignore=shutil.ignore_patterns("_build", "dist", "__pycache__")
    )
    zone, mask = os.environ.get("TZ"), os.umask(0o077)
    os.environ["TZ"] = "Asia/Tokyo"
    try:
        book = Book(other, published_site.code)
        book.built()
        succeeded(book.citable("edition"))
    finally:
        os.umask(mask)
        if zone is None:
            del os.environ["TZ"]
        else:
            os.environ["TZ"] = zone
    again = other / "dist" / NAME
    assert checksums.read_checksums(again) == checksums.read_checksums(made_edition)
    assert sha256_of(again.with_name(f"{NAME}.zip")) == sha256_of(
        made_edition.with_name(f"{NAME}.zip")
    )


def test_an_untouched_edition_passes(edition: Path, verify: Verify) -> None:
    before = {file: file.stat().st_mtime_ns for file in edition.rglob("*")}
    result = verify(edition)
    assert result.returncode == 0, result.stdout + result.stderr
    assert result.stdout.rstrip().endswith("PASS")
    assert re.search(rf"1\.1\s+│\s+{TOTAL}\s+│\s+{TOTAL}\s+│ PASS", result.stdout), result.stdout
    assert f"Python {sys.version.split()[0]}" in result.stdout
    after = {file: file.stat().st_mtime_ns for file in edition.rglob("*")}
    assert before == after, "verification writes nothing"


def test_json_names_every_number(edition: Path, verify: Verify) -> None:
    result = verify(edition, "--json")
    assert result.returncode == 0, result.stderr
    report = json.loads(result.stdout)
    assert report["result"] == "PASS"
    assert report["digest"] == json.loads((edition / "MANIFEST.json").read_text())["digest"]
    rows = {(row["kind"], row["id"]): row for row in report["rows"]}
    assert rows["finding", "1.1"]["published"] == rows["finding", "1.1"]["recomputed"] == str(TOTAL)
    assert rows["number", "notebooks/01-small part"]["status"] == "PASS"
    assert {"system", "python", "packages"} <= report["machine"].keys()


def test_a_changed_cell_of_a_table_is_caught_and_named(edition: Path, verify: Verify) -> None:
    file = edition / "source" / "data" / "tables" / "beans.csv"
    text = file.read_text()
    assert "N01,north,21,72" in text
    file.write_text(text.replace("N01,north,21,72", "N01,north,21,73"))
    out = failed(verify(edition, "F1.1"))
    assert "FAIL  file source/data/tables/beans.csv: changed" in out
    assert "FAIL  table beans: beans.csv is not the table of this edition" in out
    assert re.search(r"1\.1 .*FAIL.*TableError: table beans", out)


def test_a_table_changed_with_its_manifest_still_fails(edition: Path, verify: Verify) -> None:
    file = edition / "source" / "data" / "tables" / "beans.csv"
    manifest = file.with_name("manifest.json")
    old = sha256_of(file)
    lines = file.read_text().splitlines(keepends=True)
    file.write_text("".join(lines[:-1]))
    manifest.write_text(manifest.read_text().replace(old, sha256_of(file)))
    out = failed(verify(edition, "F1.1"))
    assert f"value: moved from {TOTAL} to {TOTAL - LAST}" in out


def test_an_edited_constant_is_caught_and_named(edition: Path, verify: Verify) -> None:
    file = edition / "source" / "src" / "windowsill.py"
    file.write_text(file.read_text() + "\n\ndef share(x, n):\n    return 0.25\n")
    out = failed(verify(edition))
    assert "FAIL  file source/src/windowsill.py: changed" in out
    assert (
        "number notebooks/01-small part: number notebooks/01-small part, value: moved from 0.5 to 0.25"
        in out
    )


def test_a_swapped_file_is_caught_and_named(edition: Path, verify: Verify) -> None:
    file = edition / "findings.json"
    file.write_text(file.read_text().replace(f'"value": {TOTAL}', f'"value": {TOTAL + 1}'))
    out = failed(verify(edition))
    assert "FAIL  file findings.json: changed" in out
    assert f"finding 1.1, value: moved from {TOTAL} to {TOTAL + 1}" in out


def test_forged_checksums_are_caught(edition: Path, verify: Verify) -> None:
    file = edition / "findings.json"
    file.write_text(file.read_text().replace(f'"value": {TOTAL}', f'"value": {TOTAL + 1}'))
    relist(edition)
    out = failed(verify(edition))
    assert "FAIL  file SHA256SUMS: the list of checksums was altered" in out
    # Even with the manifest forged as well, the number does not come out.
    manifest = edition / "MANIFEST.json"
    document = json.loads(manifest.read_text())
    document["sha256sums"] = sha256_of(edition / "SHA256SUMS")
    manifest.write_text(json.dumps(document))
    assert f"finding 1.1, value: moved from {TOTAL} to {TOTAL + 1}" in failed(verify(edition))


def test_an_edited_expectation_is_caught(edition: Path, verify: Verify) -> None:
    file = edition / "source" / "data" / "published" / "findings.json"
    file.write_text(file.read_text().replace(f'"value": {TOTAL}', f'"value": {TOTAL + 1}'))
    out = failed(verify(edition, "F1.1"))
    assert f"value: moved from {TOTAL + 1} to {TOTAL}" in out


def test_an_edited_paragraph_is_caught(edition: Path, verify: Verify) -> None:
    file = edition / "record.json"
    site = edition / "site" / "record.json"
    for copy in (file, site):
        copy.write_text(copy.read_text().replace("A third one ends", "A third one begins"))
    relist(edition)
    manifest = edition / "MANIFEST.json"
    document = json.loads(manifest.read_text())
    document["sha256sums"] = sha256_of(edition / "SHA256SUMS")
    manifest.write_text(json.dumps(document))
    out = failed(verify(edition))
    assert "text of 1.3: not the text of its digest" in out
    assert "MANIFEST.json states another digest than its contents give" in out


def test_an_added_file_is_named(edition: Path, verify: Verify) -> None:
    (edition / "site" / "extra.html").write_text("<p>Not of this edition.</p>")
    assert "FAIL  file site/extra.html: not listed" in failed(verify(edition, "F1.1"))


def flip(file: Path, at: int) -> None:
    content = bytearray(file.read_bytes())
    content[at] ^= 1
    file.write_bytes(content)


@pytest.mark.parametrize(
    "step",
    [pytest.param(4, marks=pytest.mark.check), pytest.param(1, marks=pytest.mark.exhaustive)],
)
def test_every_file_is_covered_by_a_checksum(edition: Path, step: int) -> None:
    """Flip a byte of each file (or of every fourth), remove it, swap it: just that is named."""
    place = random.Random(2011)
    names = sorted(checksums.read_checksums(edition))
    assert checksums.file_problems(edition) == {}
    for name, other in list(zip(names, [*names[1:], names[0]], strict=True))[::step]:
        file, second = edition / name, edition / other
        kept = file.read_bytes()
        if kept:
            flip(file, place.randrange(len(kept)))
        else:
            file.write_bytes(b"x")
        assert checksums.file_problems(edition).keys() == {name}
        file.unlink()
        assert checksums.file_problems(edition) == {name: "missing"}
        file.write_bytes(second.read_bytes())
        second.write_bytes(kept)
        swapped = {name, other} if file.read_bytes() != kept else set()
        assert checksums.file_problems(edition).keys() == swapped
        second.write_bytes(file.read_bytes())
        file.write_bytes(kept)
    assert checksums.file_problems(edition) == {}


@pytest.mark.check
def test_every_unlisted_file_is_reported(edition: Path) -> None:
    """Add a file to each folder, and what is no file: just that is named."""
    folders = [edition, *(path for path in sorted(edition.rglob("*")) if path.is_dir())]
    for folder in folders:
        for name in ("x.html", ".hidden", "__pycache__/x.cpython-311.pyc"):
            added = folder / name
            added.parent.mkdir(exist_ok=True)
            added.write_text("not of this edition")
            found = checksums.file_problems(edition)
            assert found == {added.relative_to(edition).as_posix(): "not listed: it was added"}, (
                added
            )
            added.unlink()
    (edition / "site" / "elsewhere").symlink_to("/etc")
    os.mkfifo(edition / "site" / "pipe")
    found = checksums.file_problems(edition)
    assert found.keys() == {"site/elsewhere", "site/pipe"}
    assert "a link to elsewhere" in found["site/elsewhere"]


@pytest.mark.check
def test_any_changed_byte_of_the_manifest_is_detected(edition: Path) -> None:
    file = edition / checksums.MANIFEST
    kept = file.read_bytes()
    assert not [row for row in check_files(edition) if row.status != "PASS"]
    for at in range(0, len(kept), 5):
        flip(file, at)
        try:
            named = {row.id for row in check_files(edition) if row.status != "PASS"}
        except EditionError as error:
            named = {checksums.MANIFEST} if checksums.MANIFEST in str(error) else set()
        # Where the list's digest was changed, the list does not fit it: both are at fault.
        assert named & {checksums.MANIFEST, checksums.SUMS}, kept[at : at + 20]
        file.write_bytes(kept)


@pytest.mark.check
def test_any_changed_byte_of_the_checksums_is_detected(edition: Path) -> None:
    file = edition / checksums.SUMS
    kept = file.read_bytes()
    for at in range(0, len(kept), len(kept) // 60):
        flip(file, at)
        try:
            named = "; ".join(checksums.file_problems(edition))
        except EditionError as error:
            named = str(error)
        assert checksums.SUMS in named, kept[at : at + 20]
        file.write_bytes(kept)


def test_build_artifacts_in_an_edition_do_not_fail_verification(
    edition: Path, verify: Verify
) -> None:
    source = edition / "source"
    for made in (".venv/bin", "_build/html", ".pytest_cache", "src/citable/__pycache__"):
        (source / made).mkdir(parents=True)
    (source / ".venv" / "bin" / "python").symlink_to(sys.executable)
    (source / "_build" / "html" / "x.html").write_text("built here")
    (source / "src" / "citable" / "__pycache__" / "errors.cpython-311.pyc").write_bytes(b"compiled")
    result = verify(edition, "F1.1")
    assert result.returncode == 0, result.stdout + result.stderr
    assert "not of the edition, not checked: source/.venv" in result.stdout
    assert "not of the edition, not checked: source/_build" in result.stdout


@pytest.mark.check
def test_bytecode_of_other_code_is_not_used(edition: Path, verify: Verify) -> None:
    """A forged .pyc fits its source by size and time, which is all that Python compares."""
    file = edition / "source" / "src" / "windowsill.py"
    forged = file.read_text() + "\n\ndef share(x, n):\n    return 0.25\n"
    code = compile(forged, str(file), "exec", dont_inherit=True)
    stat = file.stat()
    compiled = Path(importlib.util.cache_from_source(str(file)))
    compiled.parent.mkdir(exist_ok=True)
    compiled.write_bytes(
        importlib.util.MAGIC_NUMBER
        + struct.pack("<III", 0, int(stat.st_mtime), stat.st_size)
        + marshal.dumps(code)
    )
    probe = "import windowsill as w; print(w.share(1, 2))"
    used = subprocess.run(
        [sys.executable, "-c", probe],
        env=os.environ | {"PYTHONPATH": str(edition / "source" / "src")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert used.stdout.strip() == "0.25", "it is a forgery that Python itself believes"
    result = verify(edition)
    assert result.returncode == 0, result.stdout
    report = json.loads(verify(edition, "--json").stdout)
    part = [row for row in report["rows"] if row["id"] == "notebooks/01-small part"]
    assert [row["recomputed"] for row in part] == ["0.5"]


def test_a_damaged_list_of_checksums_is_refused(edition: Path, verify: Verify) -> None:
    file = edition / "SHA256SUMS"
    file.write_text("not a checksum\n" + file.read_text())
    result = verify(edition, "F1.1")
    assert result.returncode == 2
    assert "SHA256SUMS, line 1: found 'not a checksum'" in result.stderr


def test_findings_of_a_newer_schema_are_refused(edition: Path, verify: Verify) -> None:
    file = edition / "findings.json"
    file.write_text(file.read_text().replace("one-in-four/findings/1", "one-in-four/findings/7"))
    result = verify(edition)
    assert result.returncode == 2
    assert "schema 'one-in-four/findings/7'" in result.stderr
    assert "Use the code that came with that edition" in result.stderr


def test_unknown_finding_error_names_similar_ids(edition: Path, verify: Verify) -> None:
    result = verify(edition, "F1.7")
    assert result.returncode == 2
    assert "no finding 1.7. Near it: Finding 1.1" in result.stderr
    result = verify(edition, "¶1.1")
    assert result.returncode == 2
    assert "is not a finding" in result.stderr


def test_folder_without_an_edition_is_refused(published_site: Book, tmp_path: Path) -> None:
    result = published_site.citable("verify", "--edition", str(tmp_path))
    assert result.returncode == 2
    assert "no unpacked edition is there" in result.stderr


def test_a_folder_that_cannot_be_written_is_named(published_site: Book, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    for command in (("edition", "--to"), ("exhibit", "F1.1", "-o")):
        result = published_site.citable(*command, str(tmp_path / "file" / "x"))
        assert result.returncode == 2
        assert "Not a directory" in result.stderr
    assert [file.name for file in tmp_path.iterdir()] == ["file"]


def test_edition_of_unpublished_findings_is_refused(published_book: Book, tmp_path: Path) -> None:
    file = published_book.html / "findings.json"
    file.write_text(file.read_text().replace(f'"value": {TOTAL}', f'"value": {TOTAL + 1}'))
    result = published_book.citable("edition", "--to", str(tmp_path / "dist"))
    assert result.returncode == 2
    assert f"finding 1.1, value: moved from {TOTAL} to {TOTAL + 1}" in result.stderr
    assert not (tmp_path / "dist" / NAME).exists()


def test_no_large_file_is_packed_twice(made_edition: Path) -> None:
    listed = checksums.read_checksums(made_edition)
    names: dict[str, list[str]] = {}
    for name, digest in listed.items():
        # What is typed or committed stands in the source and, for readers, in the site.
        if not name.startswith("source/"):
            names.setdefault(digest, []).append(name)
    assert ["site/tables/beans.csv"] in names.values()
    large = [each for each in names.values() if (made_edition / each[0]).stat().st_size > 20_000]
    assert large
    assert [each for each in large if len(each) > 1] == []


def test_edition_tables_match_the_source_tables(published_book: Book, tmp_path: Path) -> None:
    file = published_book.html / "tables" / "beans.csv"
    file.write_text(file.read_text().replace("N01,north,21,72", "N01,north,21,73"))
    result = published_book.citable("edition", "--to", str(tmp_path / "dist"))
    assert result.returncode == 2
    assert "not the tables of this checkout (beans.csv)" in " ".join(result.stderr.split())
    assert not (tmp_path / "dist" / NAME).exists()


def _fill_with_noise(folder: Path, **sizes: int) -> None:
    for name, size in sizes.items():
        (folder / name).mkdir(parents=True)
        (folder / name / "noise").write_bytes(random.Random(name).randbytes(size))


def test_oversized_zip_is_refused_naming_its_folders(tmp_path: Path) -> None:
    final = tmp_path / "edition"
    with atomic_directory(final, at_most=1_000) as work:
        (work / "first.txt").write_text("first")
    heaviest = r"at most 0\.001 MB .* site/cards 0\.1, site/find 0\.0"
    with (
        pytest.raises(EditionError, match=heaviest),
        atomic_directory(final, at_most=1_000) as work,
    ):
        _fill_with_noise(work / "site", find=10_000, cards=100_000)
    assert [path.name for path in final.iterdir()] == ["first.txt"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["edition", "edition.zip"]


def test_an_exhibit_for_court(published_site: Book, tmp_path: Path) -> None:
    result = published_site.citable("exhibit", "F1.1", "-o", str(tmp_path))
    assert result.returncode == 0, result.stderr
    assert "This is no legal advice." in result.stdout
    folder = tmp_path / f"{NAME}-finding-1-1"
    listed = checksums.read_checksums(folder)
    assert {"summary.html", "sources.html", "certification.html", "passports.json"} <= listed.keys()
    assert "tables/beans.csv" in listed
    assert all(sha256_of(folder / name) == digest for name, digest in listed.items())
    assert folder.with_name(f"{folder.name}.zip").is_file()
    passports = json.loads((folder / "passports.json").read_text())
    assert all(re.fullmatch("[0-9a-f]{64}", p["sha256"]) and p["likely_route"] for p in passports)
    summary = (folder / "summary.html").read_text()
    assert "no legal advice" in summary
    assert "Fed. R. Evid. 1006" in summary
    assert "<script" not in summary
    certification = (folder / "certification.html").read_text()
    assert "902(13)" in certification
    assert listed["tables/beans.csv"] in certification


@pytest.mark.browser
def test_the_summary_for_court_is_one_printed_page(
    published_site: Book, tmp_path: Path, visit: Callable[..., Visit]
) -> None:
    result = published_site.citable("exhibit", "F1.1", "-o", str(tmp_path))
    assert result.returncode == 0, result.stderr
    folder = tmp_path / f"{NAME}-finding-1-1"
    page = visit((folder / "summary.html").as_uri()).page
    assert axe(page) == []
    pdf = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1


@pytest.mark.browser
def test_not_found_page_links_to_the_edition(
    made_edition: Path, tmp_path: Path, visit: Callable[..., Visit]
) -> None:
    # As a host has it: the root's files, the edition below, and the page shown under any address.
    host = tmp_path / "host"
    shutil.copytree(made_edition / "root", host)
    shutil.copytree(made_edition / "site", host / VERSION)
    deep = host / VERSION / "notebooks" / "no" / "such.html"
    deep.parent.mkdir()
    shutil.copy(host / "404.html", deep)
    with serve(host) as server:
        for address in (
            "404.html",
            f"{VERSION}/404.html",
            f"{VERSION}/notebooks/no/such.html",
        ):
            seen = visit(f"{server.address}/{address}", width=PHONE)
            assert (axe(seen.page), structure(seen.page), sideways(seen.page)) == ([], [], [])
            assert (seen.errors, seen.foreign) == ([], [])
            seen.page.locator("article li a").first.click()
            seen.page.wait_for_url(f"**/{VERSION}/index.html")
