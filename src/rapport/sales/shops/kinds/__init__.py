"""Kinds of shops. They speak the language of `sales.types` and do not know each other."""
