"""The pages of the portal, and its settings."""
