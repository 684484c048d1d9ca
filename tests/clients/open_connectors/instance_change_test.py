"""Instances are read, changed, stopped and removed: section 1.5."""

from open_connectors.contract import ContractTest, connector_calls, id_less


class InstanceChange(ContractTest):
    def read(self, instance):
        return self.call("GET", f"/instances/{instance['id']}")

    def test_one_is_read(self):
        """1.5: GET /instances/{id}, and GET /elements/{keyOrId}/instances/{id}."""
        instance = self.create()
        self.assertEqual(self.read(instance), instance)
        for element in ("dropbox", instance["elementId"]):
            self.assertEqual(self.call("GET", f"/elements/{element}/instances/{instance['id']}"), instance)
        self.assertIn("no connector 'nobody'", self.refused(404, "GET", f"/elements/nobody/instances/{instance['id']}"))
        other = next(one["key"] for one in self.call("GET", "/elements") if one["key"] != "dropbox")
        message = self.refused(404, "GET", f"/elements/{other}/instances/{instance['id']}")
        self.assertIn(f"is of 'dropbox', not of '{other}'", message)

    def test_put_takes_name_and_tags(self):
        """1.5: PUT /instances/{id} with {name, tags}."""
        instance = self.create(self.initial(tags=["old"]))
        name = self.unique("new name")
        changed = self.call("PUT", f"/instances/{instance['id']}", {"name": name, "tags": ["new"]})
        self.assertEqual((changed["name"], changed["tags"], changed["id"]), (name, ["new"], instance["id"]))
        self.assertEqual(self.read(instance)["name"], name)
        self.call("GET", "/ping", auth=connector_calls(instance))

    def test_patch_merges_the_configuration(self):
        """1.5: one key of `configuration` can be changed by PATCH, and the others stay."""
        instance = self.create()
        changed = self.call("PATCH", f"/instances/{instance['id']}", {"configuration": {"document.tagging": True}})
        self.assertEqual(changed["configuration"], {**instance["configuration"], "document.tagging": "true"})
        self.call("GET", "/ping", auth=connector_calls(instance))

    def test_patch_replaces_the_tags(self):
        """1.5: `tags` replaces the whole list."""
        instance = self.create(self.initial(tags=["a", "b"]))
        changed = self.call("PATCH", f"/instances/{instance['id']}", {"tags": ["c"]})
        self.assertEqual((changed["tags"], changed["name"]), (["c"], instance["name"]))

    def test_a_code_authorizes_in_place(self):
        """1.5: PUT and PATCH may carry providerData.code; the instance keeps its id and its token."""
        for method in ("PUT", "PATCH"):
            instance = self.create({
                "element": {"key": "dropbox"}, "name": self.unique("instance"), "configuration": self.configuration()})
            self.assertFalse(instance["valid"])
            self.refused(401, "GET", "/ping", auth=connector_calls(instance))
            for _ in range(2):  # the second one takes the place of a good authorization
                changed = self.call(
                    method, f"/instances/{instance['id']}", {"providerData": {"code": self.fake.grant_code()}})
                self.assertTrue(changed["valid"])
                self.assertEqual((changed["id"], changed["token"]), (instance["id"], instance["token"]))
                self.assertNotIn("providerData", changed)
                self.call("GET", "/ping", auth=connector_calls(instance))

    def test_a_worthless_code_leaves_the_instance_as_it_was(self):
        """1.5 (inferred): a re-authentication that fails changes nothing."""
        instance = self.create()
        self.refused(400, "PATCH", f"/instances/{instance['id']}", {"providerData": {"code": "worthless"}})
        self.call("GET", "/ping", auth=connector_calls(instance))

    def test_one_is_removed(self):
        """1.5: DELETE /instances/{id}; its token is 401 on connector calls from then on."""
        instance = self.create()
        self.call("DELETE", f"/instances/{instance['id']}")
        self.refused(401, "GET", "/hubs/documents/ping", auth=connector_calls(instance))
        self.refused(404, "GET", f"/instances/{instance['id']}")
        self.refused(404, "DELETE", f"/instances/{instance['id']}")

    def test_the_token_picks_the_instance(self):
        """1.5: PUT, PATCH and DELETE /instances act on the instance of the Element token."""
        instance, other = self.create(), self.create()
        auth = id_less(instance)
        name = self.unique("by token")
        self.assertEqual(self.call("PUT", "/instances", {"name": name}, auth=auth)["id"], instance["id"])
        self.assertEqual(self.call("PATCH", "/instances", {"tags": ["x"]}, auth=auth)["tags"], ["x"])
        self.assertEqual(self.read(instance)["name"], name)
        self.call("DELETE", "/instances", auth=auth)
        self.refused(404, "GET", f"/instances/{instance['id']}")
        self.assertEqual(self.read(other), other)

    def test_events_are_switched_on_without_a_new_authorization(self):
        """1.5: PUT /elements/{keyOrId}/instances/{id}?reAuthenticate=false."""
        mailbox = self.open_mailbox()
        instance = self.create()
        self.wait_until_live(instance)
        changed = self.call(
            "PUT", f"/elements/dropbox/instances/{instance['id']}", query={"reAuthenticate": "false"}, body={
                "name": instance["name"], "element": {"key": "dropbox"},
                "configuration": {
                    **self.configuration(), "event.notification.enabled": "true",
                    "event.notification.callback.url": mailbox.url,
                    "event.notification.signature.key": mailbox.key}})
        self.assertTrue(changed["eventsEnabled"] and changed["valid"])
        self.assertEqual(changed["token"], instance["token"])
        self.call("GET", "/ping", auth=connector_calls(instance))
        self.fake.change("put", f"/{self.unique('file')}")
        mailbox.wait(callbacks=1)

    def test_delete_of_an_element(self):
        """1.5: DELETE /elements/{keyOrId}/instances/{id}."""
        instance = self.create()
        self.call("DELETE", f"/elements/dropbox/instances/{instance['id']}")
        self.refused(404, "GET", f"/instances/{instance['id']}")

    def test_disabled_instances_take_no_connector_calls(self):
        """1.5: DELETE /instances/{id}/enabled: connector calls are 403 until PUT."""
        instance = self.create()
        self.call("DELETE", f"/instances/{instance['id']}/enabled")
        self.assertTrue(self.read(instance)["disabled"])
        for path in ("/hubs/documents/ping", "/ping", "/hubs/documents/folders/contents?path=/"):
            path, _, query = path.partition("?path=")
            self.refused(403, "GET", path, auth=connector_calls(instance), query={"path": query} if query else None)
        self.call("PUT", f"/instances/{instance['id']}/enabled")
        self.assertFalse(self.read(instance)["disabled"])
        self.call("GET", "/hubs/documents/ping", auth=connector_calls(instance))

    def test_the_token_picks_the_instance_to_disable(self):
        """1.5: PUT and DELETE /instances/enabled."""
        instance = self.create()
        self.call("DELETE", "/instances/enabled", auth=id_less(instance))
        self.refused(403, "GET", "/ping", auth=connector_calls(instance))
        self.call("PUT", "/instances/enabled", auth=id_less(instance))
        self.call("GET", "/ping", auth=connector_calls(instance))

    def test_disabled_instances_still_tell_their_objects(self):
        """1.5: GET /objects answers while the instance is disabled."""
        instance = self.create()
        self.call("DELETE", f"/instances/{instance['id']}/enabled")
        for path in ("/objects", "/hubs/documents/objects"):
            self.assertEqual(self.call("GET", path, auth=connector_calls(instance)), ["file", "folder"])

    def test_trace_logging_is_switched(self):
        """1.5: PUT and DELETE /instances/{id}/trace-logging, with {duration}; 1.6: Elements-Trace-Id."""
        instance = self.create()
        ping = lambda: self.ask("GET", "/ping", auth=connector_calls(instance)).headers.get("Elements-Trace-Id")
        self.assertFalse(self.read(instance)["traceLoggingEnabled"])
        self.assertIsNone(ping())
        self.call("PUT", f"/instances/{instance['id']}/trace-logging", {"duration": 5})
        self.assertTrue(self.read(instance)["traceLoggingEnabled"])
        trace = ping()
        self.assertIn(trace, self.world.hub.log.read_text(), "the log has the call under this id")
        self.call("DELETE", f"/instances/{instance['id']}/trace-logging")
        self.assertFalse(self.read(instance)["traceLoggingEnabled"])
        self.assertIsNone(ping())
        for duration in (0, -1, "long", 100_000):
            self.refused(400, "PUT", f"/instances/{instance['id']}/trace-logging", {"duration": duration})

    def test_an_instance_has_a_document_of_its_calls(self):
        """1.5: GET /instances/{id}/docs is the swagger document."""
        instance = self.create()
        document = self.call("GET", f"/instances/{instance['id']}/docs")
        self.assertEqual(self.call("GET", "/instances/docs", auth=id_less(instance)), document)
        self.assertIn("get", document["paths"]["/hubs/{hub}/files/{documentId}/metadata"])
        self.assertNotIn("/instances", document["paths"])
