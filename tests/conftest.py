"""The real servers, once a session: each test takes users of its own."""

import os
import shutil
import ssl
import tempfile
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from tests.servers.absence import need, need_root
from tests.servers.certificates import Certificate, make_certificate
from tests.servers.dovecot import Dovecot
from tests.servers.host import MailHost
from tests.servers.maildrop import Maildrop
from tests.servers.postfix import Postfix
from tests.servers.postgresql import Postgresql

# A busy machine is no fault: whatever else hypothesis is told here or in CI, no example is judged by the clock.
settings.register_profile("patient", settings(), deadline=None)
settings.load_profile("patient")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI a skip is an error: what was not tried is not known to work."""
    report = yield
    if report.skipped and os.environ.get("CI"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped, which is an error in CI: {report.longrepr}"
    return report


# Files whose tests look at what came of one long play: one worker is enough to play it.
PLAYED_ONCE = ("tests/acceptance/test_attacks.py", "tests/acceptance/test_standing_table.py")


class Shares(LoadScopeScheduling):
    """Gives each worker a test at a time, and the files that are played once as a whole, to begin with.

    pytest-xdist's own `xdist_group` marks groups in a node's private name, which pytest 9 does not read any more.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return file if file in PLAYED_ONCE else nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Shares:
    """Say who of several workers runs which test."""
    return Shares(config, log)


@pytest.fixture(scope="session")
def certificate() -> Iterator[Certificate]:
    """A certificate for 127.0.0.1 by an authority that this process and its children trust (SSL_CERT_FILE)."""
    folder = Path(tempfile.mkdtemp(prefix="maild-certificates-"))
    folder.chmod(0o755)
    with pytest.MonkeyPatch.context() as patch:
        made = make_certificate(folder, need("openssl", "openssl"))
        patch.setenv("SSL_CERT_FILE", str(made.authority))
        yield made
    shutil.rmtree(folder)


@pytest.fixture
def server_context(certificate: Certificate) -> ssl.SSLContext:
    """TLS for a fake server: the certificate that everybody here trusts."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.certificate, certificate.key)
    return context


@pytest.fixture(scope="session")
def dovecot(certificate: Certificate) -> Iterator[Dovecot]:
    """An IMAP server with all its abilities."""
    server = Dovecot(need("dovecot", "dovecot-imapd"), certificate)
    try:
        server.start()
        yield server
    finally:
        server.remove()


@pytest.fixture
def dovecot_with(certificate: Certificate) -> Iterator[Callable[[str], Dovecot]]:
    """Start an IMAP server of one's own, with settings appended to the usual ones; it may be stopped and started."""
    servers: list[Dovecot] = []

    def start(settings: str = "") -> Dovecot:
        servers.append(Dovecot(need("dovecot", "dovecot-imapd"), certificate, settings))
        servers[-1].start()
        return servers[-1]

    try:
        yield start
    finally:
        for server in servers:
            server.remove()


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Postgresql]:
    """A database server, with a template of our schema."""
    server = Postgresql()
    server.start()
    try:
        server.make_template()
        yield server
    finally:
        server.remove()


@pytest.fixture(scope="session")
def mail_host(certificate: Certificate, dovecot: Dovecot) -> Iterator[MailHost]:
    """Postfix and Dovecot joined: any address of three domains is a mailbox."""
    program = need("postfix", "postfix")
    need_root("postfix")
    drop = Maildrop(dovecot.maildir, dovecot.uid, dovecot.gid)
    drop.start()
    postfix = Postfix(program, certificate, drop.port, dovecot.sasl_port)
    try:
        postfix.start()
        yield MailHost(dovecot, postfix, drop)
    finally:
        postfix.remove()
        drop.stop()


@pytest.fixture(scope="session")
def postfix(mail_host: MailHost) -> Postfix:
    """A mail relay whose mail lands in the mailboxes of `dovecot`."""
    return mail_host.postfix
