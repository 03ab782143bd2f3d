"""The journal on streams that fail, and what it lets through."""

import io
import signal
import socket
import subprocess
import sys
from pathlib import Path

import structlog

from maild.journal import Event, journal, start_journal
from tests.integration.a_desk import ADesk

PATIENCE = 30


def test_a_daemon_outlives_whoever_read_its_log(tmp_path: Path):
    """The pipe of its log is closed: every leg works on, and SIGTERM ends it as ever."""
    desk = ADesk(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(PATIENCE)
        config = desk.config / "maild.yaml"
        config.write_text(config.read_text().replace("port: 1,", f"port: {server.getsockname()[1]},", 1))
        command = [sys.executable, "-m", "maild", "--config", str(desk.config), "run"]
        with subprocess.Popen(command, stderr=subprocess.PIPE) as daemon:
            assert daemon.stderr
            assert daemon.stderr.readline()
            daemon.stderr.close()
            for _ in range(3):
                server.accept()[0].close()
            daemon.send_signal(signal.SIGTERM)
            assert daemon.wait(PATIENCE) == 0


def test_words_from_outside_do_not_command_a_terminal():
    """A server's answer with an escape sequence is shown as letters."""
    before = structlog.get_config()
    stream = io.StringIO()
    try:
        start_journal(stream, is_json=False)
        journal("test").info(Event.MAIL_DEFERRED, reason="450 \x1b]0;owned\x07 later")
    finally:
        structlog.configure(**before)

    assert "\x1b" not in stream.getvalue()
    assert "owned" in stream.getvalue()
