"""What `make bench` measures, each figure beside a rival doing the same.

Run as `python -m bench [--quick] [--only mail live memory science]`; the report becomes
`docs/reference/performance.md`.
"""
