// Goal: whatever happens while a client pages, applying the entries in order ends in the account's
// real tree. Method: a mirror that follows the API's rules, random changes with printed seeds under
// every shape of the delta log, and a table of single operations.

#include "unit/demo/fake_fixture.h"

#include <cstdlib>
#include <random>

namespace ferry::demo {
namespace {

class ListFolder : public FakeFixture {
  protected:
    /// Takes the next page into the mirror; lists from the start when there is no cursor yet.
    bool takePage(const std::string& limit) {
        const Json page = parsed(
            cursor.empty()
                ? call("files/list_folder", R"({"path":"","recursive":true,"limit":)" + limit + "}")
                : callContinue(cursor)
        );
        mirror.apply(page["entries"]);
        last_count = page["entries"].Size();
        cursor = page["cursor"].GetString();
        return page["has_more"].GetBool();
    }
    void drain() {
        while (takePage("3")) {
        }
    }
    std::map<std::string, std::string> truth() const {
        std::map<std::string, std::string> items;
        for (const EntryPtr& entry : fake.entries(account)) {
            items[entry->path_lower] =
                entry->kind == EntryKind::Folder ? "folder" : "file " + entry->rev;
        }
        return items;
    }
    /// "file /a.txt", "deleted /b" of what comes after the cursor.
    std::vector<std::string> deltaAfter(const std::function<void()>& change) {
        drain();
        change();
        std::vector<std::string> seen;
        bool has_more = true;
        while (has_more) {
            const Json page = parsed(callContinue(cursor));
            for (const auto& entry : page["entries"].GetArray()) {
                seen.push_back(
                    std::string(entry[".tag"].GetString()) + " " + entry["path_display"].GetString()
                );
            }
            cursor = page["cursor"].GetString();
            has_more = page["has_more"].GetBool();
        }
        return seen;
    }

    Mirror mirror;
    std::string cursor;
    std::size_t last_count = 0;
};

/// One random change among few names, so that they collide often. Refused changes do not matter.
void changeSomething(FakeDropbox& fake, const std::string& account, std::mt19937& random) {
    const auto path = [&] {
        const std::string names = "aAbc";
        std::string made;
        const std::size_t depth = 1 + random() % 3;
        for (std::size_t i = 0; i < depth; ++i)
            made += std::string("/") + names[random() % 4];
        return made;
    };
    switch (random() % 8) {
        case 0:
            (void)fake.createFolder(account, path());
            break;
        case 1:
            (void)fake.move(account, path(), path());
            break;
        case 2:
            (void)fake.remove(account, path());
            break;
        case 3:
            (void)fake.restore(account, path());
            break;
        case 4:
            (void)fake.copy(account, path(), path());
            break;
        case 5:
            (void
            )fake.splitMove(account, path(), path(), random() % 2 ? Break::Page : Break::Drain);
            break;
        default:
            (void)fake.putFile(account, path(), "content");
            break;
    }
}

DeltaShape shapeOf(unsigned bits) {
    DeltaShape shape;
    shape.coalesce = bits & 1U;
    shape.report_child_deletions = bits & 2U;
    shape.new_half_first = bits & 4U;
    shape.children_before_parents = bits & 8U;
    shape.silent_case_rename = bits & 16U;
    return shape;
}

class RandomListing : public ListFolder, public testing::WithParamInterface<unsigned> {};

TEST_P(RandomListing, EndsInTheRealTreeWhateverChangesMeanwhile) {
    const char* given = std::getenv("FERRY_SEED");
    const unsigned seed = given ? static_cast<unsigned>(std::atoi(given)) : 20260221U + GetParam();
    SCOPED_TRACE("FERRY_SEED=" + std::to_string(seed));
    std::mt19937 random(seed);
    fake.setShape(account, shapeOf(GetParam()));
    for (int round = 0; round < 30; ++round) {
        for (std::size_t i = 0; i < random() % 12; ++i)
            changeSomething(fake, account, random);
        if (random() % 10 == 0) cursor.clear(), mirror = {};
        while (takePage(std::to_string(1 + random() % 5))) {
            if (random() % 3 == 0) changeSomething(fake, account, random);
        }
        // A move split over two drains ends in the next one.
        for (std::size_t quiet = 0; quiet < 2; quiet = last_count == 0 ? quiet + 1 : 0)
            drain();
        ASSERT_EQ(mirror.items(), truth()) << "round " << round;
    }
}

INSTANTIATE_TEST_SUITE_P(AllShapes, RandomListing, testing::Range(0U, 32U));

TEST_F(ListFolder, MoveIsADeletionAndAnAdditionWithTheSameId) {
    const std::string id = (*fake.putFile(account, "/a.txt", "x"))->id;

    EXPECT_EQ(
        deltaAfter([&] { (void)fake.move(account, "/a.txt", "/Sub/b.txt"); }),
        (std::vector<std::string>{"folder /Sub", "deleted /a.txt", "file /Sub/b.txt"})
    );
    EXPECT_EQ(fake.find(account, "/sub/B.txt")->id, id);
}

TEST_F(ListFolder, FolderDeletionShowsTheTopOnlyOrAllOfIt) {
    (void)fake.putFile(account, "/D/e/f.txt", "x");
    EXPECT_EQ(
        deltaAfter([&] { (void)fake.remove(account, "/D"); }),
        std::vector<std::string>{"deleted /D"}
    );

    DeltaShape shape;
    shape.report_child_deletions = true;
    fake.setShape(account, shape);
    (void)fake.putFile(account, "/D/e/f.txt", "x");
    EXPECT_EQ(
        deltaAfter([&] { (void)fake.remove(account, "/D"); }),
        (std::vector<std::string>{"deleted /D", "deleted /D/e", "deleted /D/e/f.txt"})
    );
}

TEST_F(ListFolder, CaseOnlyRenameIsSilentUnlessAskedFor) {
    (void)fake.putFile(account, "/a.txt", "x");
    EXPECT_TRUE(deltaAfter([&] { (void)fake.move(account, "/a.txt", "/A.txt"); }).empty());
    EXPECT_EQ(fake.find(account, "/a.txt")->path_display, "/A.txt");
    EXPECT_TRUE(fake.journal(account).back().is_silent);
}

TEST_F(ListFolder, SharingLooksLikeDeletionAndCreation) {
    (void)fake.putFile(account, "/S/x.txt", "x");
    EXPECT_EQ(
        deltaAfter([&] { (void)fake.shareFolder(account, "/S"); }),
        (std::vector<std::string>{"deleted /S", "folder /S", "file /S/x.txt"})
    );
}

TEST_F(ListFolder, UnmountAndMountBringTheSameIdsBack) {
    (void)fake.putFile(account, "/S/x.txt", "x");
    const std::string shared = (*fake.shareFolder(account, "/S"))->shared_folder_id;
    const std::string id = fake.find(account, "/S/x.txt")->id;
    EXPECT_EQ(
        deltaAfter([&] { (void)fake.unmount(account, "/S"); }),
        std::vector<std::string>{"deleted /S"}
    );
    EXPECT_EQ(
        deltaAfter([&] { (void)fake.mount(account, shared); }),
        (std::vector<std::string>{"folder /S", "file /S/x.txt"})
    );
    EXPECT_EQ(fake.find(account, "/S/x.txt")->id, id);
}

TEST_F(ListFolder, RestoreKeepsTheIdAndANewUploadDoesNot) {
    const std::string id = (*fake.putFile(account, "/a.txt", "x"))->id;
    (void)fake.remove(account, "/a.txt");
    EXPECT_EQ((*fake.restore(account, "/a.txt"))->id, id);
    (void)fake.remove(account, "/a.txt");
    EXPECT_NE((*fake.putFile(account, "/a.txt", "x"))->id, id);
}

TEST_F(ListFolder, SplitMoveShowsItsSecondHalfOnlyInTheNextDrain) {
    (void)fake.putFile(account, "/a.txt", "x");
    drain();
    (void)fake.splitMove(account, "/a.txt", "/b.txt", Break::Drain);
    EXPECT_FALSE(takePage("10"));
    EXPECT_TRUE(mirror.items().empty());
    EXPECT_FALSE(takePage("10"));
    EXPECT_EQ(mirror.items(), truth());
}

TEST_F(ListFolder, HeldDeltaShowsNothingUntilItIsReleased) {
    drain();
    fake.holdDelta(account);
    (void)fake.putFile(account, "/a.txt", "x");
    EXPECT_FALSE(takePage("10"));
    EXPECT_EQ(last_count, 0U);
    fake.releaseDelta(account);
    EXPECT_FALSE(takePage("10"));
    EXPECT_EQ(last_count, 1U);
}

TEST_F(ListFolder, ShowsOnlyDirectChildrenUnlessRecursive) {
    for (const char* path :
         {"/d/x/deep.txt", "/d/x.txt", "/d/x y/deep.txt", "/d/z.txt", "/e.txt"}) {
        (void)fake.putFile(account, path, "x");
    }
    const Json page = parsed(call("files/list_folder", R"({"path":"/D"})"));
    std::vector<std::string> names;
    for (const auto& entry : page["entries"].GetArray())
        names.push_back(entry["name"].GetString());
    EXPECT_EQ(names, (std::vector<std::string>{"x", "x y", "x.txt", "z.txt"}));
}

TEST_F(ListFolder, IncludeDeletedAddsTombstonesOnce) {
    (void)fake.putFile(account, "/a.txt", "x");
    (void)fake.remove(account, "/a.txt");
    const Json without = parsed(call("files/list_folder", R"({"path":""})"));
    EXPECT_EQ(without["entries"].Size(), 0U);
    const Json with = parsed(call("files/list_folder", R"({"path":"","include_deleted":true})"));
    ASSERT_EQ(with["entries"].Size(), 1U);
    EXPECT_STREQ(with["entries"][0][".tag"].GetString(), "deleted");
    EXPECT_FALSE(with["entries"][0].HasMember("id"));
}

TEST_F(ListFolder, CursorsOfDeletedFoldersAreNotFoundAndExpiredOnesReset) {
    (void)fake.putFile(account, "/D/a.txt", "x");
    const Json page = parsed(call("files/list_folder", R"({"path":"/D"})"));
    const std::string folder_cursor = page["cursor"].GetString();
    (void)fake.remove(account, "/D");
    EXPECT_NE(callContinue(folder_cursor).body.find("path/not_found"), std::string::npos);
    drain();
    fake.expireCursors(account);
    const Reply reset = callContinue(cursor);
    EXPECT_EQ(reset.status, 409);
    EXPECT_STREQ(parsed(reset)["error"][".tag"].GetString(), "reset");
}

TEST_F(ListFolder, TeamSpaceHasTwoRootsAndRefusesTheOldOne) {
    fake.holdDelta(account);
    (void)fake.putFile(account, "/mine.txt", "x");
    const Json before = parsed(call("users/get_current_account", "null"));
    const std::string old_root = before["root_info"]["root_namespace_id"].GetString();
    ASSERT_TRUE(fake.joinTeam(account, "Team"));
    const std::string header = R"({".tag":"root","root":")" + old_root + R"("})";
    const Reply refused = call("files/list_folder", R"({"path":""})", header);
    ASSERT_EQ(refused.status, 422);
    const Json error = parsed(refused);
    const std::string root = error["error"]["invalid_root"]["root_namespace_id"].GetString();
    EXPECT_NE(root, old_root);
    const Json home = parsed(call("files/list_folder", R"({"path":""})"));
    EXPECT_STREQ(home["entries"][0]["path_lower"].GetString(), "/mine.txt");
    const Json all = parsed(call(
        "files/list_folder",
        R"({"path":"","recursive":true})",
        R"({".tag":"root","root":")" + root + R"("})"
    ));
    EXPECT_STREQ(all["entries"][1]["path_display"].GetString(), "/Ada Lovelace/mine.txt");
    fake.releaseDelta(account);
    const std::string after = all["cursor"].GetString();
    EXPECT_EQ(parsed(callContinue(after))["entries"].Size(), 0U) << "nothing under its old path";
}

TEST_F(ListFolder, AppFolderAppsSeeTheirFolderAsRoot) {
    App narrow;
    narrow.name = "Narrow";
    narrow.is_app_folder = true;
    tokens = fake.link(fake.addApp(narrow).key, account);
    (void)fake.putFile(account, "/outside.txt", "x");
    (void)fake.putFile(account, "/Apps/Narrow/in.txt", "x");
    drain();
    ASSERT_EQ(mirror.items().size(), 1U);
    EXPECT_EQ(mirror.items().begin()->first, "/in.txt");
}

}  // namespace
}  // namespace ferry::demo
