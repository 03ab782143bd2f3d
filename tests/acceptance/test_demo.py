"""`maild demo` plays to its end on a machine with nothing but Python."""

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
    assert "Traceback" not in done.stderr
