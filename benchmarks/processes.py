"""What a process and its children have used, as Linux tells it in /proc."""

import os
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Use:
    """CPU seconds, user and system; resident memory now and at its peak, in MB."""

    cpu: float
    resident: float
    peak: float


def use_of(pid: int) -> Use:
    # The name of a process may hold spaces and parentheses; numbers begin after the last of these.
    stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    sizes = {line.split(":")[0]: line.split()[1] for line in status.splitlines() if line.startswith("Vm")}
    cpu = (int(stat[11]) + int(stat[12])) / TICKS
    return Use(cpu, int(sizes["VmRSS"]) / 1024, int(sizes["VmHWM"]) / 1024)


def children_of(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        found += [int(child) for child in (task / "children").read_text(encoding="ascii").split()]
    return sorted(found)
