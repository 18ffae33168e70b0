"""What people send by pages of ours: the questions of a form, what keeps machines out, and the way into the desk.

For kinds whose provider is ourselves. What is sent becomes a delivery before anybody reads it, like whatever comes in.
"""
