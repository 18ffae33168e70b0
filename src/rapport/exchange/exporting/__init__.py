"""Everything that is here as files: by command, by page, by API."""
