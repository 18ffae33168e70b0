"""WeChat Official Accounts (微信公众号): what followers write, answered by the customer service API.

Messages are pushed in XML, plain or encrypted; the answer to a push is only "success", and what people are told goes
out by the API, within 48 hours after they last wrote.
"""
