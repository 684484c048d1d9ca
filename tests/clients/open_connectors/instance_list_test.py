"""Lists of instances: section 1.5."""

from open_connectors.contract import ContractTest


class InstanceList(ContractTest):
    def found(self, path="/instances", **query):
        return [one["id"] for one in self.call("GET", path, query=query)]

    def test_all_are_an_array(self):
        """1.5: GET /instances is an array."""
        instance = self.create()
        self.assertIn(instance["id"], self.found(pageSize=500))

    def test_tags_narrow(self):
        """1.5: `tags[]`; several of them have all to be there (inferred)."""
        common, own = self.unique("common"), self.unique("own")
        first = self.create(self.initial(tags=[common, own]))
        second = self.create(self.initial(tags=[common]))
        self.assertEqual(self.found(**{"tags[]": common}), [first["id"], second["id"]])
        self.assertEqual(self.found(**{"tags[]": [common, own]}), [first["id"]])

    def test_search_text_is_part_of_the_name(self):
        """1.5: `searchText` looks in the name."""
        word = self.unique("needle").replace(" ", "-")
        instance = self.create(self.initial(name=f"a {word} in hay"))
        self.create()
        self.assertEqual(self.found(searchText=word), [instance["id"]])

    def test_search_text_is_the_key_of_the_element(self):
        """1.5: or in the element's key."""
        tag = self.unique("tag")
        instance = self.create(self.initial(tags=[tag], name=self.unique("nothing of its name")))
        self.assertEqual(self.found(searchText="dropbox", **{"tags[]": tag}), [instance["id"]])

    def test_a_search_in_vain_is_404(self):
        """1.5: no match for searchText and tags is 404, not an empty list."""
        tag = self.unique("tag")
        self.create(self.initial(tags=[tag]))
        self.refused(404, "GET", "/instances", query={"searchText": "nobody-has-this", "tags[]": tag})

    def test_pages_follow_each_other(self):
        """1.5, 1.6: pageSize, nextPage and Elements-Next-Page-Token; every instance once, in pages of that size."""
        tag = self.unique("tag")
        made = [self.create(self.initial(tags=[tag]))["id"] for _ in range(5)]
        seen, sizes, query = [], [], {"tags[]": tag, "pageSize": 2}
        while True:
            answer = self.ask("GET", "/instances", query=query)
            self.assertEqual(answer.status, 200)
            page = [one["id"] for one in answer.json]
            self.assertEqual(answer.headers["Elements-Returned-Count"], str(len(page)))
            seen += page
            sizes.append(len(page))
            if not answer.headers["Elements-Next-Page-Token"]:
                break
            query["nextPage"] = answer.headers["Elements-Next-Page-Token"]
        self.assertEqual((seen, sizes), (made, [2, 2, 1]))

    def test_the_total_is_counted(self):
        """1.6: Elements-Total-Count."""
        self.create()
        answer = self.ask("GET", "/instances", query={"pageSize": 500})
        self.assertEqual(answer.headers["Elements-Total-Count"], str(len(answer.json)))

    def test_hydrate_is_taken(self):
        """1.5: the query parameter `hydrate`."""
        instance = self.create()
        for value in ("true", "false"):
            self.assertIn(instance["id"], self.found(hydrate=value, pageSize=500))

    def test_the_instances_of_an_element(self):
        """1.5: GET /elements/{keyOrId}/instances."""
        instance = self.create()
        for element in ("dropbox", instance["elementId"]):
            self.assertIn(instance["id"], self.found(f"/elements/{element}/instances", pageSize=500))
        self.refused(404, "GET", "/elements/nobody/instances")

    def test_the_instances_of_the_account(self):
        """1.5: GET /accounts/instances and /accounts/{id}/instances."""
        instance = self.create()
        self.assertIn(instance["id"], self.found("/accounts/instances"))
        account = instance["user"]["id"]
        self.assertIn(instance["id"], self.found(f"/accounts/{account}/instances"))

    def test_another_account_is_403(self):
        """1.7: 403 for foreign account ids."""
        self.refused(403, "GET", "/accounts/999999999/instances")
