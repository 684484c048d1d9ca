"""The address to send a person to: section 1.2."""

import urllib.parse

from open_connectors.contract import NOBODY, ContractTest, connector_calls
from open_connectors.processes import REDIRECT_URI, http_call

PATH = "/elements/dropbox/oauth/url"


class OauthUrl(ContractTest):
    def query(self, **more):
        return {"apiKey": self.fake.app_key, "apiSecret": self.fake.app_secret, "callbackUrl": REDIRECT_URI, **more}

    def fields_of(self, answer):
        self.assertEqual(answer["element"], "dropbox")
        address = urllib.parse.urlsplit(answer["oauthUrl"])
        self.assertTrue(address.path.endswith("/authorize"), answer["oauthUrl"])
        return dict(urllib.parse.parse_qsl(address.query))

    def test_the_address_has_what_oauth_needs(self):
        """1.2: {element, oauthUrl}, with response_type=code, client_id, redirect_uri and state."""
        fields = self.fields_of(self.call("GET", PATH, query=self.query()))
        self.assertEqual(
            (fields["response_type"], fields["client_id"], fields["redirect_uri"]),
            ("code", self.fake.app_key, REDIRECT_URI))

    def test_the_secret_is_not_in_the_address(self):
        """1.2: apiSecret is for the hub; the address is opened in a browser."""
        self.assertNotIn(self.fake.app_secret, self.call("GET", PATH, query=self.query())["oauthUrl"])

    def test_no_authorization_header_is_needed(self):
        """1.1: the samples have none, and the text says "HTTP Header: None"."""
        self.call("GET", PATH, query=self.query(), auth=NOBODY)

    def test_the_element_may_be_named_by_its_id(self):
        """1.2: {keyOrId}."""
        element = self.call("GET", "/elements/dropbox")["id"]
        self.assertEqual(self.call("GET", f"/elements/{element}/oauth/url", query=self.query())["element"], "dropbox")
        self.refused(404, "GET", "/elements/nobody/oauth/url", query=self.query())

    def test_the_state_is_the_key_or_the_callers(self):
        """1.2: `state` is the element's key by default; a caller may pass any value."""
        self.assertEqual(self.fields_of(self.call("GET", PATH, query=self.query()))["state"], "dropbox")
        state = "tenant 7 & more=1/ä"
        self.assertEqual(self.fields_of(self.call("GET", PATH, query=self.query(state=state)))["state"], state)

    def test_scopes_may_be_asked_for(self):
        """1.2: `scope`."""
        scope = "account_info.read files.metadata.read"
        self.assertEqual(self.fields_of(self.call("GET", PATH, query=self.query(scope=scope)))["scope"], scope)

    def test_other_parameters_of_the_template_are_taken(self):
        """1.2: siteAddress and requestToken, which Dropbox has no use for."""
        self.call("GET", PATH, query=self.query(siteAddress="x", requestToken="y"))

    def test_post_takes_the_same_as_json(self):
        """1.2: POST with the same fields, isOAuthProxy and oauthProxyName."""
        body = self.query(state="s", scope="account_info.read files.metadata.read", siteAddress="x",
                          isOAuthProxy=False, oauthProxyName="", requestToken="")
        fields = self.fields_of(self.call("POST", PATH, body))
        self.assertEqual((fields["state"], fields["client_id"]), ("s", self.fake.app_key))

    def test_what_is_missing_is_400(self):
        """1.7: 400 for a missing parameter."""
        for name in ("apiKey", "callbackUrl"):
            query = self.query()
            del query[name]
            self.assertIn(name, self.refused(400, "GET", PATH, query=query))

    def redirect_of(self, address, decision):
        """The fields of the redirect, after a person has decided."""
        fields = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(address).query))
        form = urllib.parse.urlencode({**fields, "account_id": self.fake.account, "decision": decision})
        status, headers, body = http_call(self.fake.url, "POST", "/oauth2/authorize", form)
        self.assertEqual(status, 302, body)
        return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(headers["Location"]).query))

    def runs_with(self, code):
        """An instance made with the code alone, as the original's callers make it."""
        instance = self.create({
            "element": {"key": "dropbox"}, "name": self.unique("instance"), "configuration": self.configuration(),
            "providerData": {"code": code}})
        self.assertTrue(instance["valid"])
        self.call("GET", "/ping", auth=connector_calls(instance))

    def test_the_code_makes_an_instance(self):
        """1.2, 1.3: the redirect has code and state, and the code makes an instance."""
        answer = self.call("GET", PATH, query=self.query(state="s"))
        redirect = self.redirect_of(answer["oauthUrl"], "allow")
        self.assertEqual(redirect["state"], "s")
        self.runs_with(redirect["code"])

    def test_codes_of_all_urls_make_instances(self):
        """1.1, 1.2: with a key or without, several at a time, and of a URL that the caller has made."""
        own = f"{self.fake.url}/oauth2/authorize?" + urllib.parse.urlencode({
            "client_id": self.fake.app_key, "redirect_uri": REDIRECT_URI, "response_type": "code",
            "token_access_type": "offline", "state": "own"})
        urls = [
            self.call("GET", PATH, query=self.query(), auth=NOBODY)["oauthUrl"],
            self.call("GET", PATH, query=self.query(state="s"))["oauthUrl"],
            own]
        for code in [self.redirect_of(url, "allow")["code"] for url in urls]:
            self.runs_with(code)

    def test_a_refusal_carries_an_error(self):
        """1.2: on refusal the redirect has `error` in place of `code`."""
        redirect = self.redirect_of(self.call("GET", PATH, query=self.query())["oauthUrl"], "deny")
        self.assertIn("error", redirect)
        self.assertNotIn("code", redirect)
