"""Reports written: as text for a terminal or a mail, as CSV and JSON for machines, as HTML for a browser.

For people instants stand in the period's zone and lengths as hours; for machines instants are ISO 8601 in UTC, lengths
whole seconds, shares parts of one.

BUGS
    A CSV of several tables has each under a line with its title, after an empty line: programs that read one table want
    a report of one.
"""

import base64
import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from html import escape
from zoneinfo import ZoneInfo

from maild.model.charts import Chart
from maild.reporting.charts import Look
from maild.reporting.periods import Period
from maild.reporting.tables import Cell, Kind, Part, Table

Json = dict[str, object]
# Of each chart by its key: an address of its picture in light and in dark.
Pictures = Mapping[str, tuple[str, str]]
_DAYS = timedelta(days=2)
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")
_RIGHT = frozenset({Kind.COUNT, Kind.LENGTH, Kind.AGE, Kind.SHARE, Kind.MEAN})


def for_person(value: Cell, kind: Kind, zone: ZoneInfo) -> str:  # noqa: PLR0911 - an answer for each kind of value
    """Write a value for people."""
    match value:
        case None:
            return "–"
        case timedelta() if kind is Kind.AGE and value >= _DAYS:
            return f"{value.days} d"
        case timedelta():
            minutes = int(value.total_seconds()) // 60
            return f"{minutes // 60}h{minutes % 60:02}m"
        case datetime():
            return f"{value.astimezone(zone):%Y-%m-%d %H:%M}"
        case float() if kind is Kind.SHARE:
            return f"{value:.0%}" if value in {0, 1} else f"{value:.1%}"
        case float():
            return f"{value:.1f}"
        case int() if kind is Kind.TICKET:
            return f"#{value}"
    return str(value).replace("_", " ") if kind is Kind.NAME else str(value)


def for_machine(value: Cell) -> str | int | float | None:
    """Write a value for machines."""
    match value:
        case timedelta():
            return int(value.total_seconds())
        case datetime():
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case float():
            return round(value, 4)
    return value


def as_text(parts: Sequence[Part], period: Period) -> str:
    """Write parts as plain text, with every table in columns."""
    zone = ZoneInfo(period.zone)
    lines = [f"{period.name}: {period.told()}", ""]
    lines += [line for part in parts for table in part.tables for line in _text_of(table, zone)]
    return "\n".join(lines).rstrip() + "\n"


def as_lines(parts: Sequence[Part], period: Period) -> Iterator[str]:
    """Write parts as lines of a mail, in whose fonts no columns stand: each row with its figures by their names."""
    zone = ZoneInfo(period.zone)
    yield f"{period.name}: {period.told()}"
    for table in (table for part in parts for table in part.tables):
        yield from ("", table.title)
        yield from (f"  {line}" for line in lines_of(table, zone))


def lines_of(table: Table, zone: ZoneInfo) -> Iterator[str]:
    """Write each row of a table as a line: what it is about, then what there is of it."""
    for row in table.rows:
        cells = [
            f"{column.title} {' '.join(for_person(value, column.kind, zone).split())}"
            for value, column in zip(row[1:], table.columns[1:], strict=True)
            if value not in {None, ""} and not (column.kind is Kind.COUNT and value == 0)
        ]
        about = for_person(row[0], table.columns[0].kind, zone)
        yield f"{about}: {', '.join(cells)}" if cells else f"{about}: –"
    if not table.rows:
        yield table.empty


def as_csv(parts: Sequence[Part]) -> str:
    """Write parts as CSV (RFC 4180); words that a spreadsheet would take for a formula begin with an apostrophe."""
    file = io.StringIO()
    writer = csv.writer(file)
    for at, table in enumerate(table for part in parts for table in part.tables):
        if at:
            writer.writerow([])
        writer.writerow([table.key])
        writer.writerow([column.key for column in table.columns])
        writer.writerows([_harmless(for_machine(value)) for value in row] for row in table.rows)
    return file.getvalue()


def as_json(parts: Sequence[Part], period: Period) -> Json:
    """Write parts as one JSON value."""
    return {
        "period": {
            "name": period.name,
            "from": for_machine(period.since),
            "until": for_machine(period.until),
            "zone": period.zone,
        },
        "parts": {part.name: {table.key: list(_objects(table)) for table in part.tables} for part in parts},
    }


def as_html(parts: Sequence[Part], period: Period, pictures: Pictures) -> str:
    """Write parts as a fragment of HTML without styles: each chart as a picture, with the tables that say the same."""
    zone = ZoneInfo(period.zone)
    return "\n".join(line for part in parts for line in _html_of(part, zone, pictures))


def inlined(drawn: Mapping[tuple[str, Look], bytes]) -> Pictures:
    """Give SVG pictures, drawn in both looks, as addresses that hold them."""
    address = {key: f"data:image/svg+xml;base64,{base64.b64encode(svg).decode()}" for key, svg in drawn.items()}
    return {key: (address[key, Look.LIGHT], address[key, Look.DARK]) for key, look in drawn if look is Look.LIGHT}


def _text_of(table: Table, zone: ZoneInfo) -> Iterator[str]:
    yield table.title
    if not table.rows:
        yield from (f"  {table.empty}", "")
        return
    cells = [
        [
            " ".join(for_person(value, column.kind, zone).split())
            for value, column in zip(row, table.columns, strict=True)
        ]
        for row in table.rows
    ]
    heads = [column.title for column in table.columns]
    widths = [max(map(len, column)) for column in zip(heads, *cells, strict=True)]
    for row in (heads, *cells):
        placed = zip(row, widths, table.columns, strict=True)
        yield "  " + "  ".join(_placed(text, width, column.kind) for text, width, column in placed).rstrip()
    yield from (f"  {table.note}",) if table.note else ()
    yield ""


def _placed(text: str, width: int, kind: Kind) -> str:
    return text.rjust(width) if kind in _RIGHT else text.ljust(width)


def _harmless(value: str | float | None) -> str | float | None:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULAS) else value


def _objects(table: Table) -> Iterator[Json]:
    for row in table.rows:
        yield {column.key: for_machine(value) for column, value in zip(table.columns, row, strict=True)}


def _html_of(part: Part, zone: ZoneInfo, pictures: Pictures) -> Iterator[str]:
    yield f'<section id="{escape(part.name)}">'
    yield f"<h2>{escape(part.title)}</h2>"
    for chart in part.charts:
        yield from _figure(chart, pictures)
    for table in part.tables:
        yield from _table(table, zone, is_alone=table.title == part.title)
    yield "</section>"


def _figure(chart: Chart, pictures: Pictures) -> Iterable[str]:
    if chart.key not in pictures or chart.is_empty:
        return
    light, dark = (escape(each) for each in pictures[chart.key])
    alternative = escape(f"{chart.title}: {chart.alternative}")
    yield "<figure><picture>"
    yield f'<source media="(prefers-color-scheme: dark)" srcset="{dark}">'
    yield f'<img src="{light}" alt="{alternative}">'
    yield f"</picture><figcaption>{escape(chart.alternative)}</figcaption></figure>"


def _table(table: Table, zone: ZoneInfo, *, is_alone: bool) -> Iterator[str]:
    title = escape(table.title)
    # The only table of a part is called by the part's heading.
    head = f'<table aria-label="{title}">' if is_alone else f"<table><caption>{title}</caption>"
    yield f'<div class="scroll">{head}'
    heads = "".join(f'<th scope="col"{_side(column.kind)}>{escape(column.title)}</th>' for column in table.columns)
    yield f"<thead><tr>{heads}</tr></thead><tbody>"
    for row in table.rows:
        cells = [
            (column.kind, escape(for_person(value, column.kind, zone)))
            for value, column in zip(row, table.columns, strict=True)
        ]
        first = f'<th scope="row">{cells[0][1]}</th>'
        yield f"<tr>{first}{''.join(f'<td{_side(kind)}>{text}</td>' for kind, text in cells[1:])}</tr>"
    if not table.rows:
        yield f'<tr><td colspan="{len(table.columns)}">{escape(table.empty)}</td></tr>'
    yield "</tbody></table>"
    yield f"<p>{escape(table.note)}</p></div>" if table.note else "</div>"


def _side(kind: Kind) -> str:
    return ' class="number"' if kind in _RIGHT else ""
