"""Deals: what may be sold to whom, in which stage of which pipeline it stands, and what it will come to."""
