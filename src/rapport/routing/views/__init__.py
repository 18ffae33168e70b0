"""Pages: business hours, service policies, and how promises were kept."""
