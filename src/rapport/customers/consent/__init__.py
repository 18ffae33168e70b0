"""What customers agreed to hear from us, and by which way: the one question everything marketing must ask.

    from rapport.customers.consent.queries import may_send

    if may_send(kim, "newsletter", Channel.EMAIL): ...

What was said is only ever added to; the newest record that fits is how it stands.
"""
