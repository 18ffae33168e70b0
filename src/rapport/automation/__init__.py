"""What happens by itself or by one key: canned replies and macros, rules, and webhooks that tell other systems."""
