"""The desk's pages: what a mail links to, and what an operator watches.

A leg of its own, with a loop in a thread of its own: whatever comes in here from outside holds up no mail. The only
importer of starlette, uvicorn and prometheus_client. No page decides: what is pressed is a mail's answer, and goes the
way of one.
"""

from maild.web.limiting import Limiter
from maild.web.room import Room
from maild.web.serving import Web

__all__ = ["Limiter", "Room", "Web"]
