"""The demo's mail host: an IMAP server and a relay in this process, on loopback, for as long as the demo lasts.

The relay stamps Authentication-Results as a receiving server would: who signed in as the address in From is proved;
an address of a strict domain that did not is failed by its domain's policy; anyone else is nobody's.

BUGS
    Mail lives in memory and is gone with the process. Domains and their policies are the demo's own invention. A mail
    laid into a mailbox in the half millisecond in which a client begins IDLE is not told to it (pymap 0.36.7).
"""

import asyncio
import logging
import re
import socket
import threading
from argparse import Namespace
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parseaddr

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from pymap.backend.dict import DictBackend
from pymap.imap import IMAPService
from pymap.parsing.message import AppendMessage
from pymap.user import UserMetadata
from pysasl.hashing import Cleartext

HOST = "127.0.0.1"
AUTHSERV_ID = "mx.demo.example"
_FROM = re.compile(rb"(?im)^from:[ \t]*(.*(?:\r?\n[ \t].*)*)")
_FORGED_RESULTS = re.compile(rb"(?im)^authentication-results:.*(?:\r?\n[ \t].*)*\r?\n")


@dataclass(frozen=True, slots=True)
class Passed:
    """One mail that went through the relay: who handed it in, for whom, and the bytes as delivered."""

    at: datetime
    sender: str
    recipient: str
    raw: bytes
    is_signed_in: bool


class MailHost:
    """IMAP and SMTP for a few made-up domains; every mail that passes is shown to `watch` on the host's thread."""

    def __init__(
        self,
        passwords: Mapping[str, str],
        strict_domains: frozenset[str],
        watch: Callable[[Passed], None],
        ports: tuple[int, int] = (0, 0),
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.passwords = dict(passwords)
        self.imap_port, self.smtp_port = ports
        self._strict_domains = strict_domains
        self._watch = watch
        self._now = now
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._serve, name="mail-host", daemon=True)
        self._is_ready = threading.Event()
        self._stop = asyncio.Event()
        self._trouble: BaseException | None = None

    def start(self) -> None:
        """Listen; returns once both ports answer."""
        logging.getLogger("mail.log").setLevel(logging.ERROR)  # aiosmtpd warns of its own deprecations there
        self._thread.start()
        self._is_ready.wait()
        if self._trouble is not None:
            raise self._trouble

    def stop(self) -> None:
        """Stop listening and forget all mail."""
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._run())
        except BaseException as trouble:  # noqa: BLE001 - handed to the thread that called start()
            self._trouble = trouble
        finally:
            self._is_ready.set()
            self._loop.close()

    async def _run(self) -> None:
        async with AsyncExitStack() as stack:
            await self._start_imap(stack)
            relay = await self._loop.create_server(self._new_relay, HOST, self.smtp_port)
            self.smtp_port = relay.sockets[0].getsockname()[1]
            await stack.enter_async_context(relay)
            self._is_ready.set()
            await self._stop.wait()

    async def _start_imap(self, stack: AsyncExitStack) -> None:
        if not self.imap_port:
            self.imap_port = free_port()
        options = Namespace(
            host=HOST, port=self.imap_port, debug=False, cert=None, key=None, tls=False, proxy_protocol=None,
            passlib_cfg=None, inherited_sockets=None, demo_data=False, demo_user="nobody", demo_password="",
        )  # fmt: skip
        self._backend, config = await DictBackend.init(options, hash_context=Cleartext(), secure_auth=False)
        config.apply_context()
        for user, password in self.passwords.items():
            self._backend.login.users_dict[user] = UserMetadata(config, user, password=password)
        service = IMAPService(self._backend, config)
        await service.start(stack)

    def _new_relay(self) -> SMTP:
        return SMTP(
            self,
            hostname=AUTHSERV_ID,
            loop=self._loop,
            authenticator=self._authenticate,
            auth_require_tls=False,
            data_size_limit=40_000_000,
        )

    def _authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, login: LoginPassword
    ) -> AuthResult:
        user, password = login.login.decode(), login.password.decode()
        is_right = self.passwords.get(user) == password
        return AuthResult(success=is_right, handled=False, auth_data=user if is_right else None)

    async def handle_RCPT(  # noqa: N802 - the name is aiosmtpd's
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Take mail for the demo's mailboxes, and for nobody else."""
        if address.lower() not in self.passwords:
            return f"550 5.1.1 no mailbox {address} here"
        envelope.rcpt_tos.append(address.lower())
        return "250 2.1.5 OK"

    async def handle_DATA(  # noqa: N802 - the name is aiosmtpd's
        self, _server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Stamp a mail and lay it into its mailboxes."""
        raw = envelope.original_content or b""
        signed_in = session.auth_data if session.authenticated else None
        stamped = self._stamp(raw, signed_in)
        for recipient in envelope.rcpt_tos:
            await self._lay_into(recipient, stamped)
            sender = envelope.mail_from or ""
            self._watch(Passed(self._now(), sender, recipient, stamped, signed_in is not None))
        return "250 2.0.0 taken"

    def _stamp(self, raw: bytes, signed_in: str | None) -> bytes:
        head, gap, body = raw.partition(b"\r\n\r\n")
        head = _FORGED_RESULTS.sub(b"", head + b"\r\n").rstrip(b"\r\n")
        found = _FROM.search(head)
        address = parseaddr(found[1].decode("utf-8", "replace"))[1].lower() if found else ""
        domain = address.rpartition("@")[2]
        if signed_in == address:
            verdict = f"dmarc=pass (p=reject) header.from={domain}"
        elif domain in self._strict_domains:
            verdict = f"dmarc=fail (p=reject dis=none) header.from={domain}"
        else:
            verdict = f"dmarc=none header.from={domain}"
        lines = f"Return-Path: <{signed_in or address}>\r\nAuthentication-Results: {AUTHSERV_ID}; {verdict}\r\n"
        return lines.encode() + head + gap + body

    async def _lay_into(self, user: str, raw: bytes) -> None:
        identity = await self._backend.login.authorize(_Postmaster(), user)
        async with identity.new_session() as session:
            await session.append_messages("INBOX", [AppendMessage(raw, datetime.now(UTC))])


class _Postmaster:
    """Whoever may open every mailbox."""

    name = "postmaster"
    roles = frozenset({"admin"})


def free_port() -> int:
    """Find a port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
