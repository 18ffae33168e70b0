"""What happens by the clock: imports that a lost job left behind go on, old files and removed notes are forgotten, new
names join the index."""

from rapport.backbone.jobs import every
from rapport.customers.finding import keeping
from rapport.customers.importing import running, starting
from rapport.customers.lifecycle import running as life_cycle
from rapport.customers.profiles import filing, notes
from rapport.customers.tasks import reminding


@every(minutes=2)
def wake_imports() -> None:
    running.wake()


@every(hours=6, urgency="background")
def forget_old_imports() -> None:
    starting.forget_old()


@every(minutes=20, urgency="background")
def move_by_the_life_cycle() -> None:
    """Once a night; more often only to notice that it is night, and what a lost job left behind."""
    life_cycle.wake()
    life_cycle.begin_nightly()


@every(minutes=1)
def remind_of_tasks() -> None:
    reminding.remind()


@every(hours=6, urgency="background")
def forget_removed_notes_and_files() -> None:
    notes.forget_removed()
    filing.forget_removed()


@every(minutes=1, urgency="background")
def take_up_new_names() -> None:
    """Put new names and addresses into the index by which customers are found; until then they are compared."""
    keeping.take_up()
