"""A real mail relay in a temporary folder: Postfix, as root, never the system's own instance.

Three ports take mail for the three domains and stamp what a border server would have found out about its sender:
`Authentication-Results: mx.acme.example; dmarc=pass|none|fail …` with the domain of From, above the From line. What
came in under that name is taken out, so that nobody stamps for themselves. Two more are for people with a password.
"""

import os
import pwd
import shutil
import smtplib
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import MappingProxyType

from tests.servers.certificates import Certificate
from tests.servers.loopback import PATIENCE, free_ports, wait_for_port

AUTHSERV_ID = "mx.acme.example"
DOMAINS = ("acme.example", "bigco.example", "x.example")
VERDICTS = MappingProxyType(
    {
        "pass": "dmarc=pass (p=REJECT sp=REJECT dis=NONE) header.from=$1",
        "none": "dmarc=none header.from=$1",
        "fail": "dmarc=fail (p=REJECT sp=REJECT dis=NONE) header.from=$1",
    }
)

MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
command_directory = {commands}
daemon_directory = /usr/lib/postfix/sbin
maillog_file = {folder}/postfix.log
maillog_file_prefixes = {folder}
mail_owner = postfix
setgid_group = postdrop
myhostname = mx.acme.example
mydestination =
alias_maps =
local_recipient_maps =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks_style = host
virtual_mailbox_domains = {domains}
virtual_mailbox_maps = static:everybody
virtual_transport = lmtp:inet:127.0.0.1:{drop_port}
lmtp_destination_recipient_limit = 1
relayhost =
default_transport = error:no mail leaves this machine
message_size_limit = 67108864
mailbox_size_limit = 0
in_flow_delay = 0
smtpd_error_sleep_time = 0
smtpd_hard_error_limit = 1000
smtpd_client_connection_count_limit = 0
smtpd_peername_lookup = no
smtpd_recipient_restrictions = check_recipient_access regexp:{folder}/conf/recipients, permit_sasl_authenticated, reject_unauth_destination
smtpd_relay_restrictions = permit_sasl_authenticated, reject_unauth_destination
smtpd_tls_security_level = may
smtpd_tls_auth_only = no
smtpd_tls_chain_files = {key}, {certificate}
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:127.0.0.1:{sasl_port}
smtpd_sasl_security_options = noanonymous
mime_header_checks =
nested_header_checks =
"""  # noqa: E501 - Postfix's line

SERVICES = """
pickup unix n - n 60 1 pickup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
cleanup unix n - n - 0 cleanup
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
lmtp unix - - n - - lmtp
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
showq unix n - n - - showq
postlog unix-dgram n - n - 1 postlogd
"""

BORDER = """
127.0.0.1:{port} inet n - n - - smtpd
  -o cleanup_service_name=cleanup-{verdict}
cleanup-{verdict} unix n - n - 0 cleanup
  -o header_checks=regexp:{folder}/conf/checks-{verdict}
"""

SUBMISSION = """
127.0.0.1:{port} inet n - n - - smtpd
  -o cleanup_service_name=cleanup-pass
  -o smtpd_tls_security_level={level}
  -o smtpd_tls_wrappermode={wrapper}
  -o smtpd_tls_auth_only=yes
  -o smtpd_client_restrictions=permit_sasl_authenticated,reject
"""

RECIPIENTS = """
/^refused/  550 5.1.1 nobody of that name
/^later/    450 4.2.0 come again
"""


class Postfix:
    """One instance. `ports` are those of the verdicts; `submission_port` wants STARTTLS and a password, `smtps_port`
    TLS from the first byte and a password. Recipients `refused…@` get 550 and `later…@` 450.

    `settings` are lines of main.cf that win. Without `is_strict` the results of others in our name are left in place.
    """

    def __init__(
        self,
        program: str,
        certificate: Certificate,
        drop_port: int,
        sasl_port: int,
        *,
        settings: str = "",
        is_strict: bool = True,
    ) -> None:
        self._program = program
        self._settings = settings
        self._is_strict = is_strict
        self._process: subprocess.Popen[bytes] | None = None
        self.host = "127.0.0.1"
        self.submission_port, self.smtps_port, *border = free_ports(2 + len(VERDICTS))
        self.ports = dict(zip(VERDICTS, border, strict=True))
        self.folder = Path(tempfile.mkdtemp(prefix="maild-postfix-"))
        self.folder.chmod(0o755)
        self._lay_out(certificate, drop_port, sasl_port)

    def _lay_out(self, certificate: Certificate, drop_port: int, sasl_port: int) -> None:
        for name in ("conf", "queue", "data"):
            (self.folder / name).mkdir()
        owner = pwd.getpwnam("postfix")
        os.chown(self.folder / "data", owner.pw_uid, owner.pw_gid)
        values = {
            "folder": self.folder,
            "commands": Path(self._program).parent,
            "domains": " ".join(DOMAINS),
            "drop_port": drop_port,
            "sasl_port": sasl_port,
            "key": certificate.key,
            "certificate": certificate.certificate,
        }
        self._write("main.cf", MAIN.format_map(values) + self._settings)
        services = [BORDER.format(port=port, verdict=word, folder=self.folder) for word, port in self.ports.items()]
        services.append(SUBMISSION.format(port=self.submission_port, level="encrypt", wrapper="no"))
        services.append(SUBMISSION.format(port=self.smtps_port, level="encrypt", wrapper="yes"))
        self._write("master.cf", SERVICES + "".join(services))
        self._write("recipients", RECIPIENTS)
        for verdict, result in VERDICTS.items():
            self._write(f"checks-{verdict}", _checks(result, self._is_strict))

    def _write(self, name: str, text: str) -> None:
        (self.folder / "conf" / name).write_text(text.lstrip("\n"), encoding="ascii")

    def start(self) -> None:
        self._process = subprocess.Popen(
            [self._program, "-c", str(self.folder / "conf"), "start-fg"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            wait_for_port(self.ports["pass"], self._process)
        except ConnectionRefusedError as error:
            raise RuntimeError(self.log()[-2000:]) from error

    def flush(self) -> None:
        """Try again what could not be delivered, as when the receiving server hung up in the middle of a mail."""
        command = [str(Path(self._program).parent / "postqueue"), "-c", str(self.folder / "conf"), "-f"]
        subprocess.run(command, check=True, capture_output=True, timeout=PATIENCE)

    @property
    def is_running(self) -> bool:
        return self._process is not None

    def stop(self) -> None:
        if self._process:
            command = [self._program, "-c", str(self.folder / "conf"), "stop"]
            subprocess.run(command, check=False, capture_output=True, timeout=PATIENCE)
            self._process.wait(timeout=PATIENCE)
            self._process = None

    def restart(self) -> None:
        self.stop()
        self.start()

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.folder)

    def submit(self, raw: bytes, sender: str, recipients: Sequence[str], verdict: str = "pass") -> None:
        """Hand in a mail at the port of a verdict; raises what smtplib raises when a recipient is refused."""
        with smtplib.SMTP(self.host, self.ports[verdict], timeout=PATIENCE) as client:
            refused = client.sendmail(sender, list(recipients), raw)
        if refused:
            raise smtplib.SMTPRecipientsRefused(refused)

    def log(self) -> str:
        return (self.folder / "postfix.log").read_text(encoding="utf-8", errors="replace")


def _checks(result: str, is_strict: bool) -> str:
    own = AUTHSERV_ID.replace(".", r"\.")
    removal = rf"/^Authentication-Results:[[:space:]]*{own}([[:space:];]|$)/ IGNORE" + "\n"
    stamp = rf"/^From:.*@([A-Za-z0-9.-]+)/ PREPEND Authentication-Results: {AUTHSERV_ID}; {result}" + "\n"
    return (removal if is_strict else "") + stamp
