"""Coverage-guided fuzzing of everything that reads a mail.

    pip install maild[fuzz]
    python -m tests.fuzz.reading TARGET [FOLDER…] [-runs=1000000 -timeout=5 …]

Targets: addresses, headers, mime, dsn, replies, html, authenticity. Folders hold mails to start from; other
arguments are libFuzzer's. An input that raises, is unreadable or takes too long is a finding: put it, as small as it
gets, into tests/fuzz/findings/TARGET/, where tests/unit/test_fuzz_findings.py reads it for ever.
"""

import sys
from collections.abc import Callable

import atheris

with atheris.instrument_imports(include=["maild.parsing", "mailparser"]):
    from tests.fuzz.targets import TARGETS


def main() -> None:
    name, *rest = sys.argv[1:] or ["?"]
    if name not in TARGETS:
        sys.exit(f"which target? One of: {', '.join(TARGETS)}")
    target: Callable[[bytes], None] = TARGETS[name]
    atheris.Setup([sys.argv[0], *rest], target)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
