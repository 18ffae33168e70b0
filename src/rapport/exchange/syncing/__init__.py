"""Contacts and companies kept in step with other systems, field by field and in both directions."""
