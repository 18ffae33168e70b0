"""What comes from other systems and goes to them: moving in from another desk, exports, contacts kept in step.

Knows every room that has something to take along; no room knows it.
"""
