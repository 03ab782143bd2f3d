"""Six weeks of a desk, over the night in which clocks are put forward: maild and the contract never differ."""

from datetime import date
from pathlib import Path

from tests.integration.hearing import hearing
from tests.year.playing import Year

# `make year` plays a whole year, and as many tickets as are wanted; here two a day, so that days need not be spared.
SEED, BEGIN, WEEKS, PER_DAY = 2026, date(2026, 3, 2), 6, 2


def test_every_clock_and_step_is_as_the_contract_says(tmp_path: Path):
    """Each once, none early, none lost; the daemon stands still, dies, and takes other rule files meanwhile.

    A failing seed plays again: `python -m tests.year --seed N --weeks 6 --begin 2026-03-02 --per-day 2`.
    """
    with hearing() as heard:
        year = Year(tmp_path / "state", SEED, BEGIN, WEEKS, PER_DAY)
        try:
            figures = year.play()
        finally:
            year.desk.close()
    assert not heard.find("decision_failed")
    assert figures.tickets > 40
    assert figures.lives == figures.stood_still + 1 > WEEKS
    assert {"woken", "reminded", "closed", "urgent, after 2h", "breached update"} <= set(figures.kinds)
