"""Ports of this machine."""

import contextlib
import random
import socket
import subprocess
import time

PATIENCE = 30.0


def free_ports(count: int) -> list[int]:
    """Find ports that nobody listens on.

    Below those that the kernel gives to outgoing connections: one of these could take the port before the server does.
    """
    with contextlib.ExitStack() as held:
        ports: list[int] = []
        while len(ports) < count:
            port = random.randrange(10_240, 32_000)
            with contextlib.suppress(OSError):
                held.enter_context(socket.create_server(("127.0.0.1", port)))
                ports.append(port)
        return ports


def wait_for_port(port: int, process: "subprocess.Popen[bytes]") -> None:
    """Return when somebody listens; raise when the process that should has ended, or after half a minute."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=PATIENCE).close()
        except ConnectionRefusedError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(0.02)  # a server has no other way to say that it is ready
        else:
            return
