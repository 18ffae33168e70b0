"""Who does which request: linear service plans, best pairs, and days that hold what is worth most, each with a proof.

Owns the programmes and their sentences; knows nothing of conversations or of a database.
"""

from rapport.science.assignment.linear import ServicePlan, service_plan
from rapport.science.assignment.matching import Assignment, assign
from rapport.science.assignment.people import Agent, Request
from rapport.science.assignment.plan import LeftOut, Placed, RequestPlan
from rapport.science.assignment.planning import plan_requests
from rapport.science.assignment.refusals import CannotPlan, Infeasible, Unbounded

__all__ = [
    "Agent",
    "Assignment",
    "CannotPlan",
    "Infeasible",
    "LeftOut",
    "Placed",
    "Request",
    "RequestPlan",
    "ServicePlan",
    "Unbounded",
    "assign",
    "plan_requests",
    "service_plan",
]
