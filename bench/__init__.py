"""What `make bench` measures, each figure beside a rival doing the same.

Run as `python -m bench [--quick] [--only mail live memory science]`; `docs/reference/performance.md`
shows what was measured last of each.
"""
