"""`maild auth`: signing in at Microsoft and Google, and how the sign-ins are.

What is printed holds the address and the code that a person needs, never a token.
"""

import os
import select
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

import click

from maild.cli.display import cell, fit, json_option, print_json, print_table, say_no
from maild.cli.opening import config_directory, now
from maild.config import Config, read_config
from maild.documents import did_you_mean
from maild.errors import MaildError, SignInRefusedError, SignInUnavailableError
from maild.model.explaining import Json, instant
from maild.oauth import Client, SignIn, Tokens, Wallet, Way, grants
from maild.oauth.loopback import Loopback

PATIENCE: Final = timedelta(minutes=10)
_PIECE: Final = 65_536


@click.group()
def auth() -> None:
    """Sign in at Microsoft or Google for a mailbox or relay, and show the sign-ins."""


@auth.command()
@click.argument("account", metavar="MAILBOX|RELAY")
def login(account: str) -> None:
    """Sign in for a mailbox or relay of the configuration; all that share its account are served."""
    config = _config()
    if account not in {*config.mailboxes, *config.relays}:
        near = did_you_mean(account, {*config.mailboxes, *config.relays})
        raise click.UsageError(f"no mailbox or relay '{account}'{near}")
    found = tuple(Wallet(config, os.environ, now).find(account))
    if not found:
        raise say_no(f"{account} signs in by a password: write `auth` in maild.yaml where it should not")
    for sign_in in found:
        _log_in(sign_in)


@auth.command()
@json_option
def status(as_json: bool) -> None:
    """Show who is signed in where, and until when; exit code 1 when somebody has to sign in."""
    rows = [_line(each) for each in Wallet(_config(), os.environ, now).sign_ins]
    if as_json:
        print_json(rows)
    else:
        _print_status(rows)
    if not all(row["ok"] for row in rows):
        raise click.exceptions.Exit(1)


def _config() -> Config:
    return read_config(config_directory(), os.environ)


def _log_in(sign_in: SignIn) -> None:
    client = sign_in.client()
    match client.way:
        case Way.DEVICE:
            tokens = _by_device(client)
        case Way.BROWSER:
            tokens = _by_browser(client)
        case Way.APPLICATION | Way.SERVICE_ACCOUNT:
            tokens = grants.renew(client, None, now())
    sign_in.keeper.accept(tokens)
    click.echo(f"Signed in as {fit(sign_in.user)} ({client.way}) for {', '.join(_accounts(sign_in))}.")
    click.echo("A daemon that runs takes it up within seconds; `maild check --connect` tries the accounts.")


def _by_device(client: Client) -> Tokens:
    """Print the code, and ask until it was typed in."""
    began = grants.begin_device(client, now())
    click.echo("Open this address in any browser, type the code, and sign in")
    click.echo(f"as {fit(client.user)}, or as somebody who may open that mailbox:\n")
    click.secho(f"  {fit(began.url)}\n  {fit(began.user_code)}\n", bold=True)
    interval = began.interval
    while (at := now()) < began.expires_at:
        time.sleep(interval.total_seconds())
        try:
            asked = grants.ask_device(client, began, interval, at)
        except SignInUnavailableError as error:
            click.echo(f"{fit(error)}: asking again", err=True)
            interval = max(interval, error.again_in or interval)
            continue
        if isinstance(asked, Tokens):
            return asked
        interval = asked
    raise SignInRefusedError("the code was not typed in in time: try again")


def _by_browser(client: Client) -> Tokens:
    """Print the address, and wait for the browser at our port, or for the address where it ended."""
    with Loopback() as port:
        began = grants.begin_browser(client, port.redirect)
        click.echo(f"Open this address in a browser, and sign in as {fit(client.user)}:\n")
        click.secho(f"  {fit(began.url)}\n", bold=True)
        click.echo("If the browser runs on another machine, it ends at a page that it cannot open:")
        click.echo("paste that page's whole address here.")
        for address in _addresses(port, began):
            if grants.is_answer_to(began, address):
                return grants.finish_browser(client, began, address, now())
            click.echo("That is not the address at which this sign-in ended; it begins with", err=True)
            click.echo(f"  {port.redirect}?", err=True)
    raise SignInRefusedError("nobody signed in in time: try again")


def _addresses(port: Loopback, began: grants.BrowserSignIn) -> Iterator[str]:
    """Give what may be the end of the sign-in: from the browser, or from the terminal; until the time is up."""
    deadline = time.monotonic() + PATIENCE.total_seconds()
    terminal = sys.stdin.fileno()
    sources: list[int] = [port.fileno(), terminal]
    typed = b""
    while (left := deadline - time.monotonic()) > 0:
        ready, _, _ = select.select(sources, [], [], left)
        if port.fileno() in ready and (visit := port.welcome()):
            is_ours = grants.is_answer_to(began, visit.address)
            visit.answer("You may close this page: see the terminal." if is_ours else "Not here.", is_ours=is_ours)
            if is_ours:
                yield visit.address
        if terminal in ready:
            piece = os.read(terminal, _PIECE)
            if not piece:
                sources = [port.fileno()]
            *lines, typed = (typed + piece).split(b"\n")
            yield from (text for line in lines if (text := line.decode("utf-8", "replace").strip()))


def _accounts(sign_in: SignIn) -> list[str]:
    return [*(f"mailbox {name}" for name in sign_in.mailboxes), *(f"relay {name}" for name in sign_in.relays)]


def _line(sign_in: SignIn) -> Json:
    way, tokens, problem = None, None, ""
    try:
        client = sign_in.client()
        way = client.way
        tokens = sign_in.keeper.find()
    except MaildError as error:
        problem = str(error)
    if tokens and not problem:
        problem = tokens.trouble
    if way and way.needs_person and not tokens and not problem:
        problem = f"nobody has signed in yet: sign in by `maild auth login {(*sign_in.mailboxes, *sign_in.relays)[0]}`"
    return {
        "provider": sign_in.provider,
        "user": sign_in.user,
        "way": way.value if way else None,
        "mailboxes": list(sign_in.mailboxes),
        "relays": list(sign_in.relays),
        "ok": not problem,
        "token_until": instant(tokens.expires_at) if tokens else None,
        "renewed_at": instant(tokens.issued_at) if tokens else None,
        "renew_at": instant(tokens.renew_at) if tokens else None,
        "scopes": list(tokens.scopes) if tokens else [],
        "problem": problem or None,
    }


def _print_status(rows: list[Json]) -> None:
    print_table(
        ("user", "provider", "way", "mailboxes", "relays", "state", "token until"),
        [
            (row["user"], row["provider"], row["way"], cell(row["mailboxes"]), cell(row["relays"]),
             _state(row), row["token_until"])
            for row in rows
        ],
    )  # fmt: skip
    for row in rows:
        if row["problem"]:
            click.echo(f"\n{fit(row['user'])}: {fit(row['problem'])}", err=True)


def _state(row: Json) -> str:
    if not row["ok"]:
        return "sign in"
    return "ok" if row["token_until"] else "asked for when needed"
