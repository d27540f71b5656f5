"""Provision Jupyter's kernel manager with kernels that another process forked."""

from __future__ import annotations

import json
import os
import signal
import socket
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any, cast

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import KernelProvisionerFactory, LocalProvisioner

_NAME = "citable-forked"


class Forked:
    """Forked kernel process, with the methods of ``subprocess.Popen`` that Jupyter calls."""

    stdin = stdout = stderr = None

    def __init__(self, connection: socket.socket, pid: int) -> None:
        self.connection, self.pid = connection, pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Return 0 once the kernel has ended; its own exit status goes to its parent alone."""
        if self.returncode is None:
            try:
                if not self.connection.recv(1, socket.MSG_DONTWAIT):
                    self._ended()
            except BlockingIOError:
                pass
            except OSError:
                self._ended()
        return self.returncode

    def wait(self) -> int:
        """Wait until the kernel has ended."""
        while self.returncode is None:
            if not self.connection.recv(1):
                self._ended()
        return self.returncode

    def send_signal(self, signum: int) -> None:
        """Send a signal to the kernel if it runs."""
        if self.poll() is None:
            os.kill(self.pid, signum)

    def kill(self) -> None:
        """End the kernel at once."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Ask the kernel to end."""
        self.send_signal(signal.SIGTERM)

    def _ended(self) -> None:
        self.returncode = 0
        self.connection.close()


class ForkProvisioner(LocalProvisioner):
    """Local kernel provisioner that asks the kernel server for the process."""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Ask the kernel server of the manager for a process."""
        manager: Any = self.parent
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(manager.server)
        request = {
            "connection_file": manager.connection_file,
            "folder": str(kwargs.get("cwd") or Path.cwd()),
            "environment": dict(kwargs["env"]),
        }
        connection.sendall(json.dumps(request).encode() + b"\n")
        pid = int(connection.makefile("r").readline())
        self.process = cast(Any, Forked(connection, pid))
        self.pid = self.pgid = pid
        return self.connection_info


class PlainKernelManager(AsyncKernelManager):
    """Kernel manager without the kernel server."""


def forking_manager(address: str) -> type[AsyncKernelManager]:
    """Return a kernel manager class whose kernels the server at an address forks."""
    factory = KernelProvisionerFactory.instance()
    factory.provisioners[_NAME] = EntryPoint(
        _NAME, f"{__name__}:{ForkProvisioner.__name__}", KernelProvisionerFactory.GROUP_NAME
    )

    class ForkManager(AsyncKernelManager):
        server = address

        @property
        def kernel_spec(self) -> KernelSpec | None:
            spec = super().kernel_spec
            if spec is not None:
                spec.metadata = {"kernel_provisioner": {"provisioner_name": _NAME}}
            return spec

    return ForkManager
