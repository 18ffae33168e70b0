"""Visitors of the company's own site: who they are, what they are shown, and the stream that tells them.

For kinds whose other side is a page of ours rather than a provider. A visitor holds a token (`tokens`); what they write
is a delivery like any other, what we write is told by `posting` and reaches them on `stream`.
"""
