"""The mailbox's door: what the server has, its bytes, its marks, its news. The only importer of imapclient."""

from maild.imap.fetching import Envelope
from maild.imap.mailbox import Mailbox
from maild.imap.probing import Means, ProbedFolder, ProbedMailbox, Shown, probe_mailbox
from maild.imap.wake import Wake

__all__ = ["Envelope", "Mailbox", "Means", "ProbedFolder", "ProbedMailbox", "Shown", "Wake", "probe_mailbox"]
