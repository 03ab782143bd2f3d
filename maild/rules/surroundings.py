"""What rule files are read against: `maild.yaml`, the lists and calendars beside them, the templates there are."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from maild.config import SourceFile
from maild.documents import Document
from maild.model.outgoing import Template
from maild.rules.calendars import Span


@dataclass(frozen=True, slots=True)
class Surroundings:
    """`document` is `maild.yaml`; `data` are lists and calendars by name, `overrides` the administrator's templates."""

    document: Document
    data: Mapping[str, SourceFile] = field(default_factory=dict)
    overrides: Mapping[str, str] = field(default_factory=dict)

    def days_off(self, name: str) -> Mapping[date, tuple[Span, ...]]:
        """Read the days of a calendar file. Raises KeyError where there is none, ValueError where it does not hold."""
        from maild.rules.icsfiles import read_days_off  # noqa: PLC0415 - see there

        return read_days_off(self.data[name])

    def templates(self) -> tuple[str, ...]:
        """Give the names of all mails that can be written: the desk's own and those that the administrator added."""
        added = (path.rpartition("/")[2].rpartition(".")[0] for path in self.overrides)
        return tuple(dict.fromkeys((*(template.value for template in Template), *sorted(added))))
