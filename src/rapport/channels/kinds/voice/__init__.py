"""Phone calls, by Twilio or whoever speaks its TwiML: greeting, menu, queue, voicemail, and ringing people up.

It owns what a caller hears and what may be pressed; the provider asks at every turn what comes next, and each answer is
made from the settings and from what the question itself brings. Nothing about a call is kept here.
"""
