"""`maild demo` plays to its end on a machine with nothing but Python."""

import signal
import subprocess
import sys


def test_the_demo_plays_to_its_end():
    """Every scene gets its cue, and the summary shows what the desk did."""
    done = subprocess.run(
        [sys.executable, "-m", "maild", "demo"], capture_output=True, text=True, check=False, timeout=300
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "Bob's mailbox" in done.stdout
    assert "#1001" in done.stdout
    assert "end-of-day" in done.stdout
    assert "Every promise holds." in done.stdout
    assert "Traceback" not in done.stderr


def test_a_kept_demo_ends_with_ctrl_c_wherever_it_runs():
    """Started in the background, where a shell has SIGINT ignored, it ends like in a terminal, its daemon with it."""
    command = [sys.executable, "-m", "maild", "demo", "--keep"]
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        demo = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    finally:
        signal.signal(signal.SIGINT, before)
    with demo:
        assert demo.stdout
        lines = iter(demo.stdout.readline, "")
        assert any("The desk stays up" in line for line in lines)
        demo.send_signal(signal.SIGINT)
        assert any("Good night." in line for line in lines)
        assert demo.wait(60) == 0
