"""What commands come to: each adds to one plan or refuses, and the plan is done whole or not at all."""

from maild.desk.orders.obeying import obey
from maild.desk.orders.plan import Plan

__all__ = ["Plan", "obey"]
