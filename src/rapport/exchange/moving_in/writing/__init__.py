"""Writing down what was read: a page in one transaction, a dozen statements, and nobody is told of it.

Rules, promises, surveys, notices and automatic answers all begin with an event. What moves in is history: its rows are
written as they would stand had it happened here, and no event is announced.
"""
