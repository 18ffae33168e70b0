"""The people who write to us: customers, their companies and the identities they are known by.

Must not know what they wrote (`conversations`) or how they felt (`surveys`).
"""
