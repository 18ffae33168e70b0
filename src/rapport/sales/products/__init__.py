"""What is sold, by article number."""
