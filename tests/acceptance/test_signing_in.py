"""A desk that signs in by tokens, at a Dovecot and a Postfix that ask the provider about each of them."""

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.acceptance.working_desk import WorkingDesk
from tests.fakes.provider import Answer, Provider
from tests.servers.absence import need, need_root
from tests.servers.certificates import Certificate
from tests.servers.dovecot import Dovecot
from tests.servers.host import MailHost
from tests.servers.maildrop import Maildrop
from tests.servers.postfix import Postfix
from tests.servers.terminal import Terminal

LIFE = 8  # seconds of a token: two of them end while a test looks
ASKS_THE_PROVIDER = """
auth_mechanisms = plain login xoauth2
auth_verbose = yes
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {settings}
}}
"""


@pytest.fixture
def provider() -> Iterator[Provider]:
    with Provider() as server:
        server.life = LIFE
        yield server


@pytest.fixture
def token_host(
    provider: Provider, certificate: Certificate, dovecot_with: Callable[[str], Dovecot], tmp_path: Path
) -> Iterator[MailHost]:
    """Servers of their own that take a token for the one whom the provider gave it."""
    need_root("postfix")
    settings = tmp_path / "dovecot-oauth2.conf.ext"
    settings.write_text(f"tokeninfo_url = {provider.url}/tokeninfo?access_token=\nusername_attribute = username\n")
    dovecot = dovecot_with(ASKS_THE_PROVIDER.format(settings=settings))
    with ExitStack() as stack:
        drop = Maildrop(dovecot.maildir, dovecot.uid, dovecot.gid)
        drop.start()
        stack.callback(drop.stop)
        postfix = Postfix(need("postfix", "postfix"), certificate, drop.port, dovecot.sasl_port)
        stack.callback(postfix.remove)
        postfix.start()
        yield MailHost(dovecot, postfix, drop)


@pytest.fixture
def desk(token_host: MailHost, provider: Provider, tmp_path: Path) -> Iterator[WorkingDesk]:
    folder = tmp_path / "desk"
    folder.mkdir()
    shouted, command = folder / "shouted", folder / "shout"
    command.write_text(f"#!/bin/sh\nexec cat >> {shouted}\n")
    command.chmod(0o755)
    desk = WorkingDesk(token_host, folder, extra=f"alarm: {{command: [{command}], after: 10s}}\n")
    config = desk.config / "maild.yaml"
    config.write_text(
        config.read_text().replace(f"password_file: {folder / 'password'}", f"auth: {provider.microsoft()}")
    )
    yield desk
    desk.remove()


def sign_in(desk: WorkingDesk, provider: Provider) -> None:
    """As a person does: the code on the terminal, typed in at the provider."""
    with Terminal([sys.executable, "-m", "maild", "--config", str(desk.config), "auth", "login", "support"]) as shown:
        provider.sign_in(shown.wait_for(r"\n\s+([0-9A-F]{8})\r"), desk.address)
        assert shown.wait_for_end() == 0, shown.shown


def ask(desk: WorkingDesk, subject: str) -> None:
    """A customer writes, and is answered."""
    bob = desk.host.new_user("bigco.example")
    desk.send(desk.write(bob, subject, "Hello"), bob)
    assert "[#" in str(desk.wait_for_mail(bob)["Subject"])


def test_a_desk_works_by_tokens_past_their_end_and_over_a_revoked_sign_in(desk: WorkingDesk, provider: Provider):
    """Reading and sending by XOAUTH2; tokens end, or come late, and mail goes on.

    Revoked: one alarm, of the sign-in and not of all that need it; signed in again: one all-clear, and mail goes on.
    No token is in the log, in the state directory in clear, or on the terminal.
    """
    sign_in(desk, provider)
    probed = desk.maild("check", "--connect")
    assert probed.returncode == 0, probed.stderr
    desk.start()
    desk.wait_for_event("mailbox_connected")
    ask(desk, "By the first token")
    desk.wait_for_event("tokens_renewed")
    provider.plan.append(Answer(429, {}, {"Retry-After": "1"}))
    [put_off] = desk.wait_for_event("tokens_lost")
    assert "wants fewer questions" in put_off["reason"]
    desk.wait_for_event("tokens_mended")
    # What was connected stays so; only a new sign-in shows that the tokens of now are good.
    desk.host.dovecot.restart()
    desk.host.postfix.restart()
    ask(desk, "By a later token")
    log = desk.host.postfix.log()
    assert f"sasl_method=XOAUTH2, sasl_username={desk.address}" in log and "sasl_method=PLAIN" not in log

    provider.life = 3600
    hidden = provider.tokens()
    provider.revoke()
    desk.host.dovecot.restart()
    [refused] = desk.wait_for_event("tokens_refused")
    assert "invalid_grant" in refused["reason"] and "maild auth login support" in refused["reason"]
    [alarm] = desk.wait_for_event("alarm_given")
    status = desk.maild("auth", "status")
    assert status.returncode == 1 and "invalid_grant" in status.stderr
    sign_in(desk, provider)
    desk.wait_for_event("tokens_mended", 2)
    ask(desk, "By another sign-in")
    [all_clear] = desk.wait_for_event("all_clear_given")
    assert desk.running.find("alarm_given") == [alarm]
    assert alarm["about"] == all_clear["about"] == f"sign-in microsoft {desk.address}"
    shouted = (desk.folder / "shouted").read_text()
    assert shouted.count(f"the sign-in at microsoft {desk.address}") == 2

    assert desk.maild("auth", "status").returncode == 0
    assert desk.stop() == 0
    said = str(desk.running.lines) + str(desk.running.other) + status.stdout + status.stderr + shouted
    assert "Traceback" not in said
    for secret in hidden | provider.tokens():
        assert secret not in said
        assert not any(secret.encode() in file.read_bytes() for file in desk.state.rglob("*") if file.is_file())
