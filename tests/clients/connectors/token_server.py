"""An OAuth 2 provider with rotating refresh tokens, and an API that knows whose tokens they are."""

import base64
import http.server
import json
import threading
import urllib.parse


class TokenServer:
    """Each refresh token is good once. `requests` are the forms that came to the token endpoint."""

    def __init__(self, first_refresh_token, api_key):
        self.refresh_token, self.api_key = first_refresh_token, api_key
        self.requests, self.asked, self.access_tokens = [], [], set()
        server = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def answer(self, status, body):
                content = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                form = {name: values[0] for name, values in urllib.parse.parse_qs(body).items()}
                self.answer(*server.tokens(form, self.headers.get("Authorization", "")))

            def do_GET(self):
                self.answer(*server.who(self.headers))

            def log_message(self, *args):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

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
        self.server.shutdown()
