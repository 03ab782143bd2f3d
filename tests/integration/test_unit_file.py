"""The systemd unit, by what systemd itself says of it; `make service` proves it at work."""

import re
import subprocess
from pathlib import Path

from tests.servers.absence import need

UNIT = Path(__file__).parents[2] / "systemd" / "maild.service"
WORST = 20  # tenths of the exposure that `systemd-analyze security` counts, 0 to 100


def analyze(*words: str) -> "subprocess.CompletedProcess[str]":
    command = [need("systemd-analyze", "systemd"), "--no-pager", *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def test_a_broken_mail_can_reach_little():
    """The exposure of the unit is 2.0 or better."""
    done = analyze("security", "--offline=true", f"--threshold={WORST}", str(UNIT))

    assert done.returncode == 0, done.stdout
    assert "Overall exposure level for maild.service" in done.stdout


def test_systemd_knows_every_key(tmp_path: Path):
    """A key that is spelled wrong hardens nothing, and systemd only warns of it."""
    unit = tmp_path / "maild.service"
    text = re.sub(r"Exec(Start|Reload)=\S+", r"Exec\1=/bin/true", UNIT.read_text(encoding="utf-8"))
    unit.write_text(text.replace("#LoadCredential=", "LoadCredential="), encoding="utf-8")
    wrong = tmp_path / "wrong.service"
    wrong.write_text(text.replace("PrivateTmp=", "PrivteTmp="), encoding="utf-8")

    assert "maild.service" not in analyze("verify", str(unit)).stderr
    assert "Unknown key" in analyze("verify", str(wrong)).stderr
