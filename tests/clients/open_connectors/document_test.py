"""Calls to the connector: /ping and the hub segment of 1.6, documents as in 3.4."""

import datetime
import urllib.parse
import urllib.request

from open_connectors.contract import ContractTest, connector_calls

MEMBERS = {"id", "refId", "name", "path", "directory", "tags", "parentFolderId"}
FILE_MEMBERS = MEMBERS | {"size", "modifiedDate"}


def twice_encoded(path):
    return urllib.parse.quote(urllib.parse.quote(path, safe=""), safe="")


class Document(ContractTest):
    def setUp(self):
        self.instance = self.create()
        self.folder = f"/{self.unique('document folder')}"
        self.fake.change("folder", self.folder)
        self.path = f"{self.folder}/plan ä.txt"
        self.fake.change("put", self.path, content="the content")

    def read(self, resource, /, **query):
        return self.call("GET", resource, auth=connector_calls(self.instance), query=query)

    def test_ping(self):
        """1.6: {dateTime, endpoint}, and endpoint is the element's key."""
        pong = self.read("/ping")
        self.assertEqual((set(pong), pong["endpoint"]), ({"dateTime", "endpoint"}, "dropbox"))
        self.assertRegex(pong["dateTime"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")

    def test_the_hub_is_ignored(self):
        """1.6: /hubs/documents/x, /hubs/anything/x and /x act alike: the token decides."""
        for path, query in (("/ping", {}), ("/files/metadata", {"path": self.path}),
                            ("/folders/contents", {"path": self.folder})):
            answers = [self.read(prefix + path, **query) for prefix in ("", "/hubs/documents", "/hubs/anything")]
            for answer in answers:
                if isinstance(answer, dict):
                    answer.pop("dateTime", None)
            self.assertEqual(answers[0], answers[1])
            self.assertEqual(answers[0], answers[2])

    def test_a_file_has_the_members_of_a_document(self):
        """3.4: id, refId, name, path, directory, size, modifiedDate, tags, parentFolderId."""
        file = self.read("/hubs/documents/files/metadata", path=self.path)
        self.assertLessEqual(FILE_MEMBERS, set(file))
        self.assertEqual((file["name"], file["path"], file["size"]), ("plan ä.txt", self.path, len("the content")))
        self.assertIs(file["directory"], False)
        self.assertEqual(file["tags"], [])
        self.assertTrue(file["refId"].startswith("id:"))

    def test_a_file_has_the_date_of_its_creation(self):
        """3.4: createdDate; Dropbox does not tell it, so it is the time that the content was given."""
        file = self.read("/hubs/documents/files/metadata", path=self.path)
        self.assertRegex(file["createdDate"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
        self.assertLessEqual(file["createdDate"], file["modifiedDate"])

    def test_a_folder_is_a_directory(self):
        """3.4: directory is true for folders."""
        folder = self.read("/hubs/documents/folders/metadata", path=self.folder)
        self.assertLessEqual(MEMBERS, set(folder))
        self.assertIs(folder["directory"], True)
        self.assertEqual((folder["parentFolderId"], folder["size"]), ("%252F", 0))
        top = self.read("/hubs/documents/folders/metadata", path="/")
        self.assertLessEqual(MEMBERS - {"parentFolderId"}, set(top))
        self.assertEqual(self.read(f"/hubs/documents/folders/{urllib.parse.quote(top['refId'], safe='')}/metadata"), top)

    def test_ids_are_paths_encoded_twice(self):
        """3.4: the id of Dropbox documents is the path, URL-encoded twice, that of the root %252F."""
        file = self.read("/hubs/documents/files/metadata", path=self.path)
        self.assertEqual(file["id"], twice_encoded(self.path))
        self.assertEqual(file["parentFolderId"], twice_encoded(self.folder))
        self.assertEqual(self.read("/hubs/documents/folders/metadata", path="/")["id"], "%252F")

    def test_an_id_goes_into_the_path_as_it_is(self):
        """3.4: an id is a segment of the path as it was got."""
        file = self.read("/hubs/documents/files/metadata", path=self.path)
        self.assertEqual(self.read(f"/hubs/documents/files/{file['id']}/metadata"), file)
        folder = self.read("/hubs/documents/folders/metadata", path=self.folder)
        self.assertEqual(self.read(f"/hubs/documents/folders/{folder['id']}/metadata"), folder)
        self.assertEqual(self.read(f"/hubs/documents/folders/{folder['id']}/contents"), [file])
        self.assertIn(folder, self.read("/hubs/documents/folders/%252F/contents", pageSize=500))

    def test_a_ref_id_serves_as_id(self):
        """3.3: refId is the provider's own id and may be used as id."""
        file = self.read("/hubs/documents/files/metadata", path=self.path)
        self.assertEqual(self.read(f"/hubs/documents/files/{file['refId']}/metadata"), file)

    def test_contents_of_a_folder(self):
        """3.4: GET /folders/contents?path=."""
        self.fake.change("folder", f"{self.folder}/inner")
        found = self.read("/hubs/documents/folders/contents", path=self.folder)
        self.assertEqual({one["name"]: one["directory"] for one in found}, {"plan ä.txt": False, "inner": True})

    def test_contents_come_in_pages(self):
        """3.4, 1.6: pageSize and Elements-Next-Page-Token."""
        for number in range(4):
            self.fake.change("put", f"{self.folder}/{number}.txt")
        seen, query = [], {"path": self.folder, "pageSize": 2}
        while True:
            answer = self.ask(
                "GET", "/hubs/documents/folders/contents", auth=connector_calls(self.instance), query=query)
            self.assertEqual(answer.status, 200)
            self.assertLessEqual(len(answer.json), 2)
            seen += [one["name"] for one in answer.json]
            if not (token := answer.headers["Elements-Next-Page-Token"]):
                break
            query["nextPage"] = token
        self.assertEqual(sorted(seen), ["0.txt", "1.txt", "2.txt", "3.txt", "plan ä.txt"])

    def test_search(self):
        """3.4: GET /search."""
        word = self.unique("needle").replace(" ", "")
        self.fake.change("put", f"{self.folder}/{word}.txt")
        self.assertEqual([one["name"] for one in self.read("/hubs/documents/search", text=word)], [f"{word}.txt"])

    def test_content_of_a_file(self):
        """3.4: GET /files?path= and GET /files/{id} give the content."""
        file = self.read("/hubs/documents/files/metadata", path=self.path)
        for path, query in (("/files", {"path": self.path}), (f"/files/{file['id']}", None)):
            answer = self.ask("GET", f"/hubs/documents{path}", auth=connector_calls(self.instance), query=query)
            self.assertEqual((answer.status, answer.body), (200, b"the content"))

    def test_a_file_that_is_not_there_is_404(self):
        """1.7: 404."""
        self.refused(404, "GET", "/hubs/documents/files/metadata", auth=connector_calls(self.instance),
                     query={"path": f"{self.folder}/no-such-file"})

    def test_a_refusal_of_the_provider_keeps_its_status(self):
        """1.7: failures of the vendor that once were 502 became 400 and 403; a limit is 429."""
        for status, tag, wanted in ((401, "missing_scope", 403), (429, "too_many_requests", 429)):
            fault = {"kind": "rate_limit", "retry_after": 1} if status == 429 else {
                "kind": "union_error", "status": status, "tag": tag}
            self.fake.control("faults", route="files/get_metadata", **fault)
            answer = self.ask("GET", "/hubs/documents/files/metadata", auth=connector_calls(self.instance),
                              query={"path": self.path})
            self.assertEqual(answer.status, wanted, answer.body)
    def test_a_refusal_of_the_provider_comes_along(self):
        """1.7: a failure of the provider adds providerMessage."""
        answer = self.ask("GET", "/hubs/documents/files/metadata", auth=connector_calls(self.instance),
                          query={"path": f"{self.folder}/no-such-file"})
        self.assertIn("providerMessage", answer.json)

    def test_links_of_a_file(self):
        """3.4: GET /files/links and /files/{id}/links give providerLink and providerViewLink."""
        file = self.read("/hubs/documents/files/metadata", path=self.path)
        for path, query in (("/files/links", {"path": self.path}), (f"/files/{file['id']}/links", {})):
            links = self.read(f"/hubs/documents{path}", **query)
            self.assertLessEqual({"providerLink", "providerViewLink"}, set(links))
            for link in (links["providerLink"], links["providerViewLink"]):
                with urllib.request.urlopen(link) as content:
                    self.assertEqual(content.read(), b"the content")
            expires = datetime.datetime.fromisoformat(links["expires"].replace("Z", "+00:00"))
            self.assertGreater(expires, datetime.datetime.now(datetime.timezone.utc))

    def test_a_link_is_to_a_file(self):
        """1.7: 404 and 400; a folder has no content to link to."""
        caller = connector_calls(self.instance)
        self.refused(404, "GET", "/files/links", auth=caller, query={"path": f"{self.folder}/nothing"})
        self.refused(400, "GET", "/files/links", auth=caller)
        self.refused(409, "GET", "/files/links", auth=caller, query={"path": self.folder})

    def test_storage(self):
        """3.4: GET /storage."""
        before = self.read("/hubs/documents/storage")
        self.fake.change("put", f"{self.folder}/more.txt", content="x" * 1000)
        after = self.read("/hubs/documents/storage")
        self.assertEqual(after["used"], before["used"] + 1000)
        self.assertGreater(after["total"], after["used"])

    def test_revisions_of_a_file(self):
        """3.4: GET /files/{id}/revisions, each with an id, by which one is read."""
        self.fake.change("put", self.path, content="the second content")
        file = self.read("/hubs/documents/files/metadata", path=self.path)
        found = self.read(f"/hubs/documents/files/{file['id']}/revisions")
        self.assertEqual([one["size"] for one in found], [18, 11])
        self.assertEqual(found[0]["id"], file["revision"])
        self.assertEqual(self.read("/hubs/documents/files/revisions", path=self.path), found)
        for one in found:
            self.assertEqual(self.read(f"/hubs/documents/files/{file['refId']}/revisions/{one['id']}"), one)
            self.assertEqual(self.read(f"/hubs/documents/files/revisions/{one['id']}", path=self.path), one)
        self.refused(404, "GET", f"/hubs/documents/files/{file['id']}/revisions/nothing",
                     auth=connector_calls(self.instance))

    def test_revisions_come_in_pages(self):
        """3.4, 1.6: pageSize and Elements-Next-Page-Token."""
        for number in range(4):
            self.fake.change("put", self.path, content="x" * number)
        seen, query = [], {"path": self.path, "pageSize": 2}
        while True:
            answer = self.ask(
                "GET", "/hubs/documents/files/revisions", auth=connector_calls(self.instance), query=query)
            self.assertEqual(answer.status, 200, answer.body)
            seen += [one["size"] for one in answer.json]
            if not (token := answer.headers["Elements-Next-Page-Token"]):
                break
            query["nextPage"] = token
        self.assertEqual(seen, [3, 2, 1, 0, 11])

    def test_me(self):
        """3.4: GET /me."""
        me = self.read("/hubs/documents/me")
        self.assertEqual(me["id"], self.fake.account)
        self.assertTrue(me["name"])

