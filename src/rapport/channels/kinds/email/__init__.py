"""Mail: SMTP and LMTP in, IMAP in, SMTP and every django-anymail provider out."""
