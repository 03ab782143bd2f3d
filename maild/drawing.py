"""Charts are drawn in a process of its own, which ends with its work: what draws them stays in nobody's memory.

BUGS
    Each call starts a process: a second of CPU, however few the charts. Draw all of a report at once.
"""

import os
import pickle
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import maild
from maild.errors import DrawingFailedError
from maild.model.charts import Chart
from maild.reporting.charts import Look, PictureFormat, picture
from maild.reporting.tables import Part

_PATIENCE = 60.0  # seconds: a busy machine draws too
_ROOT = Path(maild.__file__).resolve().parent.parent

Wanted = tuple[Chart, Look, PictureFormat]


def draw(wanted: Sequence[Wanted]) -> list[bytes]:
    """Draw charts, each as it is wanted, in their order. Blocks; raises DrawingFailedError."""
    if not wanted:
        return []
    command = [sys.executable, "-m", "maild.drawing"]
    order = pickle.dumps(list(wanted), protocol=5)
    try:
        with TemporaryDirectory(prefix="maild-drawing-") as folder:  # matplotlib lists the fonts there
            env = {**os.environ, "MPLCONFIGDIR": folder}
            done = subprocess.run(  # noqa: S603 - our own program
                command, input=order, capture_output=True, timeout=_PATIENCE, check=True, cwd=_ROOT, env=env
            )
    except subprocess.CalledProcessError as error:
        lines = error.stderr.decode("utf-8", "replace").strip().splitlines()
        raise DrawingFailedError(f"charts cannot be drawn: {lines[-1] if lines else error}") from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise DrawingFailedError(f"charts cannot be drawn: {error}") from error
    drawn: list[bytes] = pickle.loads(done.stdout)  # noqa: S301 - of our own process
    return drawn


def draw_parts(parts: Sequence[Part], looks: Sequence[Look], as_format: PictureFormat) -> dict[tuple[str, Look], bytes]:
    """Draw all charts of some parts that show something, by their keys and looks. Raises DrawingFailedError."""
    charts = [chart for part in parts for chart in part.charts if not chart.is_empty]
    wanted = [(chart, look, as_format) for chart in charts for look in looks]
    return {(chart.key, look): drawn for (chart, look, _), drawn in zip(wanted, draw(wanted), strict=True)}


if __name__ == "__main__":
    pictures = [picture(*one) for one in pickle.load(sys.stdin.buffer)]  # noqa: S301 - of our own parent
    sys.stdout.buffer.write(pickle.dumps(pictures, protocol=5))
