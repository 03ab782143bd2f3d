"""One table for all that is measured: each figure beside its aim."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """What was measured, in words; `is_met` is None where nothing is aimed at."""

    name: str
    value: str
    aim: str = ""
    is_met: bool | None = None


def print_table(figures: Sequence[Figure]) -> None:
    """Print the table, one figure a line."""
    widths = [max(len(getattr(each, name)) for each in figures) for name in ("name", "value", "aim")]
    print()
    for each in figures:
        met = "" if each.is_met is None else "met" if each.is_met else "MISSED"
        print(f"{each.name:{widths[0]}}  {each.value:{widths[1]}}  {each.aim:{widths[2]}}  {met}".rstrip())
