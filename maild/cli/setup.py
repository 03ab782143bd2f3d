"""`maild init` and `maild check`: from nothing to a configuration that holds."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import TypeAlias
from zoneinfo import ZoneInfo

import click

from maild.cli.connecting import print_servers, servers_said, try_servers
from maild.cli.display import cell, json_option, number_of, print_heading, print_json, print_table, say_no
from maild.cli.findings import print_report
from maild.cli.opening import config_directory, now
from maild.cli.probing import probe
from maild.cli.trying import print_tests, run_tests, tests_said
from maild.composing import check_templates, template_doubts
from maild.config import AccountConfig, Config, read_draft, shipped_files
from maild.desk.trials import Tried
from maild.errors import ConfigurationError, MaildError, Problem
from maild.examining import orphaned
from maild.premises import open_store
from maild.rules import (
    WALL_TIME,
    Example,
    Person,
    Rules,
    Whom,
    WhomKind,
    durations_in,
    durations_of,
    examples,
    instant_on,
    lengths_of,
    read_together,
)
from maild.store import Store

Row: TypeAlias = dict[str, object]

SECRETS = "secrets"


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), default=Path("config"), metavar="[DIR]")
def init(folder: Path) -> None:
    """Write a commented configuration to start from, by default into ./config."""
    try:
        _write_shipped(folder)
    except FileExistsError as error:
        raise say_no(f"{error.filename} is there already: nothing was written over it") from error
    except OSError as error:
        raise MaildError(f"{error.filename} cannot be written: {error.strerror}") from error
    click.echo(f"Wrote {folder}. Now")
    click.echo(f"  1. edit {folder / 'maild.yaml'}: the desk's name and address, its two accounts")
    click.echo(f"  2. put the password into {folder / SECRETS / 'support'} (chmod 600)")
    click.echo(f"  3. edit {folder / 'rules' / '10-people.yaml'}: who works here")
    click.echo(f"  4. maild --config {folder} check, until it has nothing more to say")
    click.echo(f"  5. maild --config {folder} run")


@click.command()
@click.option("--connect", is_flag=True, help="Try every mailbox and relay too; change nothing there, send nothing.")
@click.option("--probe", "is_probe", is_flag=True, help="Let the desk write to itself; propose what to configure.")
@json_option
def check(connect: bool, is_probe: bool, as_json: bool) -> None:
    """Check configuration, rules, their tests and templates; show what they come to."""
    directory = config_directory()
    try:
        config, rules = read_together(read_draft(directory, os.environ))
        check_templates(config, rules)
    except ConfigurationError as error:
        if as_json:
            print_json({"ok": False, "problems": [_problem_line(problem) for problem in error.problems]})
        else:
            _print_problems(error.problems)
        raise click.exceptions.Exit(2) from error
    said = {
        "ok": True,
        "problems": [],
        "warnings": [_problem_line(warning) for warning in (*rules.warnings, *template_doubts(config, rules))],
        "directory": str(config.directory),
        **_summary(config, rules),
        "durations": [*_durations(rules)],
    }
    orphans, tried = _orphans(config, rules), run_tests(config, rules)
    tests = tests_said(tried)
    is_sound = tests["ok"] and not orphans
    said |= {"ok": is_sound, "orphans": orphans, "tests": tests}
    if not as_json:
        _print_summary(config, rules, orphans, tried)
    if connect or is_probe:
        servers, is_well = servers_said(config, try_servers(config))
        said |= {"ok": is_well and is_sound, "servers": servers}
        if not as_json:
            print_servers(servers)
    if is_probe and is_well:
        found = probe(config, rules)
        said |= {"ok": found.is_well and is_sound, "probe": found.as_json()}
        if not as_json:
            print_report(found)
    if as_json:
        print_json(said)
    if not said["ok"]:
        raise click.exceptions.Exit(1)


def _orphans(config: Config, rules: Rules) -> tuple[str, ...]:
    """Say which open tickets these rules would orphan; a desk that has no database yet has no tickets."""
    try:
        if not Store.may_be_at(config.state.directory, config.state.database):
            return ()
        with closing(open_store(config)) as store:
            return orphaned(config, rules, store)
    except (MaildError, OSError) as error:
        click.echo(f"note: open tickets were not looked at: {error}", err=True)
        return ()


def _write_shipped(folder: Path) -> None:
    """Write all files, or none: whatever is there already stays."""
    shipped = shipped_files()
    for name in (*shipped, SECRETS):
        if (folder / name).exists():
            raise FileExistsError(None, None, str(folder / name))
    for name, text in shipped.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("x", encoding="utf-8") as stream:
            stream.write(text)
    (folder / SECRETS).mkdir(mode=0o700)


def _print_problems(problems: Sequence[Problem]) -> None:
    for problem in problems:
        click.echo(str(problem), err=True)
    files = dict.fromkeys(problem.file for problem in problems)
    count, it = number_of(len(problems), "problem"), "it" if len(problems) == 1 else "them"
    click.echo(f"\n{count} in {', '.join(files)}. Mend {it}, then check again.", err=True)


def _problem_line(problem: Problem) -> Row:
    return {
        "file": problem.file,
        "line": problem.line,
        "column": problem.column,
        "where": problem.where,
        "what": problem.what,
    }


def _summary(config: Config, rules: Rules) -> Mapping[str, list[Row]]:
    return {
        "mailboxes": [
            {
                "name": name,
                "account": _account(mailbox, mailbox.user),
                "folders": [mailbox.folder, *mailbox.also],
                "queue": mailbox.queue,
            }
            for name, mailbox in config.mailboxes.items()
        ],
        "relays": [
            {"name": name, "account": _account(relay, relay.user), "connections": relay.connections}
            for name, relay in config.relays.items()
        ],
        "queues": [
            {
                "name": queue.key,
                "address": queue.address,
                "shown_as": queue.name,
                "relay": queue.relay,
                "team": queue.team,
            }
            for queue in rules.queues.values()
        ],
        "teams": [
            {"name": team.key, "members": list(team.members), "lead": team.lead} for team in rules.teams.values()
        ],
        "people": [_person_line(person) for person in rules.people.values()],
        "reports": _reports(rules),
        "rules": [
            {
                "rules": len(rules.rules),
                "tests": sum(len(rule.tests) for rule in rules.rules),
                "categories": len(rules.categories),
                "customers": len(rules.customers),
                "calendars": len(rules.calendars),
                "agreements": len(rules.agreements),
                "digest": rules.digest[:12],
            }
        ],
    }


def _reports(rules: Rules) -> list[Row]:
    """Say when each report comes next; one that each reader gets by their own clock, by the desk's."""
    found: list[Row] = []
    for report in rules.reports.values():
        schedule = report.schedule
        zone = ZoneInfo(schedule.calendar.timezone if schedule.calendar is not None else rules.timezone)
        days = schedule.days_after(now().astimezone(zone).date() - timedelta(days=1))
        dues = (instant_on(day, schedule.at, zone) for day in days)
        due_at = next((due_at for due_at in dues if due_at > now()), None)
        found.append(
            {
                "name": report.key,
                "to": [_whom(whom) for whom in report.to],
                "parts": [part.value for part in report.parts],
                "next": f"{due_at.astimezone(zone):%a %Y-%m-%d %H:%M %Z}" if due_at is not None else None,
            }
        )
    return found


def _whom(whom: Whom) -> str:
    """Write whom a rule file names as it does."""
    if whom.kind is WhomKind.PERSON:
        return whom.name
    return f"{whom.kind.value}:{whom.name}" if whom.name else whom.kind.value


def _durations(rules: Rules) -> Iterator[str]:
    """Show what each length of time that is promised comes to, in the calendar in which it is counted."""
    promised, lived = durations_in(rules.agreements), durations_of(rules.lifecycle, rules.agreements)
    open_ = lengths_of(rules.approvals, rules.agreements)
    for key, work in dict.fromkeys((*promised, *lived, *open_)):
        shown = (_example(each) for each in examples(work, rules.calendars.get(key, WALL_TIME), now()))
        yield f"{work} in {key}: {'; '.join(shown)}"


def _example(example: Example) -> str:
    opened, due = example.opened_at, example.due_at
    if due is None:
        return f"opened {opened:%a %H:%M} → never due"
    is_soon = due - opened < timedelta(days=6)
    return f"opened {opened:%a %H:%M} → due {due:%a %H:%M}" + ("" if is_soon else f" ({due:%Y-%m-%d})")


def _account(account: AccountConfig, user: str | None) -> str:
    return f"{user + ' at ' if user else ''}{account.host}:{account.port} ({account.tls})"


def _person_line(person: Person) -> Row:
    return {
        "name": person.key,
        "shown_as": person.name,
        "addresses": list(person.addresses),
        "roles": sorted(person.roles),
        "left": person.left.isoformat() if person.left else None,
    }


def _print_summary(config: Config, rules: Rules, orphans: Sequence[str], tried: Sequence[Tried]) -> None:
    for section, rows in _summary(config, rules).items():
        if rows:
            print_heading(section)
            print_table(tuple(rows[0]), [[cell(value) for value in row.values()] for row in rows])
    lines = [*_durations(rules)]
    if lines:
        print_heading("what is due when")
        click.echo("\n".join(lines))
    click.echo(f"\n{config.directory}: no problem found.")
    if tried:
        print_tests(tried)
    for orphan in orphans:
        click.echo(f"a reload would be refused: {orphan}", err=True)
    for warning in (*rules.warnings, *template_doubts(config, rules)):
        click.echo(f"warning: {warning}", err=True)
    trust = config.trust
    if not (trust.authserv_id or trust.internal or trust.verify_dkim):
        click.echo("note: without trust.authserv_id nobody's first mail is proved to be theirs.", err=True)
