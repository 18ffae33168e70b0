"""The API of one Official Account, with its access token."""

from collections.abc import Mapping
from typing import Any

from rapport.channels.tencent import Api, told_by
from rapport.kit.http import fetch

API = "https://api.weixin.qq.com"


def api_of(settings: Mapping[str, Any]) -> Api:
    """The stable token stays the same however many processes ask for it, and leaves tokens of other programs alone.

    https://developers.weixin.qq.com/doc/offiaccount/Basic_Information/getStableAccessToken.html
    """
    base = str(settings.get("api") or API).rstrip("/")
    app_id, secret = str(settings.get("app_id") or ""), str(settings.get("app_secret") or "")

    def token(is_forced: bool) -> tuple[str, int]:
        asked = {"grant_type": "client_credential", "appid": app_id, "secret": secret, "force_refresh": is_forced}
        told = told_by(fetch("POST", f"{base}/cgi-bin/stable_token", json=asked))
        return str(told["access_token"]), int(told["expires_in"])

    return Api(base, key=f"{app_id} {secret}", token=token)
