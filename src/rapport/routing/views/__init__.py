"""Pages: business hours, what is promised, and how promises were kept."""
