"""The relay's door: offer a mail, then hand it over. The only importer of aiosmtplib."""

from maild.smtp.relay import Relay

__all__ = ["Relay"]
