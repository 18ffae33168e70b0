"""The customers' own pages: signing in by a link in a mail, their conversations, answering, beginning, closing.

It owns who is signed in there, with sessions apart from agents', and nothing of what is said: that comes in as
deliveries like everything else. It shows what customers may see, and never a note.
"""
