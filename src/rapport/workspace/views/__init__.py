"""The screens that combine rooms."""
