"""Test that notebooks are executed in clean kernels that end with their caller."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import nbformat
import pytest

from citable import paths
from citable.execute import chapters
from citable.execute.execution import ExecutionError, Store, execute, execute_all
from citable.execute.kernels import KernelForkServer
from citable.execute.provisioning import PlainKernelManager
from tests.processes import wait_until

pytestmark = pytest.mark.check
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="kernels are forked on Linux only")


def notebook(*cells: str) -> nbformat.NotebookNode:
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    made.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    return made


WHO = "import os, sys; print(os.getpid(), 'scomm' in sys.modules, os.environ['PYTHONHASHSEED'])"


@LINUX
def test_forked_kernels_are_clean_processes(tmp_path: Path) -> None:
    three = {name: notebook(WHO, "leak = 1") for name in "abc"}
    three["c"] = notebook(WHO, "print('leak' in globals())")
    found = execute_all(three, Store(tmp_path))
    said = [result.notebook.cells[0].outputs[0].text.split() for result in found.values()]
    assert len({pid for pid, _, _ in said}) == 3
    assert {(ours, seed) for _, ours, seed in said} == {("False", "0")}
    assert found["c"].notebook.cells[1].outputs[0].text == "False\n"


@LINUX
def test_forked_and_plain_kernels_give_equal_outputs() -> None:
    name = "notebooks/05-nation"
    chapter = chapters.notebooks()[name]
    plain = execute(chapter, name)
    with KernelForkServer() as kernels:
        assert kernels.manager_class() is not PlainKernelManager
        forked = execute(chapter, name, manager=kernels.manager_class())
    assert forked.notebook == plain.notebook
    assert forked.uses == plain.uses, "and depends on the same files"


def test_a_notebook_depends_on_the_schemas_of_the_tables_it_loads_alone() -> None:
    code = "from citable.tables.reader import load; load('county_areas'); load('removals_repeats')"
    data = {file for file in execute(notebook(code), "two").uses if file.startswith("data/tables/")}
    assert data == {
        *("data/tables/county_areas.csv", "data/tables/county_areas.schema.yaml"),
        *("data/tables/removals_repeats.csv", "data/tables/removals_repeats.schema.yaml"),
    }


@LINUX
def test_failing_cell_and_dead_kernel_raise_errors(tmp_path: Path) -> None:
    several = {
        "good": notebook("print(1)"),
        "bad": notebook("1 / 0"),
        "gone": notebook("import os, signal; os.kill(os.getpid(), signal.SIGKILL)"),
    }
    with pytest.raises(ExecutionError, match=r"bad: a cell failed(?s:.*)gone: ") as caught:
        execute_all(several, Store(tmp_path))
    assert "ZeroDivisionError" in str(caught.value)


@LINUX
def test_kernels_end_with_their_caller(tmp_path: Path) -> None:
    program = textwrap.dedent(
        """
        import sys
        from pathlib import Path
        from citable.execute.execution import Store, execute_all
        from tests.record.test_execution import notebook
        cell = "import os, threading; print(os.getpid(), file=open(%r + str(os.getpid()), 'w')); threading.Event().wait()"
        folder = sys.argv[1]
        execute_all({name: notebook(cell % (folder + "/pid-")) for name in "abc"}, Store(Path(folder) / "s"), workers=3)
        """
    )
    path = {"PYTHONPATH": f"{paths.SRC}{os.pathsep}{paths.ROOT}"}
    running = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)], env=os.environ | path
    )

    def pids() -> list[int]:
        return [int(file.name.split("-")[1]) for file in tmp_path.glob("pid-*")]

    wait_until(lambda: len(pids()) == 3 or running.poll() is not None, "three kernels run")
    assert running.poll() is None, "it ended before its kernels ran"
    running.kill()
    running.wait()
    wait_until(
        lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids()), "every kernel ended"
    )
