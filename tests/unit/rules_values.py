"""A configuration without files: what rule files are read against."""

from collections.abc import Mapping
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
NOTHING: Mapping[str, str] = {}
ALICE = "people:\n  alice: {name: Alice Reyes, mail: alice@acme.example, role: admin}\n"


def a_config(main: str = MAIN, data: Mapping[str, str] = NOTHING, templates: Mapping[str, str] = NOTHING) -> Config:
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
        templates=templates,
        template_folder=Path("/etc/maild/templates"),
        rule_data={name: SourceFile(name, text) for name, text in data.items()},
    )


def rules_of(
    *texts: str, main: str = MAIN, data: Mapping[str, str] = NOTHING, templates: Mapping[str, str] = NOTHING
) -> Rules:
    files = [SourceFile(f"{number}.yaml", text) for number, text in enumerate(texts, 1)]
    return parse_rules(files, a_config(main, data, templates))


def problems_of(
    *texts: str, main: str = MAIN, data: Mapping[str, str] = NOTHING, templates: Mapping[str, str] = NOTHING
) -> list[str]:
    try:
        rules_of(*texts, main=main, data=data, templates=templates)
    except ConfigurationError as error:
        return [str(problem) for problem in error.problems]
    return []


def warnings_of(*texts: str) -> list[str]:
    return [str(warning) for warning in rules_of(ALICE, *texts).warnings]
