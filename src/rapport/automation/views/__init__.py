"""Setting macros, rules and webhooks up, and using macros from the composer."""
