"""Visible markup → lines of text: paragraphs, lists, tables, links and quotes as a person would type them."""

import re
from collections.abc import Iterable
from html import unescape
from typing import Final, NamedTuple

from maild.parsing.links import label_of, picture
from maild.parsing.markup import BLOCKS, VOID, Token, attributes
from maild.parsing.quotemarks import Mark, MarkFinder

_SPACED: Final = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "pre", "table", "blockquote"})
_LISTS: Final = frozenset({"ul", "ol", "menu", "dir"})
RULE: Final = "_" * 32
_PAIR: Final = 2
_DEEPEST_TABLE: Final = 12
_DEEPEST_QUOTE: Final = 20
_MOST_LINES: Final = 50_000
_LONGEST_LINK: Final = 5
_WIDEST_INDENT: Final = 20
_WHITE = re.compile(r"[ \t\n\r\f]+")
_NO_MARGIN = re.compile(r"margin(?:-top|-bottom)?\s*:\s*0|class\s*=\s*[\"']?mso", re.IGNORECASE)
_NO_BORDER = re.compile(r"border\s*:\s*(?:none|0|medium\s+none)", re.IGNORECASE)
_BORDERED = re.compile(r"\bborder\s*=\s*[\"']?[1-9]|MsoTableGrid", re.IGNORECASE)
_FIRST_NUMBER = re.compile(r"\bstart\s*=\s*[\"']?(\d{1,5})", re.IGNORECASE)


class Line(NamedTuple):
    """One line of text with the quote marks before it, and what the markup said of it."""

    text: str
    mark: Mark = Mark.OWN


class _Piece(NamedTuple):
    depth: int
    text: str
    mark: Mark


class _Within(NamedTuple):
    """What an element hands down to those in it; `anchor` is where the words of a link begin."""

    depth: int = 0
    indent: str = ""
    is_preformatted: bool = False
    mark: Mark = Mark.OWN
    href: str = ""
    anchor: tuple[int, int] = (0, 0)
    is_cell: bool = False


class _Table:
    def __init__(self, *, is_data: bool) -> None:
        self.is_data = is_data
        self.outer: list[_Piece] | None = None
        self.row: list[list[_Piece]] = []


class Typesetter:
    """Takes visible markup in order and sets it line by line.

    With `is_tight` a paragraph is no more than a line: the mail's style sheet takes its margins away.
    With `marks` the lines carry what the markup says of quotes.
    """

    def __init__(self, *, is_tight: bool = False, marks: MarkFinder | None = None) -> None:
        self.marks = marks
        self.spaced = _SPACED - {"p"} if is_tight else _SPACED
        self.pieces: list[_Piece] = []
        self.words: list[str] = []
        self.wants_blank = False
        self.bullet = ""
        self.numbers: list[int | None] = []
        self.tables: list[_Table] = []
        self.is_introduced = False
        self.is_quoted_on = False
        self.within = _Within()
        self.outer: list[_Within] = []

    def set(self, markup: Iterable[Token]) -> list[Line]:
        """Set a whole document."""
        for name, value in markup:
            if not name:
                self._say(value)
            elif name[0] == "/":
                self._end(name[1:])
            elif name in VOID:
                self._set_void(name, value)
            else:
                self._start(name, value)
        self._break()
        return [Line(("> " * piece.depth + piece.text).rstrip(), piece.mark) for piece in self.pieces]

    def _say(self, raw: str) -> None:
        text = unescape(raw) if "&" in raw else raw
        if self.within.is_preformatted and len(self.pieces) < _MOST_LINES:
            first, *more = text.replace("\r\n", "\n").split("\n", _MOST_LINES)
            self.words.append(first)
            for each in more:
                self._end_line()
                self.words.append(each)
            return
        text = _WHITE.sub(" ", text)
        if text[:1] == " " and (not self.words or self.words[-1][-1:] == " "):
            text = text[1:]
        if text:
            self.words.append(text)

    def _break(self) -> None:
        """End the line if it has anything on it."""
        if self.words:
            self._end_line()

    def _end_line(self) -> None:
        """End the line, be it empty."""
        text = "".join(self.words).replace("\xa0", " ").rstrip()
        self.words = []
        if not self.within.is_preformatted:
            text = text.lstrip()
        if not text:
            self.wants_blank = True
            return
        indent = self.bullet or self.within.indent
        self.bullet = ""
        self._add(_Piece(self.within.depth, indent + text, self._mark()))

    def _mark(self) -> Mark:
        mark = self.within.mark
        if self.is_quoted_on:
            return Mark.QUOTE
        return Mark.OWN if mark is Mark.INTRODUCTION and self.is_introduced else mark

    def _add(self, piece: _Piece) -> None:
        if self.wants_blank and self.pieces:
            before = self.pieces[-1]
            mark = before.mark if before.mark is piece.mark else Mark.OWN
            self.pieces.append(_Piece(min(before.depth, piece.depth), "", mark))
        self.wants_blank = False
        self.pieces.append(piece)

    def _start(self, name: str, raw: str) -> None:
        if name in BLOCKS:
            self._break()
            if name in self.spaced and not (raw and _NO_MARGIN.search(raw)):
                self.wants_blank = True
        self.outer.append(self.within)
        self._read_mark(name, raw)
        match name:
            case "a":
                self.within = self.within._replace(
                    href=attributes(raw).get("href", ""), anchor=(len(self.pieces), len(self.words))
                )
            case "blockquote":
                self._start_quote(raw)
            case "pre":
                self.within = self.within._replace(is_preformatted=True)
            case "ul" | "ol" | "menu" | "dir":
                self._start_list(name, raw)
            case "li" | "dd":
                self._start_item(name)
            case "table" | "tr" | "td" | "th":
                self._start_table(name, raw)

    def _start_table(self, name: str, raw: str) -> None:
        match name:
            case "table":
                self.tables.append(_Table(is_data=_BORDERED.search(raw) is not None))
            case "tr":
                self._end_row()
            case "td" | "th":
                self._start_cell(name)

    def _end(self, name: str) -> None:
        if name in BLOCKS:
            self._break()
            self.wants_blank = self.wants_blank or (name in self.spaced and name not in {"p", "table"})
        match name:
            case "a":
                self._end_link()
            case "ul" | "ol" | "menu" | "dir":
                self.numbers.pop()
            case "li":
                self.bullet = ""
            case "td" | "th":
                self._end_cell()
            case "tr":
                self._end_row()
            case "table":
                self._end_row()
                self.tables.pop()
        self.within = self.outer.pop()

    def _read_mark(self, name: str, raw: str) -> None:
        mark = self.marks.find(name, raw) if self.marks is not None else None
        if mark is None:
            return
        self._break()
        if mark is Mark.QUOTE_ON:
            self.is_quoted_on = True
            return
        if mark is Mark.INTRODUCTION:
            self.is_introduced = False
        self.within = self.within._replace(mark=mark)

    def _set_void(self, name: str, raw: str) -> None:
        match name:
            case "br":
                self._end_line()
            case "img":
                self.words.append(picture(attributes(raw)))
            case "hr":
                self._break()
                if self.marks is not None and self.marks.find(name, raw) is Mark.QUOTE_ON:
                    self.is_quoted_on = True
                self._add(_Piece(self.within.depth, RULE, self._mark()))
            case _:
                pass

    def _start_quote(self, raw: str) -> None:
        """A blockquote quotes, unless its writer only moved words to the right."""
        self.is_introduced = True
        if _NO_BORDER.search(raw) is None and self.within.depth < _DEEPEST_QUOTE:
            self.within = self.within._replace(depth=self.within.depth + 1, indent="")

    def _start_list(self, name: str, raw: str) -> None:
        number = None
        if name == "ol":
            found = _FIRST_NUMBER.search(raw)
            number = int(found[1]) if found is not None else 1
        self.numbers.append(number)
        if len(self.numbers) > 1:
            self.wants_blank = False

    def _start_item(self, name: str) -> None:
        bullet = "- " if name == "li" else "  "
        if name == "li" and self.numbers and (number := self.numbers[-1]) is not None:
            bullet = f"{number}. "
            self.numbers[-1] = number + 1
        if len(self.within.indent) < _WIDEST_INDENT:
            self.bullet = self.within.indent + bullet
            self.within = self.within._replace(indent=self.within.indent + " " * len(bullet))

    def _end_link(self) -> None:
        pieces, words = self.within.anchor
        set_already = self.pieces[max(pieces, len(self.pieces) - _LONGEST_LINK) :]
        said = "".join(self.words if set_already else self.words[words:])
        label = label_of(self.within.href, said or " ".join(piece.text for piece in set_already))
        if label and self.words:
            tail = self.words[-1]
            self.words[-1] = tail.rstrip(" ")
            self.words.append(label + " " * (tail != self.words[-1]))
        elif label and set_already:
            self.pieces[-1] = set_already[-1]._replace(text=set_already[-1].text + label)

    def _start_cell(self, name: str) -> None:
        table = self.tables[-1] if self.tables and len(self.tables) <= _DEEPEST_TABLE else None
        is_cell = table is not None and table.outer is None
        self.within = self.within._replace(is_cell=is_cell)
        if table is not None and is_cell:
            table.is_data = table.is_data or name == "th"
            table.outer, self.pieces = self.pieces, []
            self.wants_blank = False

    def _end_cell(self) -> None:
        if self.within.is_cell:
            table = self.tables[-1]
            table.row.append(self.pieces)
            self.pieces, table.outer = table.outer or [], None
            self.wants_blank = False

    def _end_row(self) -> None:
        """Set a row as one line where each cell is one, else cell below cell."""
        table = self.tables[-1] if self.tables else None
        if table is None or not table.row or table.outer is not None:
            return
        row, table.row = table.row, []
        full = [cell for cell in row if cell]
        if len(full) > 1 and all(len(cell) == 1 and cell[0].depth == full[0][0].depth for cell in full):
            shown = row if table.is_data else full
            texts = [cell[0].text.strip() if cell else "" for cell in shown]
            separator = " " if len(texts) == _PAIR and texts[0].endswith((":", "：")) else " | "
            self._add(full[0][0]._replace(text=separator.join(texts).rstrip(" |")))
            return
        for cell in full:
            self.wants_blank = self.wants_blank or len(cell) > 1
            for piece in cell:
                if piece.text:
                    self._add(piece)
                else:
                    self.wants_blank = True
