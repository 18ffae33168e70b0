"""Corpora that others wrote, run through the product: `make corpora CORPORA=DIR`."""
