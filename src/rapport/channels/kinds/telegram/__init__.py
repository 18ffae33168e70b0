"""Telegram: a bot of the company's own, by the Bot API.

Messages are pushed by a webhook, or fetched where this installation has no public address. Only private chats count;
what happens in groups that somebody put the bot into is passed over.
"""
