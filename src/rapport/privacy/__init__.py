"""What is known about people and who did what: the audit trail."""
