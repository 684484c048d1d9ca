"""An OAuth 2 provider with rotating refresh tokens, and an API that knows whose tokens they are."""

import base64
import urllib.parse

from .json_server import JsonServer


class TokenServer:
    """Each refresh token is good once. `requests` are the forms that came to the token endpoint."""

    def __init__(self, first_refresh_token, api_key):
        self.refresh_token, self.api_key = first_refresh_token, api_key
        self.requests, self.asked, self.access_tokens = [], [], set()
        self.server = JsonServer(self.take)
        self.url = self.server.url

    def take(self, method, path, query, body, headers):
        if method == "GET":
            return *self.who(headers), {}
        if method != "POST":
            return 501, {"error": "there is no such method"}, {}
        return *self.tokens(dict(urllib.parse.parse_qsl(body)), headers.get("Authorization", "")), {}

    def tokens(self, form, authorization):
        basic = "Basic " + base64.b64encode(b"app%20key:app%3Asecret").decode()
        self.requests.append((form, authorization == basic))
        if authorization != basic or form.get("audience") != "acme":
            return 401, {"error": "invalid_client"}
        if form.get("grant_type") != "refresh_token" or form.get("refresh_token") != self.refresh_token:
            return 400, {"error": "invalid_grant"}
        number = len(self.requests)
        self.refresh_token = f"refresh-{number}"
        self.access_tokens.add(f"access-{number}")
        # Ends within the connector's margin: each use of it asks for another one.
        return 200, {"access_token": f"access-{number}", "refresh_token": self.refresh_token,
                     "token_type": "bearer", "expires_in": 60, "tenant": {"id": 4711}}

    def who(self, headers):
        token = headers.get("Authorization", "").removeprefix("Bearer ")
        self.asked.append(token)
        if token not in self.access_tokens and token != self.api_key:
            return 401, {"error": "unauthorized"}
        return 200, {"data": {"tenant": 4711 if token != self.api_key else 4712, "name": "Ann"}}

    def stop(self):
        self.server.stop()
