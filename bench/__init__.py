"""What `make bench` measures, each figure beside raw SQLite doing the same.

Run as `python -m bench [--quick] [--only mail pages live memory]`; the report becomes `docs/reference/performance.md`.
"""
