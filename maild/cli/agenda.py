"""What time did to a ticket and will do, on the command line: its ladder, its silence, what is due, what timers did."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from maild.cli.display import print_facts, print_heading, print_table, print_text
from maild.cli.opening import now
from maild.desk import House
from maild.desk.agenda import silence_to_come, steps_done, steps_to_come
from maild.model.clocks import Clock
from maild.model.decision import Timer
from maild.model.explaining import Json, instant
from maild.model.ticket import Entry, Ticket
from maild.store import FiredTimer

_LATE = 300


def agenda_of(
    ticket: Ticket, entries: Sequence[Entry], clocks: Sequence[Clock], timers: Sequence[Timer], house: House
) -> Json:
    """Say what was done on ladders, what comes next, and which timers run."""
    silence = silence_to_come(timers, house)
    return {
        "ladder": {
            "done": [
                {
                    "step": one.step,
                    "times": one.times,
                    "entry": one.entry,
                    "at": instant(one.at),
                    "cause": one.cause.kind.value,
                }
                for one in steps_done(entries)
            ],
            "to_come": [
                {"step": one.step, "due_at": instant(one.due_at), "does": one.does}
                for one in steps_to_come(ticket, clocks, house, now())
            ],
        },
        "silence": silence and {"step": silence.step, "due_at": instant(silence.due_at), "comes_to": silence.does},
        "timers": [{"kind": one.kind.value, "about": one.about, "due_at": instant(one.due_at)} for one in timers],
    }


def fired_line(fired: FiredTimer) -> Json:
    """Say what a timer decided; `late` are the seconds from when it was due."""
    story, timer = json.loads(fired.story), fired.timer
    return {
        "kind": timer.kind.value,
        "about": timer.about,
        "due_at": instant(timer.due_at),
        "at": instant(fired.at),
        "late": max(0, int((fired.at - timer.due_at).total_seconds())),
        "outcome": story["outcome"],
        "why": story["decision"]["why"],
        "steps": story["decision"]["steps"],
        "mails": story["mails"],
    }


def print_agenda(story: Mapping[str, Any]) -> None:
    """Print what time did, and what it will do."""
    for fired in story.get("fired", []):
        _print_fired(fired)
    if story.get("ladder"):
        _print_ladder(story["ladder"])
    if story.get("silence"):
        print_heading("Silence")
        print_text(f"{story['silence']['due_at']}: {story['silence']['comes_to']} ({story['silence']['step']})")
    if story.get("timers"):
        print_heading("Timers")
        rows = [(one["kind"], one["about"], one["due_at"]) for one in story["timers"]]
        print_table(("kind", "about", "due"), rows)


def _print_fired(fired: Mapping[str, Any]) -> None:
    print_heading(f"Timer {fired['kind']} {fired['about']}".rstrip() + f", {fired['at']}")
    late = f"{fired['late']} s after it was due" if fired["late"] > _LATE else None
    mails = ", ".join(f"{mail['template']} to {mail['to']}" for mail in fired["mails"])
    print_facts([("due", fired["due_at"]), ("late", late), ("reason", fired["outcome"]["reason"]), ("mails", mails)])
    print_text("\n".join([*fired["why"], *fired["steps"]]))


def _print_ladder(ladder: Mapping[str, Any]) -> None:
    rows = [(one["step"], f"done by {one['cause']}", one["at"], _done(one)) for one in ladder["done"]]
    rows += [(one["step"], "to come", one["due_at"], one["does"]) for one in ladder["to_come"]]
    if rows:
        print_heading("Ladder")
        print_table(("step", "", "at", ""), rows)


def _done(one: Mapping[str, Any]) -> str:
    return f"entry {one['entry']}" + (f", {one['times']} times at once" if one["times"] > 1 else "")
