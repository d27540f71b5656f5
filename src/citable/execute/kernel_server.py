"""Import the libraries of all chapters once, then fork a kernel for each notebook; run as a script.

Its arguments: the address to listen at, and ``draws`` if notebooks will draw.

A kernel spends more time on importing libraries than most chapters on computing. Only libraries
are imported here, none of this project's modules: a kernel loads those itself and reports them,
so that a result is still known to depend on just what its notebook used.

The caller sends one line of JSON over a socket: connection file, working folder, environment. The
forked kernel answers with its process id; from then on the socket lives as long as both sides do.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import select
import signal
import socket
import sys
import threading
from collections.abc import Iterable
from typing import Any

# What every kernel imports, by itself or for nearly every chapter, and what chapters that draw or
# read large tables import besides: also what the libraries leave until they are first used.
COMMON = (
    "IPython.core.completerlib",
    "IPython.core.interactiveshell",
    "IPython.extensions.storemagic",
    "ipykernel.debugger",
    "ipykernel.ipkernel",
    "ipykernel.kernelapp",
    "numpy",
    "pandas",
    "pandas.core.methods.to_dict",
    "pandas.io.formats.csvs",
    "pandas.io.formats.string",
    "pyarrow.csv",
    "scipy.stats",
    "sqlite3",
    "statsmodels.stats.proportion",
    "tomllib",
    "tornado.platform.asyncio",
    "yaml",
)
MORE = (
    "jinja2",
    "matplotlib.backends.backend_svg",
    "matplotlib.figure",
    "matplotlib.ticker",
    "pandas.core.reshape.reshape",
    "pandera.api.geopandas.container",
    "pandera.backends.pandas.array",
    "pandera.backends.pandas.builtin_checks",
    "pandera.backends.pandas.builtin_hypotheses",
    "pandera.backends.pandas.container",
    "pandera.backends.pandas.parsers",
    "pandera.backends.pandas.register",
    "pandera.pandas",
    "pandera.strategies.pandas_strategies",
    "pyarrow.dataset",
    "pyarrow.parquet",
    "scipy.optimize.elementwise",
    "seaborn",
    "statsmodels.genmod.generalized_linear_model",
    "statsmodels.regression.linear_model",
    "statsmodels.stats.meta_analysis",
    "statsmodels.stats.multitest",
)


def _exit_with_caller(caller: socket.socket) -> None:
    """End this kernel when the connection to its caller closes."""
    while caller.recv(1):
        pass
    os._exit(1)


def _run_kernel(caller: socket.socket, request: dict[str, Any]) -> None:
    """Run this process as a kernel until it is asked to shut down."""
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.environ.clear()
    os.environ.update(request["environment"])
    os.chdir(request["folder"])
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    from ipykernel.kernelapp import IPKernelApp

    app = IPKernelApp.instance()
    # With a parent handle a kernel does not print connection details to the terminal.
    parent = f"--IPKernelApp.parent_handle={os.getppid()}"
    app.initialize(["-f", request["connection_file"], parent])
    # Answer after the kernel's sockets exist: a caller that connects too early waits 0.1 s longer.
    caller.sendall(f"{os.getpid()}\n".encode())
    threading.Thread(target=_exit_with_caller, args=(caller,), daemon=True).start()
    app.start()


def serve(address: str, libraries: Iterable[str]) -> None:
    """Fork a kernel for each connection, until standard input is closed."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(address)
    listener.listen()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for what has ended
    # Disable Jupyter's debugger, which is not needed and takes as long to load as pandas.
    sys.modules["debugpy"] = None  # type: ignore[assignment]
    gc.disable()
    for name in libraries:
        with contextlib.suppress(ModuleNotFoundError):  # of a library that this book does without
            importlib.import_module(name)
    gc.freeze()  # a kernel that looks for garbage would copy every page of what it shares
    gc.enable()
    while True:
        ready, _, _ = select.select([listener, sys.stdin], [], [])
        if sys.stdin in ready:
            return
        caller, _ = listener.accept()
        request = json.loads(caller.makefile("r", encoding="utf-8").readline())
        if os.fork() == 0:
            listener.close()
            try:
                _run_kernel(caller, request)
            finally:
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(0)
        caller.close()


if __name__ == "__main__":
    serve(sys.argv[1], (*COMMON, *MORE) if "draws" in sys.argv[2:] else COMMON)
