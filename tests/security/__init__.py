"""Who gets what of every address there is."""
