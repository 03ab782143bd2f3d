"""Files → frozen Config, with every problem at once. The only reader of the administrator's files and secrets."""

from maild.config.kinds import postgres_url
from maild.config.packing import has_configuration, pack_configuration, unpack_configuration
from maild.config.reading import Config, Draft, draft_of, find_unreloaded, read_config, read_draft
from maild.config.settings import (
    AccountConfig,
    AcknowledgementCaps,
    AlarmConfig,
    AuthConfig,
    DeskConfig,
    LimitsConfig,
    MailboxConfig,
    ReadingConfig,
    RelayConfig,
    ShowAs,
    StateConfig,
    TakeoverConfig,
    TrustConfig,
    WebConfig,
)
from maild.config.shipped import shipped_files
from maild.config.texts import SourceFile, Stamp, Texts, texts_of
from maild.config.unlocking import Secret, read_client_secret, read_secret, secret_stamp

__all__ = [
    "AccountConfig",
    "AcknowledgementCaps",
    "AlarmConfig",
    "AuthConfig",
    "Config",
    "DeskConfig",
    "Draft",
    "LimitsConfig",
    "MailboxConfig",
    "ReadingConfig",
    "RelayConfig",
    "Secret",
    "ShowAs",
    "SourceFile",
    "Stamp",
    "StateConfig",
    "TakeoverConfig",
    "Texts",
    "TrustConfig",
    "WebConfig",
    "draft_of",
    "find_unreloaded",
    "has_configuration",
    "pack_configuration",
    "postgres_url",
    "read_client_secret",
    "read_config",
    "read_draft",
    "read_secret",
    "secret_stamp",
    "shipped_files",
    "texts_of",
    "unpack_configuration",
]
