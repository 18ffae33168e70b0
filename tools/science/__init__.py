"""The figures of the literature beside ours: what `make science` prints."""
