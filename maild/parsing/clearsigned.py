"""Words signed within the text (RFC 9580, 7): the words without their armour."""

from collections.abc import Sequence
from typing import Final

BEGIN: Final = "-----BEGIN PGP SIGNED MESSAGE-----"
_SIGNATURE: Final = "-----BEGIN PGP SIGNATURE-----"
_END: Final = "-----END PGP SIGNATURE-----"


def undress(lines: Sequence[str]) -> list[str]:
    """Leave out the armour of every signed piece, with its hash headers and the marks before its dashes.

    Verifies nothing. What was cut before its signature ends at the end of the text.
    """
    bare: list[str] = []
    is_signed = is_headed = is_signature = False
    for line in lines:
        mark = line.rstrip()
        if mark == BEGIN:
            is_signed = is_headed = True
        elif is_headed:
            is_headed = bool(mark)
        elif is_signed and mark == _SIGNATURE:
            is_signed, is_signature = False, True
        elif is_signature:
            is_signature = mark != _END
        else:
            bare.append(line.removeprefix("- ") if is_signed else line)
    return bare
