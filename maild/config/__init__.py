"""Files → frozen Config, with every problem at once. The only reader of the administrator's files and secrets."""

from maild.config.reading import Config, Draft, SourceFile, read_config, read_draft
from maild.config.settings import (
    AccountConfig,
    AcknowledgementCaps,
    AlarmConfig,
    DeskConfig,
    LimitsConfig,
    MailboxConfig,
    ReadingConfig,
    RelayConfig,
    ShowAs,
    StateConfig,
    TakeoverConfig,
    TrustConfig,
)
from maild.config.shipped import shipped_files
from maild.config.unlocking import read_secret

__all__ = [
    "AccountConfig",
    "AcknowledgementCaps",
    "AlarmConfig",
    "Config",
    "DeskConfig",
    "Draft",
    "LimitsConfig",
    "MailboxConfig",
    "ReadingConfig",
    "RelayConfig",
    "ShowAs",
    "SourceFile",
    "StateConfig",
    "TakeoverConfig",
    "TrustConfig",
    "read_config",
    "read_draft",
    "read_secret",
    "shipped_files",
]
