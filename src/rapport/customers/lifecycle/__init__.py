"""The life cycle of customers: the stages they stand in, the rules that move them, and how far they came.

`signals` is the seam: any room above says what it knows of many customers at once, and rules speak of it.
"""
