"""The relay's door: offer a mail, then hand it over. The only importer of aiosmtplib."""

from maild.smtp.probing import ProbedRelay, probe_relay
from maild.smtp.relay import Relay

__all__ = ["ProbedRelay", "Relay", "probe_relay"]
