"""Several people want the same kind of thing at the same moment."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from rapport.kit.together import Together


class Clerk:
    """Works for whoever waits, and begins the first piece only when he is told to."""

    def __init__(self) -> None:
        self.groups: list[list[str]] = []
        self.has_begun, self.may_go_on = threading.Event(), threading.Event()

    def work(self, letters: list[str]) -> list[str]:
        self.groups.append(letters)
        self.has_begun.set()
        assert self.may_go_on.wait(5)
        if "torn" in letters:
            raise ValueError("This letter is torn.")
        return [letter.upper() for letter in letters]


@pytest.fixture
def clerk():
    return Clerk()


def everybody(together, clerk, first, others):
    """The first is at the clerk's already when the others come."""
    with ThreadPoolExecutor(1 + len(others)) as people:
        begun = people.submit(together.do, first)
        assert clerk.has_begun.wait(5)
        waiting = [people.submit(together.do, each) for each in others]
        while len(together._waiting) < len(others):
            time.sleep(0.001)
        clerk.may_go_on.set()
        return [begun, *waiting]


def test_those_who_came_while_kim_was_served_are_served_together_and_each_gets_their_own(clerk):
    done = everybody(Together(clerk.work), clerk, "kim", ["ada", "omar", "noor"])
    assert [each.result(5) for each in done] == ["KIM", "ADA", "OMAR", "NOOR"]
    assert clerk.groups[0] == ["kim"]
    assert sorted(clerk.groups[1]) == ["ada", "noor", "omar"]


def test_no_more_are_served_at_once_than_agreed_and_nobody_is_forgotten(clerk):
    done = everybody(Together(clerk.work, most=2), clerk, "kim", ["ada", "omar", "noor"])
    assert [each.result(5) for each in done] == ["KIM", "ADA", "OMAR", "NOOR"]
    assert [len(group) for group in clerk.groups] == [1, 2, 1]


def test_what_fails_for_those_who_were_served_together_leaves_the_next_alone(clerk):
    together = Together(clerk.work)
    kim, *others = everybody(together, clerk, "kim", ["torn", "omar"])
    assert kim.result(5) == "KIM"
    for each in others:
        with pytest.raises(ValueError, match="torn"):
            each.result(5)
    assert together.do("noor") == "NOOR"
