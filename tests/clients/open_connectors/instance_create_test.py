"""POST /instances: section 1.3."""

from open_connectors.contract import MASK, ContractTest, connector_calls

EVENTS = {"event.notification.callback.url": "https://app.example/hook", "event.notification.signature.key": "s3cr3t"}


class InstanceCreate(ContractTest):
    def body_with_code(self, **members):
        return {
            "element": {"key": "dropbox"}, "name": self.unique("instance"), "configuration": self.configuration(),
            "providerData": {"code": self.fake.grant_code()}, **members}

    def test_a_code_makes_an_instance_at_once(self):
        """1.3: the documented body, with a grant code, is answered with 200 (not 201) and the instance."""
        body = self.body_with_code(
            configuration={**self.configuration(), **EVENTS, "document.tagging": False,
                           "event.notification.enabled": True},
            tags=["tenant-7"], retrieveObjectsAfterInstantiation=False, externalAuthentication="none")
        instance = self.create(body)
        self.assertEqual((instance["name"], instance["tags"]), (body["name"], ["tenant-7"]))
        self.assertTrue(instance["valid"])
        self.call("GET", "/ping", auth=connector_calls(instance))

    def test_the_path_may_name_the_element(self):
        """1.3: POST /elements/{keyOrId}/instances, without `element` in the body."""
        for element in ("dropbox", self.call("GET", "/elements/dropbox")["id"]):
            body = self.body_with_code()
            del body["element"]
            instance = self.create(body, f"/elements/{element}/instances")
            self.assertEqual(instance["element"]["key"], "dropbox")

    def test_the_element_may_be_named_by_its_id(self):
        """1.2, 1.5: wherever a key stands, the id of the element serves as well."""
        element = self.call("GET", "/elements/dropbox")["id"]
        self.assertEqual(self.create(self.initial(element={"id": element}))["elementId"], element)

    def test_configuration_takes_booleans_and_strings_and_gives_strings(self):
        """1.3: samples have both true and "true"; responses have strings."""
        for value in (True, "true"):
            switches = {"event.notification.enabled": value, "document.tagging": value}
            given = self.create(self.initial({**EVENTS, **switches}))
            self.assertEqual(given["configuration"]["event.notification.enabled"], "true")
            self.assertEqual(given["configuration"]["document.tagging"], "true")
            self.assertTrue(given["eventsEnabled"])
            self.assertEqual({type(one) for one in given["configuration"].values()}, {str})

    def test_a_poller_configuration_is_an_object_or_json_in_a_string(self):
        """1.3: event.poller.configuration comes in both forms."""
        for value in ({"files": {"url": "/files", "idField": "id"}}, "{\"files\":{\"url\":\"/files\"}}"):
            self.create(self.initial({"event.poller.configuration": value}))

    def test_provider_data_is_not_echoed(self):
        """1.3: neither `providerData` nor what was in it is in any response."""
        body = self.body_with_code()
        instance = self.create(body)
        answers = [instance, self.call("GET", f"/instances/{instance['id']}"),
                   self.call("GET", f"/instances/{instance['id']}/configuration"),
                   self.call("PATCH", f"/instances/{instance['id']}", {"tags": ["a"]})]
        for answer in answers:
            self.assertNotIn("providerData", str(answer))
            self.assertNotIn(body["providerData"]["code"], str(answer))

    def test_keys_of_provider_data_that_dropbox_has_no_use_for_do_no_harm(self):
        """1.3: provisioning sends state, expires_in, realmId and others beside the code."""
        body = self.body_with_code()
        body["providerData"].update({"state": "dropbox", "expires_in": "14400", "realmId": "1", "dataSource": "x"})
        self.assertTrue(self.create(body)["valid"])

    def test_external_authentication_is_none_by_default(self):
        """1.3: `externalAuthentication` is "none" in responses if it was not asked for."""
        self.assertEqual(self.create(self.body_with_code())["externalAuthentication"], "none")

    def test_external_authentication_initial_needs_no_code(self):
        """1.3: "initial" with a refresh token, key and secret; no code, and the hub refreshes from then on."""
        body = self.initial()
        del body["configuration"]["oauth.callback.url"]
        instance = self.create(body)
        self.assertEqual(instance["externalAuthentication"], "initial")
        self.assertTrue(instance["valid"])
        self.call("GET", "/ping", auth=connector_calls(instance))
        self.fake.control("expire", account=self.fake.account, what="access_tokens")
        self.call("GET", "/ping", auth=connector_calls(instance))

    def test_external_authentication_initial_may_name_scopes(self):
        """1.3: with oauth.scope, if the caller wants to."""
        scopes = "account_info.read files.metadata.read"
        given = self.create(self.initial({"oauth.scope": scopes}))
        self.assertEqual(given["configuration"]["oauth.scope"], scopes)

    def test_what_is_missing_is_named(self):
        """1.3: missing required configuration is an error that names the entries; 400 (inferred)."""
        message = self.refused(400, "POST", "/instances", {
            "element": {"key": "dropbox"}, "name": self.unique("instance"), "providerData": {"code": "x"},
            "configuration": {"event.notification.enabled": "true"}})
        for name in ("oauth.api.key", "oauth.api.secret", "oauth.callback.url", "event.notification.callback.url"):
            self.assertIn(name, message)

    def test_a_refused_code_makes_no_instance(self):
        """1.7: a refusal of the provider adds `providerMessage`; 1.3: and there is no instance then."""
        body = self.body_with_code(providerData={"code": "worthless"}, tags=[self.unique("tag")])
        answer = self.ask("POST", "/instances", body)
        self.assertIn(answer.status, (400, 401, 403))
        self.assertIn("code doesn't exist or has expired", answer.json["providerMessage"])
        self.refused(404, "GET", "/instances", query={"tags[]": body["tags"]})

    def test_the_provider_message_is_the_exact_text(self):
        """1.7: `providerMessage` is the provider's text as it came."""
        answer = self.ask("POST", "/instances", self.body_with_code(providerData={"code": "worthless"}))
        self.assertNotIn("plugin", answer.json["providerMessage"])

    def test_objects_come_along_if_they_are_asked_for(self):
        """1.3: with retrieveObjectsAfterInstantiation the response has objects of {name, vendorName, type}."""
        instance = self.create(self.initial(retrieveObjectsAfterInstantiation=True))
        known = self.call("GET", "/elements/dropbox/metadata")["objects"]
        self.assertEqual([one["name"] for one in instance["objects"]], known)
        self.assertNotIn("objects", self.create(self.initial(retrieveObjectsAfterInstantiation="false")))
        for one in instance["objects"]:
            self.assertIn(one["type"], ("ceCanonical", "vendor", "vdr"))
            self.assertLessEqual({"name", "vendorName"}, set(one))

    def test_either_authentication_type_is_known(self):
        """3.2: authentication.type is oauth2 or apiKey; for the latter no page says what to supply."""
        self.assertEqual(
            self.create(self.initial({"authentication.type": "oauth2"}))["configuration"]["authentication.type"],
            "oauth2")
        message = self.refused(400, "POST", "/instances", self.body_with_code(configuration={
            "authentication.type": "apiKey", "oauth.api.secret": self.fake.app_secret}))
        self.assertIn("dropbox.authorization.apikey", message)

    def test_secrets_of_the_body_come_back_masked(self):
        """1.4: in the response to the POST as well."""
        configuration = self.create(self.initial({**EVENTS, "event.notification.enabled": "true"}))["configuration"]
        for name in ("oauth.api.key", "oauth.api.secret", "oauth.user.refresh_token",
                     "event.notification.signature.key"):
            self.assertEqual(configuration[name], MASK, name)
