"""WhatsApp by Meta's Cloud API: messages and files both ways, approved templates, what arrived and what was read."""
