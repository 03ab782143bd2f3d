"""Reports in another language than English: their headings and notes, and the few words of ours among their values."""

import re
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from maild.model.charts import Chart
from maild.reporting.tables import Cell, Column, Kind, Part, Table

# "Tickets by category": each of both halves is worded for itself.
_GROUPED = re.compile(r"(.+) by (\w+)( and age)?\Z")
_GERMAN: Mapping[str, str] = MappingProxyType(
    {
        "Volume": "Aufkommen",
        "Agreements": "Vereinbarungen",
        "Backlog": "Rückstand",
        "Load": "Auslastung",
        "Escalations": "Eskalationen",
        "Satisfaction": "Zufriedenheit",
        "Lessons": "Lehren",
        "Absent": "Abwesend",
        "Escalated": "Eskaliert",
        "Late, and why": "Verspätet, und warum",
        "Waiting, and for whom": "Wartend, und auf wen",
        "Open by due time": "Offen nach Fälligkeit",
        "Tickets": "Tickets",
        "Unsolved tickets": "Ungelöste Tickets",
        "Compliance": "Einhaltung",
        "First response and resolution": "Erste Antwort und Lösung",
        "Promises kept": "Gehaltene Zusagen",
        "Tickets over time": "Tickets im Zeitverlauf",
        "The oldest": "Die ältesten",
        "Votes": "Stimmen",
        "Load of each agent": "Auslastung je Person",
        "Opened and resolved": "Eröffnet und gelöst",
        "Answers and assigned tickets": "Antworten und zugewiesene Tickets",
        " and age": " und Alter",
        "What was escalated": "Was eskaliert wurde",
        "Breaches and their reasons": "Verletzungen und ihre Gründe",
        "What was said": "Was gesagt wurde",
        "Lessons of reviews": "Lehren aus Rückblicken",
        "category": "Kategorie",
        "queue": "Warteschlange",
        "customer": "Kunde",
        "team": "Team",
        "agent": "Person",
        "priority": "Priorität",
        "state": "Zustand",
        "score": "Note",
        "period": "Zeitraum",
        "promise": "Zusage",
        "before": "vorher",
        "opened": "eröffnet",
        "reopened": "wieder geöffnet",
        "resolved": "gelöst",
        "closed": "geschlossen",
        "merged": "zusammengeführt",
        "spam": "Spam",
        "left": "übrig",
        "reopen rate": "Anteil wieder geöffneter",
        "kept": "gehalten",
        "broken": "verletzt",
        "compliance": "Einhaltung",
        "answered": "beantwortet",
        "assigned": "zugewiesen",
        "tickets": "Tickets",
        "first response count": "erste Antworten",
        "first response median": "erste Antwort, Median",
        "first response 90th": "erste Antwort, 90 %",
        "resolution count": "Lösungen",
        "resolution median": "Lösung, Median",
        "resolution 90th": "Lösung, 90 %",
        "first response": "erste Antwort",
        "next response": "nächste Antwort",
        "update": "Zwischenstand",
        "resolution": "Lösung",
        "under 1 day": "unter 1 Tag",
        "1 to 3 days": "1 bis 3 Tage",
        "3 to 7 days": "3 bis 7 Tage",
        "7 to 30 days": "7 bis 30 Tage",
        "over 30 days": "über 30 Tage",
        "ticket": "Ticket",
        "subject": "Betreff",
        "due": "fällig",
        "late by": "verspätet um",
        "reason": "Grund",
        "level": "Stufe",
        "at": "am",
        "by": "durch",
        "votes": "Stimmen",
        "mean": "Mittel",
        "age": "Alter",
        "comment": "Bemerkung",
        "lesson": "Lehre",
        "waits for": "wartet auf",
        "since": "seit",
        "who": "wer",
        "none": "keine",
        "until": "bis",
        "all": "alle",
        "the customer": "den Kunden",
        "its time": "seine Zeit",
        "no reason given": "kein Grund genannt",
        "(confidential)": "(vertraulich)",
        "ladder": "Leiter",
        "Before and left are unsolved tickets at either end. The reopen rate is of those resolved or closed.": (
            "Vorher und übrig sind ungelöste Tickets am Anfang und Ende. Der Anteil wieder geöffneter ist der an den "
            "gelösten oder geschlossenen."
        ),
        "Answers to customers, and tickets resolved and closed by hand; assigned are unsolved at the end.": (
            "Antworten an Kunden und von Hand gelöste und geschlossene Tickets; zugewiesen sind am Ende ungelöste."
        ),
        "A promise counts when it is decided: kept when it was met in time, broken when its time was over.": (
            "Eine Zusage zählt, wenn sie sich entscheidet: gehalten, wenn sie rechtzeitig erfüllt wurde, verletzt, "
            "wenn ihre Zeit um war."
        ),
        "Working time of each ticket's own calendar; real time where it is under no agreement.": (
            "Arbeitszeit im Kalender jedes Tickets; verstrichene Zeit, wo keine Vereinbarung gilt."
        ),
        "Working time of the calendar that was asked for, in which waiting for customers does not count.": (
            "Arbeitszeit im gewünschten Kalender, in der das Warten auf Kunden nicht zählt."
        ),
        "Reasons are those of #late; a ticket that is late still counts up to the end of the period.": (
            "Gründe sind die von #late; was noch verspätet ist, zählt bis zum Ende des Zeitraums."
        ),
        "to": "auf",
        "Votes of the period beside its closings.": "Stimmen des Zeitraums neben den Schließungen.",
    }
)
# Of the values of these columns these alone are words of ours; the others are people's and administrators'.
_OURS = frozenset(
    {
        *(("reason", "no reason given"), ("waits_for", "the customer"), ("waits_for", "its time"), ("by", "ladder")),
        *((key, "(confidential)") for key in ("subject", "reason", "comment", "lesson")),
    }
)
_BY_AGE = "backlog"
LANGUAGES: Mapping[str, Mapping[str, str]] = MappingProxyType({"de": _GERMAN})


def in_language(parts: tuple[Part, ...], language: str) -> tuple[Part, ...]:
    """Give parts of a report as a reader of that language reads them; in English where there are no words of it."""
    words = LANGUAGES.get(language[:2].lower())
    return parts if words is None else tuple(_Wording(words).part(part) for part in parts)


class _Wording:
    def __init__(self, words: Mapping[str, str]) -> None:
        self._words = words

    def part(self, part: Part) -> Part:
        tables = tuple(self._table(table) for table in part.tables)
        return Part(part.name, self._title(part.title), tables, tuple(self._chart(chart) for chart in part.charts))

    def _table(self, table: Table) -> Table:
        columns = tuple(replace(column, heading=self._heading(column.title)) for column in table.columns)
        rows = tuple(tuple(map(self._cell, row, table.columns)) for row in table.rows)
        if rows and rows[-1][0] == "all":
            rows = (*rows[:-1], (self._word("all"), *rows[-1][1:]))
        title, note, empty = self._title(table.title), self._word(table.note), self._word(table.empty)
        return replace(table, title=title, columns=columns, rows=rows, note=note, empty=empty)

    def _heading(self, title: str) -> str:
        """Word a column's title; a level is an administrator's word, and what it is brought to is ours."""
        what, _, level = title.partition(" ")
        return f"{self._word(what)} {level}" if what == "to" else self._word(title)

    def _chart(self, chart: Chart) -> Chart:
        title = self._title(chart.title)
        if chart.key == _BY_AGE:
            return replace(chart, title=title, labels=tuple(map(self._word, chart.labels)))
        return replace(chart, title=title, series={self._word(name): each for name, each in chart.series.items()})

    def _cell(self, value: Cell, column: Column) -> Cell:
        if not isinstance(value, str):
            return value
        if column.kind is Kind.NAME:
            return self._word(value.replace("_", " "))
        is_ours = (column.key, value) in _OURS
        return self._word(value) if is_ours else value

    def _title(self, title: str) -> str:
        match = _GROUPED.match(title)
        if match is None or title in self._words:
            return self._word(title)
        what, group, rest = match.groups("")
        return f"{self._word(what)} nach {self._word(group)}{self._word(rest)}"

    def _word(self, text: str) -> str:
        return self._words.get(text, text)
