"""A configuration without files: what rule files are read against."""

from pathlib import Path

from maild.config import (
    AlarmConfig,
    Config,
    DeskConfig,
    LimitsConfig,
    MailboxConfig,
    RelayConfig,
    SourceFile,
    StateConfig,
    TrustConfig,
)
from maild.documents import parse_document
from maild.errors import ConfigurationError
from maild.rules import Rules, parse_rules

MAIN = """\
desk: {name: Acme Support, address: support@acme.example}
mailboxes:
  support: {host: h, user: support@acme.example}
relays:
  main: {host: h}
"""
TWO_RELAYS = MAIN.replace("relays:\n", "relays:\n  spare: {host: h, only: [billing]}\n")
ALICE = "people:\n  alice: {name: Alice Reyes, mail: alice@acme.example, role: admin}\n"


def a_config(main: str = MAIN) -> Config:
    return Config(
        directory=Path("/etc/maild"),
        document=parse_document("maild.yaml", main),
        desk=DeskConfig(name="Acme Support", address="support@acme.example"),
        state=StateConfig(),
        mailboxes={"support": MailboxConfig(host="h", user="support@acme.example")},
        relays={"main": RelayConfig(host="h")},
        trust=TrustConfig(),
        alarm=AlarmConfig(),
        limits=LimitsConfig(),
        rule_files=(),
        templates={},
        template_folder=Path("/etc/maild/templates"),
    )


def rules_of(*texts: str, main: str = MAIN) -> Rules:
    files = [SourceFile(f"{number}.yaml", text) for number, text in enumerate(texts, 1)]
    return parse_rules(files, a_config(main))


def problems_of(*texts: str, main: str = MAIN) -> list[str]:
    try:
        rules_of(*texts, main=main)
    except ConfigurationError as error:
        return [str(problem) for problem in error.problems]
    return []
