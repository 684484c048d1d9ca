#!/usr/bin/python3
"""Goal: Debian's python3-dropbox accepts the fake. Its decoder checks every answer against the
API's definition, so what passes here has the real shapes.
Method: the official SDK, unchanged, pointed at the fake by its own environment variables.
"""

import json
import os
import unittest
import urllib.parse

import dropbox
import requests
from dropbox import common, exceptions, files

URL = os.environ["FAKE_URL"]
APP_KEY, APP_SECRET = os.environ["FAKE_APP_KEY"], os.environ["FAKE_APP_SECRET"]
ACCOUNT = os.environ["FAKE_ACCOUNT"]
REDIRECT = "https://example.com/callback"


def control(route, /, **fields):
    answer = requests.post(f"{URL}/fake/{route}", json=fields)
    answer.raise_for_status()
    return answer.json()


def fault(**fields):
    control("faults", **fields)


def client(refresh_token=os.environ["FAKE_REFRESH_TOKEN"], **options):
    return dropbox.Dropbox(oauth2_refresh_token=refresh_token, app_key=APP_KEY,
                           app_secret=APP_SECRET, **options)


def list_all(dbx, path, **options):
    result = dbx.files_list_folder(path, **options)
    pages, entries = 1, list(result.entries)
    while result.has_more:
        result = dbx.files_list_folder_continue(result.cursor)
        pages += 1
        entries += result.entries
    return entries, pages, result.cursor


def authorize(decision="allow", **options):
    """Goes through the authorize page as a browser would. Returns the flow and the redirect's query."""
    session = {}
    flow = dropbox.DropboxOAuth2Flow(APP_KEY, REDIRECT, session, "csrf", APP_SECRET,
                                     token_access_type="offline", **options)
    page = flow.start("my state")
    assert requests.get(page).status_code == 200
    form = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(page).query))
    form.update(account_id=ACCOUNT, decision=decision)
    answer = requests.post(f"{URL}/oauth2/authorize", data=form, allow_redirects=False)
    assert answer.status_code == 302, answer.text
    query = urllib.parse.urlsplit(answer.headers["Location"]).query
    return flow, dict(urllib.parse.parse_qsl(query))


class Account(unittest.TestCase):
    def test_current_account_and_checks(self):
        dbx = client()
        account = dbx.users_get_current_account()
        self.assertEqual(account.account_id, ACCOUNT)
        self.assertEqual(account.name.display_name, "Ada Lovelace")
        self.assertEqual(dbx.check_user("hello").result, "hello")
        self.assertEqual(dbx.check_app("hello").result, "hello")

    def test_team_space_is_listed_with_the_root_only(self):
        dbx = client(os.environ["FAKE_TEAM_REFRESH_TOKEN"])
        root_info = dbx.users_get_current_account().root_info
        self.assertIsInstance(root_info, common.TeamRootInfo)
        dbx.files_upload(b"mine", "/mine.txt")
        self.assertEqual([e.path_display for e in list_all(dbx, "", recursive=True)[0]],
                         ["/mine.txt"])
        root = dbx.with_path_root(common.PathRoot.root(root_info.root_namespace_id))
        paths = [e.path_display for e in list_all(root, "", recursive=True)[0]]
        self.assertEqual(paths, ["/Grace Hopper", "/Grace Hopper/mine.txt"])

    def test_an_old_root_is_refused_with_the_new_one(self):
        wrong = client().with_path_root(common.PathRoot.root("123"))
        with self.assertRaises(exceptions.PathRootError) as caught:
            wrong.files_list_folder("")
        self.assertTrue(caught.exception.error.is_invalid_root())


class Listing(unittest.TestCase):
    def test_recursive_listing_in_small_pages(self):
        entries, pages, _ = list_all(client(), "/Documents", recursive=True, limit=4)
        names = [e.name for e in entries if isinstance(e, files.FileMetadata)]
        self.assertEqual(len(names), 25)
        self.assertEqual(len(set(names)), 25)
        self.assertGreaterEqual(pages, 6)

    def test_changes_show_up_after_the_cursor(self):
        dbx = client()
        dbx.files_create_folder_v2("/Changes")
        cursor = dbx.files_list_folder_get_latest_cursor("/Changes", recursive=True).cursor
        self.assertEqual(dbx.files_list_folder_continue(cursor).entries, [])
        made = dbx.files_upload(b"one", "/Changes/a.txt")
        moved = dbx.files_move_v2("/Changes/a.txt", "/Changes/Sub/b.txt").metadata
        copied = dbx.files_copy_v2("/Changes/Sub/b.txt", "/Changes/c.txt").metadata
        dbx.files_delete_v2("/Changes/c.txt")
        self.assertEqual(moved.id, made.id)
        self.assertNotEqual(copied.id, made.id)
        self.assertTrue(dbx.files_list_folder_longpoll(cursor).changes)
        entries = dbx.files_list_folder_continue(cursor).entries
        seen = [(type(e).__name__, e.path_display) for e in entries]
        self.assertEqual(seen, [
            ("FileMetadata", "/Changes/a.txt"), ("FolderMetadata", "/Changes/Sub"),
            ("DeletedMetadata", "/Changes/a.txt"), ("FileMetadata", "/Changes/Sub/b.txt"),
            ("FileMetadata", "/Changes/c.txt"), ("DeletedMetadata", "/Changes/c.txt")])

    def test_odd_entries_pass_the_decoder(self):
        dbx = client()
        control("files", account=ACCOUNT, do="put", path="/Odd/Füße 😀\n.txt", content="x")
        control("files", account=ACCOUNT, do="share", path="/Odd")
        for kind in ("null_paths", "unknown_fields", "missing_content_hash", "wrong_parent_case",
                     "child_before_parent", "empty_page_with_more"):
            fault(route="files/list_folder", kind=kind)
            list_all(dbx, "", recursive=True, include_deleted=True)
        metadata, response = dbx.files_download("/Odd/Füße 😀\n.txt")
        self.assertEqual((metadata.name, response.content), ("Füße 😀\n.txt", b"x"))

    def test_search_goes_through_pages(self):
        dbx = client()
        for name in ("Find me.txt", "find ME too.txt", "other.txt"):
            dbx.files_upload(b"x", "/Search/" + name)
        dbx.files_upload(b"x", "/Elsewhere/find me.txt")
        options = files.SearchOptions(path="/search", max_results=1)
        found = dbx.files_search_v2("FIND me", options=options)
        names = []
        while True:
            names += [match.metadata.get_metadata().name for match in found.matches]
            if not found.has_more:
                break
            found = dbx.files_search_continue_v2(found.cursor)
        self.assertEqual(sorted(names), ["Find me.txt", "find ME too.txt"])
        with self.assertRaises(exceptions.ApiError) as caught:
            dbx.files_search_v2("a", options=files.SearchOptions(path="/nowhere"))
        self.assertTrue(caught.exception.error.get_path().is_not_found())

    def test_errors_have_the_types_of_the_api(self):
        dbx = client()
        with self.assertRaises(exceptions.ApiError) as caught:
            dbx.files_list_folder("/nowhere")
        self.assertTrue(caught.exception.error.get_path().is_not_found())
        cursor = dbx.files_list_folder("").cursor
        fault(route="files/list_folder/continue", kind="union_error", tag="reset")
        with self.assertRaises(exceptions.ApiError) as caught:
            dbx.files_list_folder_continue(cursor)
        self.assertTrue(caught.exception.error.is_reset())
        with self.assertRaises(exceptions.ApiError) as caught:
            dbx.files_upload(b"x", "/Documents")
        self.assertTrue(caught.exception.error.get_path().reason.is_conflict())
        with self.assertRaises(exceptions.ApiError) as caught:
            dbx.files_create_folder_v2("/Documents")
        self.assertTrue(caught.exception.error.get_path().is_conflict())
        with self.assertRaises(exceptions.ApiError) as caught:
            dbx.files_move_v2("/nowhere", "/there")
        self.assertTrue(caught.exception.error.get_from_lookup().is_not_found())

    def test_outages_and_rate_limits_are_ridden_out(self):
        dbx = client()
        fault(route="files/list_folder", kind="server_error", status=503)
        fault(route="files/list_folder", kind="rate_limit", retry_after=0)
        self.assertTrue(dbx.files_list_folder("").entries)

    def test_revisions_follow_the_id(self):
        dbx = client()
        first = dbx.files_upload(b"1", "/Revisions/a.txt")
        dbx.files_upload(b"2", "/Revisions/a.txt", mode=files.WriteMode.overwrite)
        dbx.files_move_v2("/Revisions/a.txt", "/Revisions/b.txt")
        found = dbx.files_list_revisions(first.id, mode=files.ListRevisionsMode.id)
        self.assertEqual(len({e.rev for e in found.entries}), 2)
        self.assertFalse(found.is_deleted)


class Authorization(unittest.TestCase):
    def test_code_with_secret_then_refresh_and_revoke(self):
        flow, query = authorize()
        result = flow.finish(query)
        self.assertEqual(result.account_id, ACCOUNT)
        self.assertEqual(result.url_state, "my state")
        dbx = client(result.refresh_token)
        dbx.files_list_folder("")
        control("expire", account=ACCOUNT, what="access_tokens")
        dbx.files_list_folder("")  # refreshes after expired_access_token
        dbx.auth_token_revoke()
        with self.assertRaises(exceptions.AuthError):
            dbx.refresh_access_token()
            dbx.files_list_folder("")

    def test_code_with_pkce(self):
        flow, query = authorize(use_pkce=True)
        result = flow.finish(query)
        dbx = dropbox.Dropbox(oauth2_refresh_token=result.refresh_token, app_key=APP_KEY)
        self.assertEqual(dbx.users_get_current_account().account_id, ACCOUNT)

    def test_narrow_scope(self):
        flow, query = authorize(scope=["account_info.read"])
        dbx = client(flow.finish(query).refresh_token)
        dbx.users_get_current_account()
        with self.assertRaises(exceptions.AuthError) as caught:
            dbx.files_list_folder("")
        self.assertTrue(caught.exception.error.is_missing_scope())

    def test_denied(self):
        flow, query = authorize("deny")
        with self.assertRaises(dropbox.oauth.NotApprovedException):
            flow.finish(query)

    def test_a_code_works_once(self):
        flow, query = authorize()
        flow.finish(dict(query))
        body = {"grant_type": "authorization_code", "code": query["code"], "client_id": APP_KEY,
                "client_secret": APP_SECRET, "redirect_uri": REDIRECT}
        answer = requests.post(f"{URL}/1/oauth2/token", data=body)
        self.assertEqual((answer.status_code, json.loads(answer.text)["error"]),
                         (400, "invalid_grant"))


if __name__ == "__main__":
    # The SDK leaves closing its connections to the garbage collector.
    unittest.main(verbosity=2, warnings="ignore")
