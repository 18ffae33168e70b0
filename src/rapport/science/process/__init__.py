"""How work flows: where it waits, comes back and changes hands, and what would happen with another desk."""

from rapport.science.process.desk import Step
from rapport.science.process.eventlog import Bottlenecks, CannotRead, bottlenecks
from rapport.science.process.simulation import CannotSimulate, Simulation, SimulationResult, StepResult

__all__ = [
    "Bottlenecks",
    "CannotRead",
    "CannotSimulate",
    "Simulation",
    "SimulationResult",
    "Step",
    "StepResult",
    "bottlenecks",
]
