"""maild: a support desk that lives in the mail."""

__version__ = "0.1.0"
