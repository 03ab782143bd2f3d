"""The rule files' language: text → Rules. People, teams and queues so far; what comes later is refused as such."""

from maild.rules.reading import default_queue, parse_rules, read_together
from maild.rules.values import Person, Queue, Rules, Team

__all__ = ["Person", "Queue", "Rules", "Team", "default_queue", "parse_rules", "read_together"]
