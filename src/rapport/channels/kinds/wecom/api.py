"""The API of one company at WeCom, with its access token."""

from collections.abc import Mapping
from typing import Any

from rapport.channels.tencent import Api, told_by
from rapport.kit.http import fetch

API = "https://qyapi.weixin.qq.com"


def api_of(settings: Mapping[str, Any]) -> Api:
    """https://developer.work.weixin.qq.com/document/path/91039"""
    base = str(settings.get("api") or API).rstrip("/")
    corp_id, secret = str(settings.get("corp_id") or ""), str(settings.get("secret") or "")

    def token(_is_forced: bool) -> tuple[str, int]:
        asked = {"corpid": corp_id, "corpsecret": secret}
        told = told_by(fetch("GET", f"{base}/cgi-bin/gettoken", params=asked))
        return str(told["access_token"]), int(told["expires_in"])

    return Api(base, key=f"{corp_id} {secret}", token=token)
