"""What came of the desk's letters to itself, and what that means for `maild.yaml`."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import click

from maild.cli.display import fit, print_heading, print_table
from maild.cli.letters import Came, Kind, Letter
from maild.model.explaining import Json
from maild.rules import Queue

_NEVER_CAME: Final = "did not come"


@dataclass(frozen=True, slots=True)
class Tried:
    """What became of one letter: it came, or why it was not sent."""

    letter: Letter
    refusal: str
    came: Came | None = None

    @property
    def is_there(self) -> bool:
        """Whether it came as itself."""
        return self.came is not None and not self.came.is_back

    @property
    def words(self) -> str:
        """Say what became of it."""
        if self.refusal:
            return f"not taken: {self.refusal}"
        if self.came is None:
            return _NEVER_CAME
        return "came back undelivered" if self.came.is_back else f"came to {self.came.place}"


@dataclass(frozen=True, slots=True)
class Probed:
    """What is known of one queue after the probe; `stamp` names the server whose results its mail carries."""

    queue: Queue
    tried: Mapping[Kind, Tried]
    stamp: str | None


@dataclass(frozen=True, slots=True)
class Report:
    """What the probe found, and what it proposes for `maild.yaml`; not `is_well`: mail does not even go round."""

    rows: Sequence[Json]
    notes: Sequence[str]
    is_well: bool
    plus_addresses: bool
    null_sender: bool
    authserv_id: str | None

    def as_json(self) -> Json:
        """Give it as the command line's JSON has it."""
        desk = {"plus_addresses": self.plus_addresses, "null_sender": self.null_sender}
        proposal = {"desk": desk, "trust": {"authserv_id": self.authserv_id}}
        return {"queues": list(self.rows), "notes": list(self.notes), "proposal": proposal if self.is_well else None}

    def lines(self) -> Iterator[str]:
        """Write what is proposed as it stands in `maild.yaml`."""
        yield "desk:"
        yield f"  plus_addresses: {'true' if self.plus_addresses else 'false'}"
        yield f"  null_sender: {'true' if self.null_sender else 'false'}"
        yield "trust:"
        yield f"  authserv_id: {self.authserv_id or 'null'}"


def report(probed: Sequence[Probed], seen: str | None) -> Report:
    """Draw the conclusions; `seen` is whose results stand on others' mail, where the desk's own has none."""
    stamps = {each.stamp for each in probed if each.stamp}
    is_sure = len(stamps) == 1 and not any(_is_fooled(each) for each in probed)
    return Report(
        rows=[_row(each) for each in probed],
        notes=[*dict.fromkeys(note for each in probed for note in _notes(each)), *([_hearsay(seen)] if seen else [])],
        is_well=all(each.tried[Kind.PLAIN].is_there for each in probed),
        plus_addresses=all(each.tried[Kind.PLUS].is_there for each in probed),
        null_sender=all(each.tried[Kind.NULL].is_there for each in probed),
        authserv_id=next(iter(stamps)) if is_sure else None,
    )


def _is_fooled(probed: Probed) -> bool:
    """Whether forged results came through."""
    forged = probed.tried.get(Kind.FORGED)
    return forged is not None and forged.came is not None and forged.came.has_kept_forgery


def _row(probed: Probed) -> Json:
    plain, forged = probed.tried[Kind.PLAIN], probed.tried.get(Kind.FORGED)
    kept = plain.came is not None and plain.came.has_kept_id
    came_through = "kept" if _is_fooled(probed) else "removed"
    return {
        "queue": probed.queue.key,
        "address": probed.queue.address,
        "relay": probed.queue.relay,
        "message_id": ("kept" if kept else "replaced") if plain.is_there else None,
        "authserv_id": probed.stamp,
        "forged_results": forged and (came_through if forged.is_there else forged.words),
        "mail": plain.words,
        "plus_address": probed.tried[Kind.PLUS].words,
        "null_sender": probed.tried[Kind.NULL].words,
    }


def _notes(probed: Probed) -> Iterator[str]:
    plain, address, relay = probed.tried[Kind.PLAIN], probed.queue.address, probed.queue.relay
    if not plain.is_there:
        yield (
            f"a mail from {address} to itself by relay {relay}: {plain.words}; see that the address leads to a mailbox "
            "of maild.yaml, and into a folder that is read"
        )
        return
    if plain.came is not None and not plain.came.has_kept_id:
        yield f"relay {relay} replaces Message-IDs: answers are proved only where plus-addresses work"
    if probed.stamp is None:
        yield f"no server's results stand on the mail of {address} to itself: nobody's first mail is proved by them"
    if _is_fooled(probed):
        yield (
            f"{probed.stamp} leaves results in its own name that a sender wrote: let the server remove them (RFC 8601, "
            "5), or anybody may prove to be anybody; until then trust nobody's"
        )


def _hearsay(seen: str) -> str:
    return (
        f"the newest mails in the folder carry results of {seen}: if who runs it says that it removes forged ones, "
        f"write trust.authserv_id: {seen}"
    )


def print_report(said: Report) -> None:
    """Print what was found, what it means, and the lines to copy."""
    print_heading("the desk's mail to itself")
    print_table(list(said.rows[0]), [list(row.values()) for row in said.rows])
    for note in said.notes:
        click.echo(f"note: {fit(note)}", err=True)
    if said.is_well:
        print_heading("for maild.yaml")
        click.echo("\n".join(said.lines()))
