"""How messages travel: the seam every channel kind implements, deliveries in, dispatches out.

The seam never imports a kind; code outside a kind's folder asks what a channel can do, never which one it is.
"""
