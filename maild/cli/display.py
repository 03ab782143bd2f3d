"""What a command prints: tables and colour for a person on a terminal, plain columns in a pipe, JSON when asked."""

import json
import re
import sys
from collections.abc import Sequence
from datetime import datetime

import click
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_WIDEST = 36
_GAP, _WHOLE, _NARROWEST = 2, 16, 10

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def fit(text: object) -> str:
    """Make words from outside fit for a terminal: no escape sequence, no bidi trick, no half character."""
    return _CONTROLS.sub("\ufffd", str(text))


def print_json(value: object) -> None:
    """Print one JSON value, readable."""
    _write(json.dumps(value, ensure_ascii=not _is_unicode(), indent=2))


def print_json_line(value: object) -> None:
    """Print one JSON value on a line of its own."""
    _write(json.dumps(value, ensure_ascii=not _is_unicode()))


def cell(value: object) -> object:
    """Write a list for a person; anything else stays as it is."""
    return ", ".join(map(str, value)) if isinstance(value, list) else value


def print_table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print rows under their columns' names; nothing is cut in a pipe."""
    if not rows:
        click.echo("none")
        return
    cells = [[" ".join(fit("" if cell is None else cell).split()) for cell in row] for row in rows]
    if not sys.stdout.isatty():
        _print_plain([list(columns), *cells])
        return
    console = Console()
    natural = [max(map(cell_len, column)) for column in zip(columns, *cells, strict=True)]
    widths = fitted([*(min(width, _WIDEST) for width in natural[:-1]), natural[-1]], console.width)
    table = Table(box=None, pad_edge=False, padding=(0, _GAP, 0, 0), header_style="bold")
    for name, width in zip(columns[:-1], widths, strict=False):
        table.add_column(name, overflow="ellipsis", no_wrap=True, width=width)
    table.add_column(columns[-1], overflow="fold", width=widths[-1])
    for row in cells:
        table.add_row(*map(Text, row))
    console.print(table)


def fitted(widths: Sequence[int], room: int) -> list[int]:
    """Narrow the widest columns until all stand side by side; numbers, states and dates stay whole."""
    narrowed = list(widths)
    left = room - _GAP * (len(widths) - 1)
    elastic = [place for place, width in enumerate(widths) if width > _WHOLE]
    while sum(narrowed) > left and elastic:
        widest = max(elastic, key=lambda place: narrowed[place])
        if narrowed[widest] <= _NARROWEST:
            break
        narrowed[widest] -= 1
    return narrowed


def print_facts(facts: Sequence[tuple[str, object]]) -> None:
    """Print one fact a line; those without a value are left out."""
    told = [(name, value) for name, value in facts if value not in (None, "", [], ())]
    width = max((len(name) for name, _ in told), default=0)
    for name, value in told:
        click.secho(f"{name:<{width}}  ", nl=False, bold=True)
        click.echo(" ".join(fit(value).split()))


def print_heading(words: str) -> None:
    """Print a heading with an empty line above."""
    click.secho(f"\n{fit(words)}", bold=True)


def print_text(text: str, indent: str = "  ") -> None:
    """Print words of somebody, line by line."""
    for line in text.rstrip().split("\n"):
        click.echo(f"{indent}{fit(line)}".rstrip())


def print_bytes(raw: bytes) -> None:
    """Print a mail as it is in a pipe, and fit for the eyes on a terminal."""
    if sys.stdout.isatty():
        print_text(raw.decode("utf-8", "replace").replace("\r\n", "\n"), indent="")
    else:
        click.echo(raw, nl=False)


def moment(at: datetime | None) -> str:
    """Write an instant for a person, in the time zone of this machine."""
    return "" if at is None else at.astimezone().strftime("%Y-%m-%d %H:%M")


def size(octets: int) -> str:
    """Write a size for a person."""
    return f"{octets:,} B"


def number_of(count: int, what: str) -> str:
    """Say how many there are of something that is regular in the plural: "1 mail", "1,200 mails"."""
    return f"1 {what}" if count == 1 else f"{count:,} {what}s"


def say_no(why: str) -> click.exceptions.Exit:
    """Say why the answer is no; what is returned ends the command with exit code 1 when raised."""
    click.echo(fit(why), err=True)
    return click.exceptions.Exit(1)


def _is_unicode() -> bool:
    return sys.stdout.encoding.lower().startswith("utf")


def _write(text: str) -> None:
    # A lone surrogate would be an error of ours only at the moment of printing.
    click.echo(text.encode("utf-8", "replace").decode("utf-8"))


def _print_plain(rows: Sequence[Sequence[str]]) -> None:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
