"""Start kernels for notebooks, forked from a server that has imported the libraries."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from citable import paths
from citable.display.figures import DRAWS

if TYPE_CHECKING:  # takes as long to load as a chapter to compute; the server begins before that
    from jupyter_client.manager import AsyncKernelManager

_SERVER = Path(__file__).with_name("kernel_server.py")


def environment(temporary: str) -> dict[str, str]:
    """Return the environment of a kernel: this source first, no user setting that could change a number."""
    result = dict(os.environ)
    result["CITABLE_CODE"] = os.pathsep.join(map(str, paths.code_folders()))
    # The book's own code and this package; what lies with the libraries is found there.
    folders = {paths.SRC: None, paths.PACKAGE.parent: None}
    result["PYTHONPATH"] = os.pathsep.join(
        str(folder) for folder in folders if not folder.is_relative_to(sys.prefix)
    )
    result["CITABLE_ROOT"] = str(paths.ROOT)
    result["PYTHONHASHSEED"] = "0"
    result["PYTHONDONTWRITEBYTECODE"] = "1"
    result["IPYTHONDIR"] = temporary
    result.pop(DRAWS, None)  # for a caller to say, not for whoever's shell it is
    # One thread a kernel: kernels do not compete for cores, and
    # sums are computed in a fixed order.
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        result[name] = "1"
    return result


class KernelForkServer:
    """Pre-forking kernel server: imports libraries once, in the background, and forks a kernel a notebook.

    Without ``draws`` what only drawings need is left to the notebook that asks for it. Some systems
    cannot fork: there no server starts, and kernels start like any others.
    """

    def __init__(self, *, draws: bool = True) -> None:
        self._server: subprocess.Popen[bytes] | None = None
        if sys.platform != "linux":
            return
        self._private = tempfile.TemporaryDirectory(prefix="citable-")
        self._address = str(Path(self._private.name) / "kernels")
        self._server = subprocess.Popen(
            # -P: the folder of the script must not hide libraries of the same names.
            [sys.executable, "-P", str(_SERVER), self._address, *(["draws"] if draws else [])],
            stdin=subprocess.PIPE,
            # Variables of the kernels, set before anything is imported.
            env=environment(""),
            cwd=paths.ROOT,
        )

    def manager_class(self) -> type[AsyncKernelManager]:
        """Return the kernel manager class whose kernels this server forks.

        Raises RuntimeError if it has ended.
        """
        from citable.execute.provisioning import PlainKernelManager, forking_manager

        if self._server is None:
            return PlainKernelManager
        while not Path(self._address).exists():
            if self._server.poll() is not None:
                raise RuntimeError(
                    f"the server of kernels ended with status {self._server.returncode}"
                )
            time.sleep(0.01)
        return forking_manager(self._address)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop the fork server; each running kernel exits when its client closes the socket."""
        if self._server is None:
            return
        assert self._server.stdin is not None
        self._server.stdin.close()
        self._server.kill()  # it may still be importing
        self._server.wait()
        self._server = None
        self._private.cleanup()
