"""Who takes a conversation, and by when it is answered: business hours, promises (SLA), assignment and capacity."""
