"""Setting up macros, rules and webhooks, and letting them act."""
