"""What the screens show, read from several rooms at once, always from what the agent may see."""
