"""From YAML text to events: closely, by ruamel's scanner, and quickly, by libyaml's. The only importer of PyYAML.

ruamel's, of YAML 1.2 and written in Python, says what a file means. libyaml's takes a tenth of the time and is of YAML
1.1: what it says counts only where both were seen to say the same of every file: not where it refuses anything, a value
is left out (it has another place for it), the whole is no mapping, or `_DOUBTS` fits.

BUGS
    That they agree elsewhere is an observation, on short texts by the million and on half a million mutilated files.
"""

import re
from collections.abc import Iterator
from typing import TypeAlias

import yaml
from ruamel.yaml import YAML, events

Event: TypeAlias = events.Event | yaml.Event
ScalarEvent: TypeAlias = events.ScalarEvent | yaml.ScalarEvent
DocumentStart = (events.DocumentStartEvent, yaml.DocumentStartEvent)
Scalar = (events.ScalarEvent, yaml.ScalarEvent)
Alias = (events.AliasEvent, yaml.AliasEvent)
CollectionStart = (events.CollectionStartEvent, yaml.CollectionStartEvent)
SequenceStart = (events.SequenceStartEvent, yaml.SequenceStartEvent)
SequenceEnd = (events.SequenceEndEvent, yaml.SequenceEndEvent)
MappingStart = (events.MappingStartEvent, yaml.MappingStartEvent)


# A PyYAML that was built where libyaml was not has none: then all is read closely.
_QUICK = getattr(yaml, "CSafeLoader", None)
# Tabs, byte order marks and old Mac line ends; a value close behind the colon of a quoted key; of a block scalar a
# comment close behind its sign, and a first line of blanks; and what no rule file needs: directives, lines that part
# documents, keys behind question marks.
_DOUBTS = re.compile(
    r"""[\t\ufeff]|\r(?!\n)|["'\]}]\s*:(?![ \r\n])|[|>][-+0-9]*(?:\#|[ ]*(?:\#.*)?\r?\n(?:\r?\n)*[ ]+\r?\n)"""
    r"""|^(?:%|---|\.\.\.)|(?:^|[\[{,\s])\?(?=\s)""",
    re.MULTILINE,
)


class UnsureError(Exception):
    """A text that the quick scanner may read otherwise than the close one."""


def scan(text: str) -> Iterator[Event]:
    """Give the events of a text. Raises ruamel's YAMLError."""
    yield from YAML(typ="safe", pure=True).parse(text)


def scan_quickly(text: str) -> Iterator[Event]:
    """Give the events that `scan` would give. Raises UnsureError, after any number of events."""
    if _QUICK is None or _DOUBTS.search(text):
        raise UnsureError
    try:
        for event in yaml.parse(text, Loader=_QUICK):
            if isinstance(event, yaml.ScalarEvent) and event.implicit[0] and not event.value:
                raise UnsureError
            yield event
    except yaml.YAMLError as error:
        raise UnsureError from error
