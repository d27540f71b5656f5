"""Test with random input that readers return a valid result or raise a typed error."""

from __future__ import annotations

import ast
import json
import re
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from typer.testing import CliRunner

from citable import paths
from citable.errors import CitableError, UnknownIdError
from citable.files import strict
from citable.record import paragraphs, published
from citable.record.references import KINDS, is_generated, parse, unknown_id_error
from scomm.cli import app
from scomm.data.ingest import modules

from ..data.bad_inputs import catalog, outcome, put

# The same cases everywhere: a failure here is a failure on every machine.
STEADY = settings(
    derandomize=True,
    deadline=None,
    max_examples=25,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
SOURCES = list(catalog())


def _damaged(raw: bytes, cuts: list[tuple[int, bytes]]) -> bytes:
    """Put pieces of bytes over others at places between 0 and 1 000 000 of the length."""
    for place, piece in cuts:
        at = place * len(raw) // 1_000_000
        raw = raw[:at] + piece + raw[at + max(len(piece), 1) :]
    return raw


DAMAGE = st.lists(
    st.tuples(
        st.integers(0, 1_000_000),
        st.one_of(
            st.binary(max_size=6),
            st.sampled_from([b"\n", b"|", b",", b'"', b"-", b"9" * 30, b"NaN", b"\0", b"[", b"{"]),
        ),
    ),
    min_size=1,
    max_size=4,
)


@pytest.mark.parametrize("name", SOURCES)
@settings(STEADY, max_examples=4)
@given(damage=DAMAGE)
def test_damaged_files_are_refused_or_read(name: str, damage: list[tuple[int, bytes]]) -> None:
    source = catalog()[name]
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as folder:
        patch.setitem(source.mutations, "random", lambda raw: _damaged(raw, damage))
        kind, text = outcome(source, "random", Path(folder), patch.setattr)
    assert kind == "table" or len(text) < 5_000


@STEADY
@given(st.binary(max_size=400))
def test_strict_readers_handle_any_bytes(raw: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "file"
        put(file, raw)
        for read in (strict.read_json, strict.read_yaml, strict.read_text, strict.decompress):
            try:
                read(file)
            except strict.Malformed:
                continue
        try:
            header, records = strict.read_named_rows(file, ())
        except strict.Malformed:
            return
        assert len(set(header)) == len(header)
        assert all(len(record) == len(header) for record in records)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


@settings(STEADY, max_examples=200)
@given(name=st.sampled_from(["id", *published.COMPARED]), value=_JSON)
def test_fuzzed_finding_is_valid_or_its_fault_is_named(name: str, value: Any) -> None:
    good = json.loads(paths.PUBLISHED_FINDINGS.read_text(encoding="utf-8"))["findings"][1]
    item = good | {name: value}
    wrong = published.problem_of_findings([item])
    if not wrong:  # then nothing behind it may stumble
        entry = item | {"status": "current", "tolerance": 1e-9}
        published.digest(entry)
        published.compare({item["id"]: entry}, [good | {"id": item["id"]}])


@settings(STEADY, max_examples=400)
@given(
    st.one_of(st.text(max_size=12), st.from_regex(r"(F|¶|p|Fig|ch|sheet |c)\.? ?\w{1,3}\.?\w{0,4}"))
)
def test_parsing_any_text_gives_a_reference_or_an_error(text: str) -> None:
    try:
        found = parse(text)
    except UnknownIdError:
        return
    assert found.kind in KINDS or is_generated(found.kind)
    assert found.id.isascii()
    if found.id:
        assert parse({"finding": "F"}.get(found.kind, f"{found.kind} ") + found.id) == found
        assert str(found)
        unknown_id_error(found, ["1.1", "2.3"])


@STEADY
@given(
    st.lists(st.text(st.characters(codec="utf-8"), max_size=20), max_size=8),
    st.lists(st.text(st.characters(codec="utf-8"), max_size=20), max_size=8),
)
def test_paragraphs_keep_their_ids_through_any_edit(old: list[str], new: list[str]) -> None:
    first, _ = paragraphs.assign([], {"1": old})
    second, _ = paragraphs.assign(first, {"1": new})
    ids = [item.id for item in second]
    assert len(set(ids)) == len(ids)
    assert {item.id for item in first} <= set(ids)


# Commands that execute notebooks or write into the checkout are given only --help here.
_WORDS = st.one_of(
    st.sampled_from(
        ["tables", "cite", "F6.3", "¶1.1", "--form", "--edition", "--json", "--help", "-o", "exhibit",
         "count", "removals", "--from", "--to", "--engine", "nothing", "fetch", "--only", "verify",
         "--mirror", "words", "pdf", "datasheet", "findings", "withdraw", "supersede", "--reason"]
    ),
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=10),
)  # fmt: skip
_COMMANDS = (
    "tables",
    "cite",
    "count",
    "exhibit",
    "fetch",
    "ingest",
    "words",
    "pdf",
    "findings",
    "?",
)


_ARGUMENTS = given(first=st.sampled_from(_COMMANDS), words=st.lists(_WORDS, max_size=5))


@settings(STEADY, max_examples=12)
@_ARGUMENTS
def test_invalid_arguments_print_a_plain_message(first: str, words: list[str]) -> None:
    _run_command(first, words)


@pytest.mark.exhaustive
@settings(STEADY, max_examples=120)
@_ARGUMENTS
def test_many_invalid_arguments_print_a_plain_message(first: str, words: list[str]) -> None:
    _run_command(first, words)


def _run_command(first: str, words: list[str]) -> None:
    """Run a command where it can neither write nor fetch, and check how it ends."""
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as folder:
        # An edition that is not there, an empty folder of originals, nothing published to change.
        patch.chdir(folder)
        (Path(folder) / "none").mkdir()
        patch.setenv("CITABLE_ORIGINALS", str(Path(folder) / "none"))
        for name in ("BUILD", "LOCALE", "PUBLISHED_FINDINGS", "PUBLISHED_NUMBERS", "CHANGELOG"):
            patch.setattr(paths, name, Path(folder) / name.lower())
        patch.setattr("requests.get", _refuse)
        patch.setattr("citable.cli.record._execute_notebooks", _refuse)
        result = CliRunner().invoke(app, [first, *words])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code in (0, 1, 2)
    assert "Traceback" not in result.output


def _refuse(*_words: object, **_named: object) -> None:
    raise CitableError("not in this test")


# ---- what the sources themselves may not do -----------------------------------------------------

_FORBIDDEN_CALLS = {
    "eval", "exec", "compile", "__import__",
    "pickle.load", "pickle.loads", "marshal.loads", "shelve.open", "joblib.load", "pd.read_pickle",
    "yaml.load", "yaml.load_all", "yaml.unsafe_load", "yaml.full_load",
    "os.system", "os.popen", "tempfile.mktemp", "extractall",
}  # fmt: skip
_FORBIDDEN_MODULES = {"pickle", "marshal", "shelve", "dill", "cloudpickle", "jsonpickle", "xml"}
# A typed YAML document is read by `strict` alone; these read what Sphinx and the book configure.
_YAML_ALLOWED = {"yaml.safe_load"}


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_name(node.value)}.{node.attr}".lstrip(".")
    return node.id if isinstance(node, ast.Name) else ""


def problems_of(source: str) -> list[str]:
    """Return what a source file does that could run what it reads."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            name = _name(node.func)
            if name in _FORBIDDEN_CALLS or name.rsplit(".", 1)[-1] in ("extractall", "read_pickle"):
                found.append(f"line {node.lineno}: {name}")
            for word in node.keywords:
                on = isinstance(word.value, ast.Constant) and word.value.value is True
                if word.arg in ("allow_pickle", "shell", "trust_env") and on:
                    found.append(f"line {node.lineno}: {word.arg}=True")
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [alias.name for alias in node.names]
            modules_ = [node.module or ""] if isinstance(node, ast.ImportFrom) else names
            bad = {name.split(".")[0] for name in modules_} & _FORBIDDEN_MODULES
            found += [f"line {node.lineno}: import {name}" for name in bad]
        if isinstance(node, ast.ClassDef):
            bases = {_name(base) for base in node.bases}
            if bases & {"yaml.Loader", "yaml.UnsafeLoader", "yaml.FullLoader"}:
                found.append(f"line {node.lineno}: {node.name} is no safe loader")
    return found


@pytest.mark.parametrize(
    "source",
    ["eval(x)", "import pickle", "yaml.load(x)", "np.load(f, allow_pickle=True)", "run(x, shell=True)",
     "class A(yaml.Loader): pass", "tar.extractall()"],
)  # fmt: skip
def test_the_search_finds_what_it_looks_for(source: str) -> None:
    assert problems_of(source)


def test_no_module_evaluates_input() -> None:
    files = sorted(paths.SRC.rglob("*.py"))
    assert len(files) > 100
    wrong = {
        str(file.relative_to(paths.SRC)): found
        for file in files
        if (found := problems_of(file.read_text(encoding="utf-8")))
    }
    assert wrong == {}


def test_every_ingest_module_is_in_the_matrix() -> None:
    tried = {source.path for source in catalog().values()}
    for module in modules():
        assert any(path in tried for path in module.ORIGINALS), module


def test_ledgers_are_read_by_the_strict_reader_alone() -> None:
    for file in paths.SRC.rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        if file.name not in ("strict.py", "chapters.py", "extraction.py", "project.py"):
            assert not re.search(r"\byaml\.", text), file.name
