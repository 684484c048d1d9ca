"""The catalogue: sections 3.3 and 4."""

from open_connectors.contract import ContractTest

AUTHENTICATION_TYPES = {"basic", "oauth1", "oauth2", "oauth2Password", "custom", "apiKey"}
ENTRY_MEMBERS = {
    "key", "name", "description", "type", "required", "active", "internal", "hideFromConsole", "groupControl",
    "displayOrder", "companyConfig", "resellerConfig"}
ENTRY_TYPES = {
    "TEXTFIELD_32", "TEXTFIELD_64", "TEXTFIELD_128", "TEXTFIELD_1000", "TEXTAREA", "BOOLEAN", "PASSWORD",
    "CODE_EDITOR", "BOOLEAN_YESNO", "COMBO"}


class Element(ContractTest):
    def test_elements_are_listed(self):
        """1.1, 4: GET /elements; the vendor's schema requires key, name, description and authentication."""
        elements = {one["key"]: one for one in self.call("GET", "/elements")}
        self.assertIn("dropbox", elements)
        for element in elements.values():
            self.assertLessEqual({"id", "key", "name", "description", "authentication"}, set(element))
            self.assertIn(element["authentication"]["type"], AUTHENTICATION_TYPES)

    def test_one_is_found_by_key_and_by_id(self):
        """1.2, 1.5: {keyOrId}."""
        element = self.call("GET", "/elements/dropbox")
        self.assertEqual((element["key"], element["hub"]), ("dropbox", "documents"))
        self.assertEqual(self.call("GET", f"/elements/{element['id']}"), element)

    def test_code_with_the_ids_of_the_original_goes_on(self):
        """3.2, 3.5: Dropbox is 1779 in the catalog and 14 in an old sample; dropboxbusiness is 1780."""
        element = self.call("GET", "/elements/dropbox")
        instance = self.create()
        for name in ("1779", "14", "1780", "dropboxbusiness"):
            self.assertEqual(self.call("GET", f"/elements/{name}"), element)
            self.assertEqual(self.call("GET", f"/elements/{name}/metadata")["key"], "dropbox")
            found = self.call("GET", f"/elements/{name}/instances/{instance['id']}")
            self.assertEqual(found["element"]["key"], "dropbox")
        for named in ({"id": 1779}, {"key": "dropboxbusiness"}):
            made = self.create({**self.initial(), "element": named})
            self.assertEqual(made["element"]["key"], "dropbox")
            self.call("PATCH", f"/instances/{made['id']}", {"element": named, "tags": ["again"]})
        self.refused(404, "GET", "/elements/1781")

    def test_dropbox_is_oauth2_with_neither_bulk_nor_transformations(self):
        """3.3: the overview of the Dropbox pages."""
        element = self.call("GET", "/elements/dropbox")
        self.assertEqual(element["authentication"]["type"], "oauth2")
        self.assertIs(element["typeOauth"], True)
        for name in ("transformationsEnabled", "bulkDownloadEnabled", "bulkUploadEnabled"):
            self.assertIs(element[name], False, name)

    def test_configuration_entries_have_their_members(self):
        """4: twelve members are always there, the types are of a list, and COMBO has options."""
        for entry in self.call("GET", "/elements/dropbox/configuration"):
            self.assertLessEqual(ENTRY_MEMBERS, set(entry), entry["key"])
            self.assertIn(entry["type"], ENTRY_TYPES, entry["key"])
            if entry["type"] == "COMBO":
                for option in entry["options"]:
                    self.assertEqual(set(option), {"value", "description"})

    def test_an_element_has_its_configuration(self):
        """4: `configuration` is a member of the element."""
        self.assertEqual(self.call("GET", "/elements/dropbox")["configuration"],
                         self.call("GET", "/elements/dropbox/configuration"))

    def test_dropbox_has_the_documented_parameters(self):
        """3.2: every parameter of the Dropbox pages; passwords are of type PASSWORD."""
        entries = {one["key"]: one for one in self.call("GET", "/elements/dropbox/configuration")}
        self.assertLessEqual({
            "authentication.type", "oauth.api.key", "oauth.api.secret", "oauth.callback.url", "document.tagging",
            "event.notification.enabled", "event.notification.callback.url", "event.notification.signature.key"},
            set(entries))
        self.assertEqual(entries["oauth.api.secret"]["type"], "PASSWORD")
        self.assertEqual(entries["event.notification.enabled"]["defaultValue"], "false")
        for optional in ("document.tagging", "event.notification.enabled", "event.notification.signature.key"):
            self.assertIs(entries[optional]["required"], False, optional)

    def test_metadata_says_that_dropbox_has_events_by_webhook(self):
        """3.3: GET /elements/{id}/metadata: events.supported, and "webhook" among events.methods."""
        element = self.call("GET", "/elements/dropbox")
        for which in (element["id"], "dropbox"):
            events = self.call("GET", f"/elements/{which}/metadata")["events"]
            self.assertIs(events["supported"], True)
            self.assertIn("webhook", events["methods"])

    def test_metadata_has_objects_and_flags(self):
        """4: beside events, objects, bulk and discovery."""
        metadata = self.call("GET", "/elements/dropbox/metadata")
        self.assertLessEqual({"events", "objects", "bulk", "discovery"}, set(metadata))

    def test_metadata_names_objects_and_event_types(self):
        """2.4: documents connectors tell of file and folder, created, updated and deleted."""
        webhook = self.call("GET", "/elements/dropbox/metadata")["events"]["webhook"]
        for kind in ("file", "folder"):
            self.assertLessEqual({"created", "updated", "deleted"}, set(webhook[kind]["eventTypes"]))
