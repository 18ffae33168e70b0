"""WeCom Customer Service (企业微信 微信客服): what people write to a customer service account in WeChat.

A push only says that something waits; the messages themselves are asked for from a cursor on, which moves only when
they are stored. So nothing is lost while this server is away: WeCom keeps them for three days.
"""
