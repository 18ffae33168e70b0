"""The rival: plain sqlite3 writing and reading rows of the same shape, with the same durability."""

import hashlib
import sqlite3
import time
from pathlib import Path

SCHEMA = """
PRAGMA journal_mode=WAL;
PRAGMA synchronous=FULL;
CREATE TABLE delivery (id INTEGER PRIMARY KEY, body BLOB, sha256 TEXT, at TEXT, state TEXT);
CREATE TABLE conversation (id INTEGER PRIMARY KEY, subject TEXT, status TEXT, last_at TEXT, preview TEXT);
CREATE INDEX conversation_list ON conversation (status, last_at DESC, id DESC);
CREATE TABLE message (id INTEGER PRIMARY KEY, conversation INTEGER, external_id TEXT UNIQUE, text TEXT, html TEXT);
CREATE INDEX message_order ON message (conversation, id);
CREATE TABLE event (id INTEGER PRIMARY KEY, name TEXT, payload TEXT, at TEXT);
CREATE VIRTUAL TABLE words USING fts5(body, content='');
"""


def open_database(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.executescript(SCHEMA)
    return connection


def mails_per_second(path: Path, mails: list[bytes]) -> float:
    """One durable transaction a mail: delivery, conversation, message, event and search row."""
    connection = open_database(path)
    start = time.perf_counter()
    for number, mail in enumerate(mails):
        write_one(connection, number, mail)
    taken = time.perf_counter() - start
    connection.close()
    return len(mails) / taken


def write_one(connection: sqlite3.Connection, number: int, mail: bytes) -> None:
    text = mail.decode("utf-8", "replace")
    connection.execute("BEGIN IMMEDIATE")
    connection.execute(
        "INSERT INTO delivery (body, sha256, at, state) VALUES (?, ?, datetime('now'), 'done')",
        (mail, hashlib.sha256(mail).hexdigest()),
    )
    conversation = connection.execute(
        "INSERT INTO conversation (subject, status, last_at, preview) VALUES (?, 'open', datetime('now'), ?)",
        (text[:60], text[-200:]),
    ).lastrowid
    message = connection.execute(
        "INSERT INTO message (conversation, external_id, text, html) VALUES (?, ?, ?, '')",
        (conversation, f"{number}@raw", text),
    ).lastrowid
    connection.execute("INSERT INTO event (name, payload, at) VALUES ('MessageArrived', '{}', datetime('now'))")
    connection.execute("INSERT INTO words (rowid, body) VALUES (?, ?)", (message, text))
    connection.execute("COMMIT")
