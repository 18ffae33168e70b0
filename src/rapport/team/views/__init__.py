"""Sign-in, the first run, and the settings of people and teams."""
