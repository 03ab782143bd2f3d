"""What tickets' entries add up to: figures, lists and charts of any period. Pure; numbers come from histories alone.

`parts` gives frozen tables and charts; `rendering` writes them as text, CSV, JSON and HTML; `charts` draws them.
"""

from maild.model.charts import Chart
from maild.reporting.moments import moment_of, opening_of, parse_kept, write_kept
from maild.reporting.parts import PARTS, REPORTS, TITLES, for_mail, parts
from maild.reporting.periods import Period, PeriodError, parse_period, parse_span
from maild.reporting.tables import Column, Kind, Part, Table
from maild.reporting.views import GROUPS, View

__all__ = [
    "GROUPS",
    "PARTS",
    "REPORTS",
    "TITLES",
    "Chart",
    "Column",
    "Kind",
    "Part",
    "Period",
    "PeriodError",
    "Table",
    "View",
    "for_mail",
    "moment_of",
    "opening_of",
    "parse_kept",
    "parse_period",
    "parse_span",
    "parts",
    "write_kept",
]
