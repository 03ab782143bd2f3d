"""Charts drawn by matplotlib, as SVG for pages and PNG for mails, in light and in dark. Its only importer.

It is loaded at the first picture (a second of CPU, 60 MB): whoever must stay small draws in a process of its own
(`drawing`). The same chart gives the same bytes. Nothing in a picture is loaded from elsewhere, and no script is in it.
"""

import io
from enum import StrEnum
from typing import TYPE_CHECKING

from maild.model.charts import Chart

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


class Look(StrEnum):
    """On which ground a chart is seen."""

    LIGHT = "light"
    DARK = "dark"


class PictureFormat(StrEnum):
    SVG = "svg"
    PNG = "png"


_INK = {Look.LIGHT: ("#1f2933", "#ffffff", "#d5dae0"), Look.DARK: ("#e6e9ed", "#14181d", "#3a424c")}
# Of Okabe and Ito's: told apart by those who do not see colours as most do. Each series is hatched too.
_COLOURS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#999999")
_HATCHES = ("", "//", "\\\\", "xx", "--", "..", "oo")
_WIDTH, _HEIGHT, _DPI = 7.2, 3.2, 110  # inches; PNGs of 792 × 352
_MOST_LABELS, _LONGEST_LABEL, _MOST_SERIES = 31, 22, 7
_FULL, _BAR = 1.0, 0.8


def picture(chart: Chart, look: Look = Look.LIGHT, as_format: PictureFormat = PictureFormat.PNG) -> bytes:
    """Draw a chart; one without values is an empty frame that says so."""
    import matplotlib as mpl  # noqa: PLC0415 - see above
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    ink, ground, grid = _INK[look]
    colours = {
        "text.color": ink,
        "axes.labelcolor": ink,
        "xtick.color": ink,
        "ytick.color": ink,
        "axes.edgecolor": grid,
    }
    words = {"svg.hashsalt": "maild", "svg.fonttype": "path", "font.size": 9, "text.parse_math": False}
    with mpl.rc_context({**colours, **words, "hatch.linewidth": 0.5}):
        figure = Figure(figsize=(_WIDTH, _HEIGHT), facecolor=ground, layout="constrained")
        FigureCanvasAgg(figure)
        _draw(figure, chart, look)
        file = io.BytesIO()
        about = {"Date": None, "Title": chart.title} if as_format is PictureFormat.SVG else {"Title": chart.title}
        figure.savefig(file, format=as_format.value, dpi=_DPI, metadata=about)
    return file.getvalue()


def _draw(figure: "Figure", chart: Chart, look: Look) -> None:
    from matplotlib.ticker import MaxNLocator  # noqa: PLC0415 - see above

    ink, ground, grid = _INK[look]
    axes = figure.add_subplot(facecolor=ground)
    axes.set_title(chart.title, loc="left", fontweight="bold")
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    if chart.is_empty:
        axes.text(0.5, 0.5, "no figures", ha="center", va="center", transform=axes.transAxes)
        axes.set_xticks([])
        axes.set_yticks([])
        return
    labels = chart.labels[-_MOST_LABELS:]
    _bars(axes, chart, len(labels), ink)
    axes.set_xticks(
        range(len(labels)), [_short(label) for label in labels], rotation=_tilt(labels), rotation_mode="anchor"
    )
    if _tilt(labels):
        for label in axes.get_xticklabels():
            label.set_horizontalalignment("right")
    axes.grid(axis="y", color=grid, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.yaxis.set_major_locator(MaxNLocator(integer=not chart.is_share))
    if chart.is_share:
        axes.set_ylim(0, _FULL)
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    if len(chart.series) > 1:
        figure.legend(loc="outside lower center", ncols=4, frameon=False, labelcolor=ink)


def _bars(axes: "Axes", chart: Chart, count: int, ink: str) -> None:
    series = list(chart.series.items())[:_MOST_SERIES]
    wide = _BAR if chart.is_stacked else _BAR / len(series)
    below = [0.0] * count
    for at, (name, every) in enumerate(series):
        values = list(every[-count:])
        shift = 0.0 if chart.is_stacked else (at - (len(series) - 1) / 2) * wide
        places = [place + shift for place in range(count)]
        axes.bar(
            places,
            values,
            wide,
            bottom=below,
            label=_short(name),
            color=_COLOURS[at],
            hatch=_HATCHES[at],
            edgecolor=ink,
            linewidth=0.4,
        )
        if chart.is_stacked:
            below = [low + value for low, value in zip(below, values, strict=True)]


def _short(label: str) -> str:
    return label if len(label) <= _LONGEST_LABEL else f"{label[: _LONGEST_LABEL - 1]}…"


def _tilt(labels: tuple[str, ...]) -> int:
    return 40 if sum(len(_short(label)) for label in labels) > 70 else 0  # noqa: PLR2004 - letters side by side
