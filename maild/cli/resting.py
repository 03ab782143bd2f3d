"""`maild pause` and `maild resume`: the desk rests, and goes on."""

import os
import sys
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

import click

from maild.cli.display import moment, number_of, print_heading, print_table, say_no
from maild.cli.opening import alone_with, config_directory, now, opened_store, user
from maild.cli.progress import beginning, shown_progress
from maild.config import Config, read_config
from maild.model.decision import Timer
from maild.model.pausing import Pause, PauseKind
from maild.oauth import Wallet
from maild.resuming import FOUND_AS, Account, home_directory, home_of, is_elsewhere, take_over_lost
from maild.store import MailRow, Store, Transaction

_LIFTED = (PauseKind.MAIL, PauseKind.RULES, PauseKind.TIMERS)
_LATE = "the desk was restored: it may have gone out before"


class Choice(StrEnum):
    """What becomes of mails and timers that are due, and may be done already."""

    SEND = "send"
    DROP = "drop"
    LATE = "late"


_MEANINGS = {
    Choice.SEND: "every mail goes out and every timer fires; some may do so a second time",
    Choice.DROP: "no mail goes out and no timer fires",
    Choice.LATE: "no mail goes out, those whom it concerns are told of each and may retry it; timers fire",
}


@click.command()
@click.argument("what", type=click.Choice(["mail", "rules", "timers"]), required=False)
def pause(what: str | None) -> None:
    """Let mail, timers or (by default) both rest: nothing new is begun until `maild resume`.

    Where `rules` rest, mail is handled all the same, and none of the rules is asked.
    """
    kinds = [PauseKind(what)] if what else [PauseKind.MAIL, PauseKind.TIMERS]
    by, at = user(), now()
    with opened_store() as store:
        for kind in kinds:
            store.write(lambda tx, kind=kind: tx.pause(Pause(kind, at, by)))  # type: ignore[misc]  # its default
    click.echo(f"Paused: {', '.join(kinds)}. `maild resume` lets the desk go on.")
    if what == "rules":
        click.echo("Mail is handled as if there were no rules: tickets have what their queue and customer give them.")


@click.command()
@click.option("--restored", is_flag=True, help="Take up work with a desk that was restored or lies elsewhere now.")
@click.option(
    "--send", "choice", flag_value=Choice.SEND, type=Choice, help=f"With --restored: {_MEANINGS[Choice.SEND]}."
)
@click.option(
    "--drop", "choice", flag_value=Choice.DROP, type=Choice, help=f"With --restored: {_MEANINGS[Choice.DROP]}."
)
@click.option(
    "--late", "choice", flag_value=Choice.LATE, type=Choice, help=f"With --restored: {_MEANINGS[Choice.LATE]}."
)
def resume(restored: bool, choice: Choice | None) -> None:
    """Let the desk go on after a pause."""
    if restored:
        _resume_restored(choice)
        return
    if choice is not None:
        raise click.UsageError(f"--{choice} goes with --restored")
    with opened_store() as store:
        lifted = [kind for kind in _LIFTED if _lift(store, kind)]
        rests = store.read(lambda reader: reader.find_pause(PauseKind.RESTORED))
    if rests is not None:
        raise say_no(f"the desk rests: {rests.reason}; it goes on by `maild resume --restored`")
    click.echo(f"At work again: {', '.join(lifted)}." if lifted else "Nothing was paused.")


def _lift(store: Store, kind: PauseKind) -> bool:
    return store.write(lambda tx: tx.lift_pause(kind))


def _resume_restored(choice: Choice | None) -> None:
    config = read_config(config_directory(), os.environ)
    at = now()
    with alone_with(config.state, config.desk.first_number) as store:
        rests = store.read(lambda reader: reader.find_pause(PauseKind.RESTORED))
        if rests is None and not is_elsewhere(store, home_directory(config.state)):
            raise say_no("this desk was not restored, and lies where it was: there is nothing to settle")
        # What was in hand at the time of the backup is in nobody's hand now, and in doubt.
        store.write(lambda tx: tx.void_claims(at))
        mails, timers = store.read(lambda reader: (reader.list_due_mails(at), reader.list_due_timers(at)))
        wanted = _settled(mails, timers, choice)
        taken = _take_over(config, store, rests, at)
        _settle(store, config, wanted, mails, timers, at)
    click.echo(
        f"Taken over: {number_of(taken, 'mail')} that the desk did not know. What is taken over is filed when it runs,"
        " and no customer is written to; of what still lay in the inbox colleagues are told.\nThe desk is ready:"
        " `maild run`."
    )


def _settled(mails: Sequence[MailRow], timers: Sequence[Timer], choice: Choice | None) -> Choice:
    """Show what is due and may be done already, and learn what becomes of it."""
    if not mails and not timers:
        return choice or Choice.SEND
    if mails:
        print_heading("Mails that are due, and may have gone out since:")
        rows = [(one.id, moment(one.due_at), one.template, one.recipient, one.subject) for one in mails]
        print_table(("id", "due", "kind", "to", "subject"), rows)
    if timers:
        print_heading("Timers that are due, and may have fired since:")
        print_table(
            ("id", "due", "kind", "about"),
            [
                (one.id, moment(one.due_at), one.kind, one.ticket if one.ticket is not None else one.about)
                for one in timers
            ],
        )
    click.echo()
    if choice is not None:
        return choice
    if not sys.stdin.isatty():
        raise click.UsageError("say what becomes of these: --send, --drop or --late")
    for each, meaning in _MEANINGS.items():
        click.echo(f"  {each}: {meaning}")
    return Choice(click.prompt("What becomes of these?", type=click.Choice([*Choice])))


def _take_over(config: Config, store: Store, rests: Pause | None, at: datetime) -> int:
    since = rests.since if rests is not None and rests.since is not None else None
    since = since or store.read(lambda reader: reader.find_last_arrival_at()) or at
    wallet = Wallet(config, os.environ, now)
    with shown_progress() as progress:
        begin = beginning(progress)
        return sum(
            take_over_lost(
                Account(name, settings, wallet.of_mailbox(name), config.limits.message), store, since, at, begin
            )
            for name, settings in config.mailboxes.items()
        )


def _settle(  # noqa: PLR0917 - what is settled, and how
    store: Store,
    config: Config,
    choice: Choice,
    mails: Sequence[MailRow],
    timers: Sequence[Timer],
    at: datetime,
) -> None:
    by, directory = user(), home_directory(config.state)

    def settle(tx: Transaction) -> None:
        for mail in mails:
            if choice is Choice.DROP:
                tx.cancel_mail(mail.id, by, at)
            elif choice is Choice.LATE:
                tx.expire_mail(mail.id, _LATE, at)
        if choice is Choice.DROP:
            tx.end_timers([timer.id for timer in timers], at)
        tx.take_over_waiting(FOUND_AS)
        tx.move_home(None if directory is None else home_of(directory), at)
        tx.lift_pause(PauseKind.RESTORED)

    store.write(settle)
