"""The worked service plan, the time that best pairs take, and desks whose plans are proven near the best possible."""

import time
from pathlib import Path

import numpy as np

from rapport.science.assignment import Agent, Request, RequestPlan, assign, plan_requests, service_plan
from tools.science.figure import Figure

SKILLS, LANGUAGES = ("mail", "chat", "refund", "tech"), ("en", "zh", "de")


def figures(datasets: Path) -> list[Figure]:
    """Distances from exact answers, seconds, and proven gaps; the greedy rival of each plan is its target."""
    return [*_worked(), *_pairs(), *_day(), *_desk(100, 1_000, 10.0), *_desk(1_000, 10_000, 60.0)]


def _worked() -> list[Figure]:
    plan = service_plan((1, 1, 1), [[2, 1, 2], [1, 2, 1], [1, 1, 2]], (8, 6, 8), 10)
    away = float(np.abs(plan.x - [0, 4 / 3, 10 / 3]).max())
    return [
        Figure("service plan: distance from x = (0, 4/3, 10/3)", away, 1e-9, "", False),
        Figure("service plan: distance from Z = 14/3", abs(plan.value - 14 / 3), 1e-9, "", False),
    ]


def _pairs() -> list[Figure]:
    value = np.random.default_rng(0).random((1_000, 10_000))
    best, gap = np.inf, 1.0
    for _ in range(3):
        began = time.perf_counter()
        gap = assign(value).gap
        best = min(best, time.perf_counter() - began)
    return [
        Figure("best pairs, 1,000 x 10,000: time with proof", best, 5.0, "s", False),
        Figure("best pairs, 1,000 x 10,000: proven gap", gap, 1e-9, "", False),
    ]


def _day() -> list[Figure]:
    """Ten agents with eight hours and requests of 1, 1.5 and 2 hours."""
    random = np.random.default_rng(0)
    hours, values = random.choice([1, 1.5, 2], 80), random.integers(1, 10, 80)
    work = [Request(f"r{n}", float(h), float(v)) for n, (h, v) in enumerate(zip(hours, values, strict=True))]
    return _compared("10 agents x 8 h, 80 requests", plan_requests(work, [Agent(f"a{n}") for n in range(10)]), 1e-9)


def _desk(agents: int, requests: int, seconds: float) -> list[Figure]:
    """Skills, languages, late beginners, urgency and due times."""
    random = np.random.default_rng(agents)
    people = [
        Agent(
            f"a{n}",
            float(random.choice([4, 6, 8])),
            random.choice(SKILLS, random.integers(1, 4), replace=False).tolist(),
            random.choice(LANGUAGES, random.integers(1, 3), replace=False).tolist(),
            float(random.choice([0, 2])),
        )
        for n in range(agents)
    ]
    work = [
        Request(
            f"r{n}",
            float(random.choice([0.5, 1, 1.5, 2])),
            float(random.gamma(2, 20)),
            float(random.choice([1, 2, 3])),
            [str(random.choice(SKILLS))],
            str(random.choice(LANGUAGES)),
            float(random.uniform(1, 10)) if random.random() < 0.5 else None,
        )
        for n in range(requests)
    ]
    plan = plan_requests(work, people, seconds=seconds)
    return _compared(f"{agents:,} agents, {requests:,} requests", plan, 0.01)


def _compared(name: str, plan: RequestPlan, gap: float) -> list[Figure]:
    return [
        Figure(f"{name}: worth placed (target: most worth per hour first)", plan.total, plan.greedy_total, "", True),
        Figure(f"{name}: proven gap, in {plan.seconds:.0f} s", plan.gap, gap, "", False),
    ]
