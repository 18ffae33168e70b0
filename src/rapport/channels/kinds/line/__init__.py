"""LINE: an Official Account of the company's, by the Messaging API.

Messages are pushed and signed. Answers are pushed too: a reply token costs nothing but is good for a moment only, and
people are answered later than that. Files go as links, for LINE takes no uploads.
"""
