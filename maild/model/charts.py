"""What a chart shows: plain values, not drawn yet."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars for each label, a series beside the other, or stacked; `alternative` says in words what it shows."""

    key: str
    title: str
    labels: tuple[str, ...]
    series: Mapping[str, tuple[float, ...]]
    alternative: str
    is_stacked: bool = False
    is_share: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not self.labels or not any(any(values) for values in self.series.values())
