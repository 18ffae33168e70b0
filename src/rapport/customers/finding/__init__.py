"""Customers by what is written anywhere in their names, addresses and companies, among a million of them.

An index knows which two letters stand beside each other in which name and in which address. A word is looked for by its
pairs; what has them all is read and compared, so that exactly those are found whom comparing every row would find:
parts of a word, of an address, a Chinese name of two characters, and a single one.
"""

from rapport.customers.finding.searching import holding

__all__ = ["holding"]
