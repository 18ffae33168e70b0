"""Fields that a company adds to a noun of its own accord, and their values.

A room gives its noun custom fields with two models on `FieldBase` and `ValueBase`. Each value is a row with one typed
column filled, so that "equals", "before" and "more than" are answered by an index.
"""
