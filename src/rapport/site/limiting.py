"""How often one caller may ask the API."""

from django.conf import settings

from rapport.kit.limiting import Limiter


def limiter() -> Limiter:
    burst, a_second = getattr(settings, "API_RATE", (1000, 50))
    return Limiter(burst, a_second)
