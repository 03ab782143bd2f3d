"""`maild rules test`: every test beside a rule."""

import os
from collections.abc import Iterator, Sequence

import click

from maild.cli.display import json_option, number_of, print_heading, print_json, print_text
from maild.cli.opening import config_directory
from maild.cli.progress import beginning, shown_progress
from maild.config import Config
from maild.desk.trials import Tried
from maild.model.explaining import Json
from maild.premises import NO_KEYS, Premises, read_premises
from maild.reading import Readers
from maild.rules import Rules
from maild.trying import try_rules


@click.command("test")
@json_option
def test(as_json: bool) -> None:
    """Run every test that stands beside a rule; exit code 1 if one fails."""
    config, rules = read_premises(config_directory(), os.environ)
    tried = run_tests(config, rules)
    said = tests_said(tried)
    if as_json:
        print_json(said)
    else:
        print_tests(tried)
    if not said["ok"]:
        raise click.exceptions.Exit(1)


def tests_said(tried: Sequence[Tried]) -> Json:
    """Say how many tests there are, and all about those that failed."""
    failed = [_failure(one) for one in tried if one.wrong]
    return {"ok": not failed, "tests": len(tried), "failed": failed}


def run_tests(config: Config, rules: Rules) -> tuple[Tried, ...]:
    """Run every test that stands beside a rule, by one reader."""
    if not any(rule.tests for rule in rules.rules):
        return ()
    readers = Readers(config.reading, workers=1)
    try:
        with shown_progress() as progress:
            return try_rules(readers, Premises(config, rules, NO_KEYS).house(), beginning(progress))
    finally:
        readers.stop()


def print_tests(tried: Sequence[Tried]) -> None:
    """Print what failed and why, and how many passed."""
    failed = [one for one in tried if one.wrong]
    for one in failed:
        print_heading(f"{_place(one)}: {one.rule.name}: {one.trial.title}")
        print_text("\n".join(_said(one)))
    tests, rules = number_of(len(tried), "test"), len({one.rule.name for one in tried})
    if not tried:
        click.echo("No test stands beside a rule.")
    elif failed:
        click.echo(f"\n{len(failed)} of {tests} failed.")
    else:
        click.echo(f"{tests} beside {number_of(rules, 'rule')} passed.")


def _place(one: Tried) -> str:
    return f"{one.trial.place.file}:{one.trial.place.line}"


def _said(one: Tried) -> Iterator[str]:
    for each in one.wrong:
        line = f"line {each.place.line}: " if each.place is not None and len(one.trial.steps) > 1 else ""
        yield f"{line}{each.what}: expected {each.expected or 'nothing'}, got {each.got or 'nothing'}"
    yield from one.happened
    for ruled in one.ruled:
        held = "held" if ruled.is_matched else "did not hold"
        yield ": ".join(filter(None, (held, f"{ruled.name} ({ruled.file}:{ruled.line})", "; ".join(ruled.words))))


def _failure(one: Tried) -> Json:
    mail, _ = one.trial.mails[0]
    return {
        "rule": one.rule.name,
        "file": one.trial.place.file,
        "line": one.trial.place.line,
        "mail": {"from": mail.sender, "subject": mail.subject},
        "wrong": [
            {
                "what": each.what,
                "expected": each.expected,
                "got": each.got,
                "line": (each.place or one.trial.place).line,
            }
            for each in one.wrong
        ],
        "happened": list(one.happened),
        "rules": [
            {
                "name": each.name,
                "file": each.file,
                "line": each.line,
                "matched": each.is_matched,
                "words": list(each.words),
            }
            for each in one.ruled
        ],
    }
