"""One folder a channel kind. Each speaks the seam's language and knows no other."""
