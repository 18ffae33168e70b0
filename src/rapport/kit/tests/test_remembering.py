"""One page asks once."""

from rapport.kit.remembering import remembered, remembering


def test_within_a_page_the_same_question_is_asked_once_and_outside_every_time():
    asked = []

    @remembered
    def name(number, *, loud=False):
        asked.append((number, loud))
        return f"{number}!" if loud else str(number)

    with remembering():
        assert [name(1), name(1), name(2), name(1, loud=True), name(1, loud=True)] == ["1", "1", "2", "1!", "1!"]
    assert asked == [(1, False), (2, False), (1, True)]
    name(1)
    name(1)
    with remembering():
        name(1)
    assert len(asked) == 6
