"""Settings of channels, and a look at what came in, what goes out and which jobs gave up."""
