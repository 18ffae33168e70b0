"""Text messages: by Twilio, with pictures and delivery reports, or by any provider that is reached by HTTP.

It owns what an SMS is: numbers, parts and what they hold, STOP and START, and what a refusal means. Both providers are
one kind, since people at the other end see no difference; the form asks which one it is.
"""
