"""The heart: conversation, message, note, attachment, tag, assignment, and the inbox they land in.

Owns who may see a conversation (`visible_to`) and every change of its state.
Must not know how a message travels: that is the channels' business.
"""
