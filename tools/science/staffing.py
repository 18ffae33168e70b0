"""Published Erlang C figures, and a simulated desk against the formulas."""

from pathlib import Path

from rapport.science.process import Simulation, Step
from rapport.science.staffing import erlang_c
from tools.science.figure import Figure

# load in erlang, agents, handling time and target in seconds; P(wait), service level, speed of answer in seconds
PUBLISHED = ((10, 14, 180, 20, 0.1741, 0.8884, 7.84), (48, 55, 240, 15, 0.2387, 0.8459, 8.18))


def figures(datasets: Path) -> list[Figure]:
    """How far we are from each published figure; half of its last digit is as near as it can be."""
    found = []
    for load, agents, handling, target, wait, level, speed in PUBLISHED:
        desk = erlang_c(load / handling, handling, agents, target)
        name = f"Erlang C, {load} erlang, {agents} agents"
        found += [
            Figure(f"{name}: distance from P(wait) {wait}", abs(desk.wait_probability - wait), 5e-5, "", False),
            Figure(f"{name}: distance from service level {level}", abs(desk.service_level - level), 5e-5, "", False),
            Figure(f"{name}: distance from ASA {speed}", abs(desk.average_speed_of_answer - speed), 5e-3, "s", False),
        ]
    return [*found, _simulated()]


def _simulated() -> Figure:
    """The distance of a simulated P(wait) from its formula, in half widths of its 95 % interval."""
    desk = Simulation(10 / 180, [Step(14, 180.0)], replications=40).run().steps[0].wait_probability
    distance = abs(desk.value - erlang_c(10 / 180, 180, 14).wait_probability)
    return Figure("simulated P(wait): distance from the formula", distance / (desk.upper - desk.value), 1.0, "", False)
