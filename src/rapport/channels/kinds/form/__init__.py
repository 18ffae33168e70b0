"""A contact form: a page of its own, or a frame on the company's site; answers go by mail from the same inbox."""
