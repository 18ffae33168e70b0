"""The desks that people come from, one module each; nobody but the settings names them."""
