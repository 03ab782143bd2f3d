"""`python -m maild` is `maild`."""

from maild.cli import main

main()
