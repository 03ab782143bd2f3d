"""Composing: a wanted mail, a ticket and a template become the finished octets of one mail to one recipient.

The only importer of jinja2. Knows no clock and no chance: the caller names the instant and the mail's token.
"""

from maild.composing.checking import check_templates, template_doubts
from maild.composing.composer import Composer
from maild.composing.mime import Encoder
from maild.composing.pages import page_file, print_page, trusted_markup
from maild.composing.sheets import SheetError

__all__ = [
    "Composer",
    "Encoder",
    "SheetError",
    "check_templates",
    "page_file",
    "print_page",
    "template_doubts",
    "trusted_markup",
]
