"""What agents may say of a contact, and what is known of one in all.

The file of contacts is checked and goes before what agents write, and that before what mails say of themselves: agents
complete what the file leaves open.
"""

from maild.desk.house import House
from maild.documents import did_you_mean
from maild.model.ticket import CONTACT_VALUES
from maild.rules import read_contact_value

_ELSEWHERE = {
    "verify": "only the file of contacts says where a code is sent",
    "address": "an address stays whose it is; #requester says whose matter it is",
}


def completed(house: House, address: str, name: str, written: str) -> str:
    """Read a value that is to stand beside an address from now on, "" for none; raises ValueError, and says why."""
    if name in _ELSEWHERE:
        raise ValueError(_ELSEWHERE[name])
    if name not in CONTACT_VALUES:
        raise ValueError(f"a contact has {', '.join(CONTACT_VALUES)}{did_you_mean(name, CONTACT_VALUES)}")
    listed = house.rules.find_contact(address)
    stands = getattr(listed, name) if listed is not None else None
    if listed is not None and stands:
        place = f"{listed.place.file}:{listed.place.line}"
        raise ValueError(f"{place} says {stands}, and the file goes before what agents write: change it there")
    return read_contact_value(name, written) if written else ""
