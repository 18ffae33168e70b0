"""Orders and refunds: wherever they come from they are recorded by one door, and the newest word about each counts."""
