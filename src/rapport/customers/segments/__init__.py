"""Segments: which customers are meant, by a filter over everything that any room knows of them.

`vocabulary` holds what can be asked, which each room adds to; `filters` reads and applies a filter of customers;
`models` keeps named ones, of which a dynamic one is whoever fits now and a static one whoever was put in; `counting`
says how many there are. Views, rules, promises and surveys ask `filters.members_of`.
"""
