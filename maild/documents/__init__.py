"""YAML text → plain values that know their line, and checked against a model with every problem at once.

The only importer of ruamel. Pure: the text is handed in, and nothing is written or logged.
"""

from maild.documents.checking import Section, check_document, is_text
from maild.documents.document import Document, Path, Place, Value, dotted
from maild.documents.loading import parse_document, parse_override, read_document
from maild.documents.scalars import ScalarError, format_duration, format_size, parse_duration, parse_size
from maild.documents.words import did_you_mean, find_near, join_words

__all__ = [
    "Document",
    "Path",
    "Place",
    "ScalarError",
    "Section",
    "Value",
    "check_document",
    "did_you_mean",
    "dotted",
    "find_near",
    "format_duration",
    "format_size",
    "is_text",
    "join_words",
    "parse_document",
    "parse_duration",
    "parse_override",
    "parse_size",
    "read_document",
]
