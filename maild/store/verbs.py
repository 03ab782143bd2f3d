"""All that may be asked of the store (Reader) and done to it (Transaction), gathered from the rooms of this package."""

from maild.store.alarms import AlarmReading, AlarmWriting
from maild.store.answering import Answering
from maild.store.arrivals import ArrivalReading, ArrivalWriting
from maild.store.carrying import CarryingOut
from maild.store.counting import Counting
from maild.store.editions import EditionReading, EditionWriting
from maild.store.erasing import EraseReading, EraseWriting
from maild.store.exporting import Exporting
from maild.store.figures import FigureReading
from maild.store.forgetting import ForgetWriting
from maild.store.keys import KeyReading, KeyWriting
from maild.store.links import LinkReading
from maild.store.looking import Looking
from maild.store.occasions import OccasionReading, OccasionWriting
from maild.store.outbox import OutboxReading, OutboxWriting
from maild.store.pauses import PauseReading, PauseWriting
from maild.store.rates import RateReading
from maild.store.recalling import Recalling
from maild.store.reportlinks import ReportLinkReading, ReportLinkWriting
from maild.store.resuming import ResumeReading, ResumeWriting
from maild.store.timers import TimerReading, TimerWriting
from maild.store.verifying import Verifying
from maild.store.wholes import WholeReading, WholeWriting


class Reader(
    AlarmReading,
    ArrivalReading,
    Answering,
    Counting,
    EditionReading,
    EraseReading,
    Exporting,
    FigureReading,
    OccasionReading,
    OutboxReading,
    TimerReading,
    KeyReading,
    LinkReading,
    PauseReading,
    RateReading,
    Recalling,
    ReportLinkReading,
    ResumeReading,
    Looking,
    Verifying,
    WholeReading,
):
    """One snapshot of the store."""


class Transaction(
    Reader,
    AlarmWriting,
    ArrivalWriting,
    CarryingOut,
    EditionWriting,
    EraseWriting,
    ForgetWriting,
    OccasionWriting,
    OutboxWriting,
    TimerWriting,
    KeyWriting,
    PauseWriting,
    ReportLinkWriting,
    ResumeWriting,
    WholeWriting,
):
    """A snapshot that may be changed; everything of one work is kept, or nothing."""
