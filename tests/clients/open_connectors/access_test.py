"""Who may call, and how calls are refused: sections 1.1 and 1.7, and the headers of 1.6."""

import itertools
import json

from open_connectors.contract import BASE, NOBODY, PLATFORM, ContractTest, connector_calls, id_less
from open_connectors.processes import KEY_NAME, ORGANIZATION, SITE, USER, http_call

EXPOSED = {
    "Elements-Request-Id", "Elements-Element-Instance-Id", "Elements-Returned-Count", "Elements-Total-Count",
    "Elements-Next-Page-Token", "Elements-Trace-Id", "Elements-Error"}


class Access(ContractTest):
    def test_platform_calls_take_user_and_organization(self):
        """1.1: calls to the platform carry `User <secret>, Organization <secret>`."""
        instance = self.create()
        for path in ("/elements", "/instances", f"/instances/{instance['id']}",
                     "/notifications/subscriptions/deliveries"):
            self.call("GET", path, auth=f"User {USER}, Organization {ORGANIZATION}")

    def test_connector_calls_take_user_and_element(self):
        """1.1: calls to a connector carry `User <secret>, Element <instance token>`."""
        instance = self.create()
        self.call("GET", "/hubs/documents/ping", auth=f"User {USER}, Element {instance['token']}")

    def test_routes_without_an_id_take_all_three(self):
        """1.1: routes of an instance without its id carry all three pairs, and the token names it."""
        instance = self.create()
        auth = f"User {USER}, Organization {ORGANIZATION}, Element {instance['token']}"
        entries = {one["key"]: one for one in self.call("GET", "/instances/configuration", auth=auth)}
        self.assertEqual(entries["oauth.callback.url"]["propertyValue"], "https://app.example/auth")

    def test_pairs_come_in_any_order(self):
        """1.1: samples differ in the order of the pairs."""
        instance = self.create()
        pairs = [f"User {USER}", f"Organization {ORGANIZATION}", f"Element {instance['token']}"]
        for order in itertools.permutations(pairs):
            self.call("GET", "/instances/configuration", auth=", ".join(order))
        for order in itertools.permutations([pairs[0], pairs[2]]):
            self.call("GET", "/ping", auth=", ".join(order))
        for order in itertools.permutations(pairs[:2]):
            self.call("GET", "/instances", auth=", ".join(order))

    def test_secrets_may_hold_what_base64_has(self):
        """1.1 (inferred): secrets have / + = in them, so a pair ends at a comma and begins before a space."""
        self.assertTrue(set("/+=") <= set(USER), "the secrets of this run are such")
        self.call("GET", "/elements", auth=PLATFORM)

    def test_bearer_serves_for_all_calls(self):
        """1.1: later versions take a bearer token for every call."""
        instance = self.create()
        self.call("GET", "/instances", auth=f"Bearer {USER}")
        self.call("GET", "/ping", auth=f"Bearer {USER}, Element {instance['token']}")

    def test_a_password_gives_a_token_and_that_the_secrets(self):
        """1.1: POST /authentication gives {token}, and with it GET /authentication/secrets both secrets."""
        user = {"username": KEY_NAME, "password": USER}
        token = self.call("POST", "/authentication", user, auth=NOBODY)["token"]
        secrets = self.call("GET", "/authentication/secrets", auth=f"Bearer {token}")
        self.assertEqual(secrets, {"userSecret": USER, "organizationSecret": ORGANIZATION})
        self.refused(401, "GET", "/authentication/secrets", auth=NOBODY)
        for wrong in ({**user, "password": "b"}, {**user, "username": "a"}):
            self.refused(401, "POST", "/authentication", wrong, auth=NOBODY)
        self.refused(400, "POST", "/authentication", {"username": KEY_NAME}, auth=NOBODY)

    def test_a_wrong_secret_or_token_is_401(self):
        """1.7: a bad element token, user or organization secret is 401."""
        instance = self.create()
        for auth in (NOBODY, f"User wrong, Organization {ORGANIZATION}", f"User {USER}, Organization wrong",
                     f"User {USER}", f"Organization {ORGANIZATION}", "Bearer wrong"):
            self.refused(401, "GET", "/instances", auth=auth)
        for auth in (f"User {USER}, Element wrong", f"User {USER}, Element {instance['token'][:-4]}AAAA",
                     f"User wrong, Element {instance['token']}", f"Element {instance['token']}"):
            self.refused(401, "GET", "/ping", auth=auth)

    def test_the_token_of_a_deleted_instance_is_401(self):
        """1.5: a deleted token is 401, whatever it is sent to."""
        instance = self.create()
        self.call("DELETE", f"/instances/{instance['id']}")
        for path in ("/ping", "/instances", "/elements", "/elements/dropbox", "/elements/dropbox/instances",
                     f"/instances/{instance['id']}", "/notifications/subscriptions/deliveries"):
            self.refused(401, "GET", path, auth=f"{PLATFORM}, Element {instance['token']}")
        self.call("GET", "/instances")

    def test_a_comma_behind_the_last_pair_does_no_harm(self):
        """1.1 (inferred): who joins the pairs in a loop leaves one there."""
        instance = self.create()
        for auth in (f"{PLATFORM},", f"{PLATFORM}, ", f"{PLATFORM} , Element {instance['token']},", f"Bearer {USER},"):
            self.call("GET", "/instances", auth=auth)
        self.call("GET", "/ping", auth=f"User {USER}, Element {instance['token']},")

    def test_an_unknown_pair_is_401_and_named_as_such(self):
        """1.1: pairs of User, Organization and Element; what a caller means by another is not guessed."""
        instance = self.create()
        for auth in (f"{PLATFORM}, Foo z", f"{PLATFORM},Foo z", f"User {USER}, Elemnt {instance['token']}"):
            self.assertIn("unknown scheme", self.refused(401, "GET", "/instances", auth=auth))

    def test_refusals_have_a_request_id_and_a_message(self):
        """1.7: {requestId of 24 hexadecimal digits, message}, and no code."""
        error = self.ask("GET", "/instances/999999999")
        self.assertEqual(set(error.json), {"requestId", "message"})
        self.assertRegex(error.json["requestId"], r"^[0-9a-f]{24}$")
        self.assertEqual(error.json["requestId"], error.headers["Elements-Request-Id"])

    def test_a_missing_or_invalid_parameter_is_400(self):
        """1.7: 400 for a missing or an invalid parameter."""
        self.refused(400, "POST", "/instances", {"name": "no element"})
        self.refused(400, "POST", "/instances", "{no json")
        self.refused(400, "GET", "/instances", query={"pageSize": "many"})

    def test_an_unknown_id_is_404(self):
        """1.7: 404 for unknown ids, and for paths that are not there."""
        for path in ("/instances/999999999", "/elements/nobody", "/instances/999999999/events",
                     "/instances/999999999/configuration", "/no/such/path"):
            self.refused(404, "GET", path)

    def test_a_method_that_a_path_has_not_is_405(self):
        """1.7: 405."""
        self.refused(405, "POST", "/elements", {})

    def test_a_body_that_is_too_large_is_413(self):
        """1.7: 413, in later versions."""
        self.refused(413, "POST", "/instances", self.initial(name="x" * 2_000_000))

    def test_a_form_that_is_not_made_is_406(self):
        """1.7: 406 is among the statuses; when (inferred): for an Accept that leaves out what there is."""
        self.refused(406, "GET", "/elements", headers={"Accept": "image/png"})
        for accept in ("application/json", "*/*", "text/html, */*;q=0.1", ""):
            self.call("GET", "/elements", headers={"Accept": accept})

    def test_a_form_that_is_not_taken_is_415(self):
        """1.7: 415 is among the statuses; when (inferred): for a body that says to be no JSON."""
        self.refused(415, "POST", "/instances", "<instance/>", headers={"Content-Type": "application/xml"})
        body = json.dumps(self.initial())
        for headers in ({}, {"Content-Type": "application/json; charset=UTF-8"}):
            instance = self.call("POST", "/instances", body, headers=headers)
            self.addCleanup(self.ask, "DELETE", f"/instances/{instance['id']}")

    def test_every_answer_has_a_request_id(self):
        """1.6: the header Elements-Request-Id."""
        first, second = self.ask("GET", "/elements"), self.ask("GET", "/elements")
        self.assertNotEqual(first.headers["Elements-Request-Id"], second.headers["Elements-Request-Id"])

    def test_answers_name_the_instance(self):
        """1.6: the header Elements-Element-Instance-Id."""
        instance = self.create()
        for path, auth in (("/ping", connector_calls(instance)), ("/instances/configuration", id_less(instance))):
            self.assertEqual(
                self.ask("GET", path, auth=auth).headers["Elements-Element-Instance-Id"], str(instance["id"]))

    def test_headers_are_exposed_to_scripts(self):
        """1.6: the Elements-* headers are exposed across origins; here to the sites that the hub is told of."""
        for path, status in (("/elements", 200), ("/no/such/path", 404)):
            answer = self.ask("GET", path, headers={"Origin": SITE})
            self.assertEqual(answer.status, status)
            exposed = {name.strip() for name in answer.headers["Access-Control-Expose-Headers"].split(",")}
            self.assertLessEqual(EXPOSED, exposed)
            self.assertEqual(answer.headers["Access-Control-Allow-Origin"], SITE)
            other = self.ask("GET", path, headers={"Origin": "https://other.example"}).headers
            self.assertIsNone(other.get("Access-Control-Allow-Origin"))

    def test_scripts_may_ask_first(self):
        """1.6: calls across origins: a browser asks by OPTIONS before it sends Authorization or a PATCH."""
        wanted = {"Access-Control-Request-Method": "PATCH", "Access-Control-Request-Headers": "authorization"}
        url, path = self.world.hub.url, f"{BASE}/instances/1"
        status, headers, body = http_call(url, "OPTIONS", path, headers={"Origin": SITE, **wanted})
        self.assertEqual((status, body), (204, b""))
        self.assertIn("PATCH", headers["Access-Control-Allow-Methods"].split(", "))
        self.assertEqual(headers["Access-Control-Allow-Headers"], "authorization")
        status, headers, _ = http_call(url, "OPTIONS", path, headers={"Origin": "https://other.example", **wanted})
        self.assertEqual((status, headers.get("Access-Control-Allow-Origin")), (403, None))

    def test_a_version_may_be_asked_for(self):
        """1.6: callers send Elements-Version: Helium."""
        self.call("GET", "/elements", headers={"Elements-Version": "Helium"})
