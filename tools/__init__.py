"""What developers and CI run around the product; nothing here is shipped."""
