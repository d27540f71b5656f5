"""Run as a script: imports what every chapter needs once, then forks a kernel for each notebook.

A kernel spends more time on importing libraries than most chapters on computing. Only libraries
are imported here, none of this project's modules: a kernel loads those itself and reports them,
so that a result is still known to depend on just what its notebook used.

The caller sends one line of JSON over a socket: connection file, working folder, environment. The
forked kernel answers with its process id; from then on the socket lives as long as both sides do.
"""

from __future__ import annotations

import importlib
import json
import os
import select
import signal
import socket
import sys
import threading
from typing import Any

LIBRARIES = (
    "IPython.core.interactiveshell",
    "ipykernel.ipkernel",
    "ipykernel.kernelapp",
    "jinja2",
    "matplotlib.backends.backend_svg",
    "matplotlib.figure",
    "matplotlib.ticker",
    "numpy",
    "pandas",
    "pandera.pandas",
    "pyarrow.parquet",
    "scipy.optimize",
    "scipy.stats",
    "seaborn.rcmod",
    "statsmodels.genmod.generalized_linear_model",
    "statsmodels.regression.linear_model",
    "yaml",
)


def _follow(caller: socket.socket) -> None:
    """End this kernel when its caller is gone, however that happened."""
    while caller.recv(1):
        pass
    os._exit(1)


def _kernel(caller: socket.socket, request: dict[str, Any]) -> None:
    """Become a kernel; returns when it was asked to shut down."""
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.environ.clear()
    os.environ.update(request["environment"])
    os.chdir(request["folder"])
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    caller.sendall(f"{os.getpid()}\n".encode())
    threading.Thread(target=_follow, args=(caller,), daemon=True).start()
    from ipykernel.kernelapp import IPKernelApp

    # With a parent a kernel does not tell a terminal how to connect to it.
    parent = f"--IPKernelApp.parent_handle={os.getppid()}"
    IPKernelApp.launch_instance(argv=["-f", request["connection_file"], parent])


def serve(address: str) -> None:
    """Fork kernels for all who ask, until standard input is closed."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(address)
    listener.listen()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for what has ended
    for name in LIBRARIES:
        importlib.import_module(name)
    while True:
        ready, _, _ = select.select([listener, sys.stdin], [], [])
        if sys.stdin in ready:
            return
        caller, _ = listener.accept()
        request = json.loads(caller.makefile("r", encoding="utf-8").readline())
        if os.fork() == 0:
            listener.close()
            try:
                _kernel(caller, request)
            finally:
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(0)
        caller.close()


if __name__ == "__main__":
    serve(sys.argv[1])
