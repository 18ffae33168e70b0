"""What is sold and to whom: products, orders, refunds and subscriptions, deals in pipelines, quotes.

Must not know conversations: what links a conversation with an order lives there.
"""
