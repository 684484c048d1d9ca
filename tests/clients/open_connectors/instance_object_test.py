"""The instance as responses have it: section 1.4."""

from open_connectors.contract import MASK, ContractTest

MEMBERS = {
    "id", "name", "createdDate", "token", "element", "elementId", "tags", "provisionInteractions", "valid", "disabled",
    "maxCacheSize", "cacheTimeToLive", "configuration", "eventsEnabled", "traceLoggingEnabled", "cachingEnabled",
    "externalAuthentication", "user"}
ELEMENT_MEMBERS = {
    "id", "name", "key", "description", "image", "active", "deleted", "typeOauth", "trialAccount", "configDescription",
    "signupURL", "transformationsEnabled", "bulkDownloadEnabled", "bulkUploadEnabled", "cloneable", "extendable",
    "beta", "authentication", "extended", "hub", "protocolType", "parameters", "private"}
MARKED_UP = "<script>alert(1)</script>alice <b>dropbox</b>"


class InstanceObject(ContractTest):
    def test_what_the_vendors_schema_requires_is_there(self):
        """1.4: id, name, token, valid, tags, and user with id, emailAddress, firstName and lastName."""
        instance = self.create()
        self.assertIsInstance(instance["id"], int)
        self.assertIsInstance(instance["name"], str)
        self.assertIsInstance(instance["token"], str)
        self.assertIsInstance(instance["valid"], bool)
        self.assertIsInstance(instance["tags"], list)
        self.assertIsInstance(instance["user"]["id"], int)
        for name in ("emailAddress", "firstName", "lastName"):
            self.assertIsInstance(instance["user"].get(name), str, name)

    def test_the_members_of_the_samples_are_there(self):
        """1.4: every member that the samples have, in the instance and in its element."""
        created = self.create()
        for instance in (created, self.call("GET", f"/instances/{created['id']}")):
            self.assertLessEqual(MEMBERS, set(instance))
            self.assertLessEqual(ELEMENT_MEMBERS, set(instance["element"]))
            self.assertEqual(instance["elementId"], instance["element"]["id"])
            self.assertEqual(instance["element"]["hub"], "documents")
            self.assertEqual(instance["element"]["authentication"], {"type": "oauth2"})
            self.assertFalse(instance["disabled"])

    def test_the_callback_url_stands_beside_the_configuration(self):
        """1.4: eventsEnabled and eventsNotificationCallbackUrl."""
        url = "https://app.example/hook"
        instance = self.create(self.initial({
            "event.notification.enabled": True, "event.notification.callback.url": url}))
        self.assertIs(instance["eventsEnabled"], True)
        self.assertEqual(instance["eventsNotificationCallbackUrl"], url)

    def test_the_date_has_seconds_and_a_z(self):
        """1.4: createdDate is yyyy-MM-ddTHH:mm:ssZ."""
        self.assertRegex(self.create()["createdDate"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")

    def test_tags_are_strings(self):
        """1.4: an array of strings."""
        self.assertEqual(self.create(self.initial(tags=["b", "a"]))["tags"], ["b", "a"])

    def test_secrets_are_eight_asterisks(self):
        """1.4: passwords, oauth.api.key and oauth.api.secret are shown as ********."""
        instance = self.create()
        shown = self.call("GET", f"/instances/{instance['id']}")["configuration"]
        self.assertEqual((shown["oauth.api.key"], shown["oauth.api.secret"]), (MASK, MASK))
        entries = {one["key"]: one for one in self.call("GET", f"/instances/{instance['id']}/configuration")}
        for one in entries.values():
            if one["type"] == "PASSWORD":
                self.assertIn(one["propertyValue"], ("", MASK), one["key"])
        self.assertEqual(entries["oauth.api.key"]["propertyValue"], MASK)

    def test_what_is_no_secret_is_not_masked(self):
        """1.4: what is not secret is shown."""
        shown = self.call("GET", f"/instances/{self.create()['id']}")["configuration"]
        self.assertEqual(shown["oauth.callback.url"], "https://app.example/auth")

    def test_the_password_of_callbacks_is_masked(self):
        """1.4: event.notification.basic.password is shown as ********."""
        instance = self.create(self.initial({
            "event.notification.basic.username": "alice", "event.notification.basic.password": "s3cr3t"}))
        self.assertEqual(instance["configuration"]["event.notification.basic.username"], "alice")
        self.assertEqual(instance["configuration"]["event.notification.basic.password"], MASK)

    def test_markup_is_taken_out_when_it_is_made(self):
        """1.4: names and tags lose tags and scripts on create, and keep their text."""
        instance = self.create(self.initial(
            name=f"{MARKED_UP} {self.unique('n')}", tags=["<i>tenant</i>-7", "<img src=x onerror=alert(1)>a"]))
        self.assertRegex(instance["name"], r"^alice dropbox n \d+$")
        self.assertEqual(instance["tags"], ["tenant-7", "a"])

    def test_markup_is_taken_out_when_it_is_changed(self):
        """1.4: and on update."""
        instance = self.create()
        name = self.unique("bob")
        changed = self.call(
            "PATCH", f"/instances/{instance['id']}", {"name": f"<u>{name}</u>", "tags": ["<a href='x'>t</a>"]})
        self.assertEqual((changed["name"], changed["tags"]), (name, ["t"]))
        self.assertEqual(self.call("GET", f"/instances/{instance['id']}")["name"], name)
