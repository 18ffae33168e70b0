"""The spine: event log, durable jobs, live updates, search index and stored files.

Knows nothing about customers or conversations; other rooms hand it plain ids and words.
"""
