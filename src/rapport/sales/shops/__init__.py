"""Shops that push what happens in them: signed, stored as they came, then read and recorded.

`seam` says what a kind of shop has to bring, `kinds` has one module a kind, `receiving` keeps and records what comes.
"""
