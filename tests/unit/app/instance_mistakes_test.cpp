// Goal: a mistake in a file never takes a running instance away, and is told at it. Method: as in
// instance_apply_test.cpp.

#include "instance_apply_fixture.h"

namespace ferry::app::test {
namespace {

using testing::HasSubstr;

TEST_F(InstanceApplyTest, AFileThatIsRenamedAndBrokenAtOnceRemovesNothing) {
    write("a.yaml", "instances:\n" + declared("one"));
    apply();
    const InstanceId id = stored("one").id;
    std::filesystem::remove(folder_.path() / "a.yaml");
    write("b.yaml", "instances:\n  - name: [one\n" + declared("one"));

    const ApplyReport report = apply();
    EXPECT_TRUE(report.removed_names.empty());
    EXPECT_EQ(report.kept, 1U);
    write("b.yaml", "instances:\n" + declared("one"));
    apply();
    EXPECT_EQ(stored("one").id, id);
}

TEST_F(InstanceApplyTest, AFolderWithoutAnyFileRemovesNothing) {
    write("a.yaml", "instances:\n" + declared("one"));
    apply();
    const InstanceId id = stored("one").id;
    std::filesystem::remove(folder_.path() / "a.yaml");

    const ApplyReport report = apply();
    EXPECT_TRUE(report.removed_names.empty());
    EXPECT_EQ(report.kept, 1U);
    EXPECT_THAT(stored("one").state_reason, HasSubstr("has no file; write 'instances: []'"));

    write("a.yaml", "instances:\n" + declared("one"));
    apply();
    EXPECT_EQ(stored("one").id, id);
    EXPECT_EQ(stored("one").state_reason, "") << "back to what it was";

    std::filesystem::remove(folder_.path() / "a.yaml");
    write("none.yaml", "instances: []\n");
    EXPECT_THAT(apply().removed_names, testing::ElementsAre("one"));
}

TEST_F(InstanceApplyTest, ACopiedFileTakesNoRunningInstanceOver) {
    write("b.yaml", "instances:\n" + declared("one"));
    apply();
    write(
        "a.yaml",
        "instances:\n" +
            declared("one", {{"event.notification.callback.url", "https://other.example.com/"}})
    );

    apply();
    EXPECT_EQ(value("one", "event.notification.callback.url"), "https://app.example.com/events");
    EXPECT_THAT(printed(), HasSubstr("a.yaml:2:11: error: the instance name 'one' is used twice"));
    // Without the former one it is what is declared.
    std::filesystem::remove(folder_.path() / "b.yaml");
    apply();
    EXPECT_EQ(value("one", "event.notification.callback.url"), "https://other.example.com/");
}

TEST_F(InstanceApplyTest, ABadNewVersionKeepsTheOldOneAndSaysSo) {
    apply(declared("one") + declared("two"));
    authorize("one");

    const ApplyReport report =
        apply(declared("one", {{"event.notification.callback.url", "no url"}}) + declared("two"));

    EXPECT_EQ(report.kept, 1U);
    EXPECT_TRUE(report.removed_names.empty());
    EXPECT_EQ(report.unchanged, 1U);
    EXPECT_TRUE(diagnostics_.hasErrors());
    EXPECT_EQ(stored("one").state, InstanceState::Running);
    EXPECT_EQ(value("one", "event.notification.callback.url"), "https://app.example.com/events");
    EXPECT_THAT(stored("one").state_reason, HasSubstr("a.yaml:2"));
    EXPECT_THAT(stored("one").state_reason, HasSubstr("previous"));
    EXPECT_THAT(stored("one").state_reason, HasSubstr("ferry lint"));
}

TEST_F(InstanceApplyTest, WhatItSaidOfABadVersionIsTakenBackOnceItIsGood) {
    const std::string bad = declared("one", {{"event.notification.callback.url", "no url"}});
    apply(declared("one"));
    authorize("one");
    apply(bad);

    apply(declared("one"));
    EXPECT_EQ(stored("one").state_reason, "") << "back to what it was";

    apply(bad);
    EXPECT_EQ(apply(declared("one", {{"event.move.window", "7s"}})).changed, 1U);
    EXPECT_EQ(stored("one").state_reason, "") << "on to something new";
    EXPECT_EQ(stored("one").state, InstanceState::Running);
}

TEST_F(InstanceApplyTest, ABadNewVersionHidesNoOtherReason) {
    apply(declared("one"));
    const std::string reason = "consent was withdrawn: open https://hub/oauth/start/one";
    ASSERT_TRUE(store_->instances().setState(
        stored("one").id, InstanceState::NeedsReauthorization, reason, clock_.now()
    ));

    apply(declared("one", {{"event.notification.callback.url", "no url"}}));
    EXPECT_EQ(stored("one").state_reason, reason);

    // Nor does a change of the callback make a withdrawn consent good.
    apply(declared("one", {{"event.move.window", "7s"}}));
    EXPECT_EQ(stored("one").state, InstanceState::NeedsReauthorization);
    EXPECT_EQ(stored("one").state_reason, reason);
}

TEST_F(InstanceApplyTest, AFileThatCantBeReadRemovesNothing) {
    write("b.yaml", "instances:\n" + declared("two"));
    apply(declared("one"));

    write("a.yaml", "instances: [\n");
    const ApplyReport report = apply();

    EXPECT_EQ(report.kept, 1U);
    EXPECT_TRUE(report.removed_names.empty());
    EXPECT_EQ(report.unchanged, 1U) << "the other file";
    EXPECT_TRUE(isStored("one"));
    EXPECT_TRUE(diagnostics_.hasErrors());
}

TEST_F(InstanceApplyTest, AnInstanceThatLostItsNameRemovesNothing) {
    apply(declared("one") + declared("two"));

    const ApplyReport report = apply(declared("two") + "  - key: dropbox\n    configuration: {}\n");

    EXPECT_TRUE(report.removed_names.empty()) << "the nameless one may be 'one'";
    EXPECT_TRUE(isStored("one"));
}

TEST_F(InstanceApplyTest, OfTwoWithOneNameTheFirstStays) {
    apply(declared("one"));
    authorize("one");

    apply(declared("one") + declared("one", {{"oauth.api.key", "another-app"}}));

    EXPECT_TRUE(diagnostics_.hasErrors());
    EXPECT_EQ(value("one", "oauth.api.key"), "app-key");
    EXPECT_EQ(stored("one").state, InstanceState::Running);
}

TEST_F(InstanceApplyTest, AFileThatIsCutOffRemovesNothing) {
    const std::string whole = "instances:\n" + declared("one") + declared("two");
    write("a.yaml", whole);
    apply();
    const InstanceId id = stored("two").id;
    const std::size_t cut = whole.find("event.notification.callback.url:") + 32;
    for (const std::size_t size : {cut, whole.find("\n") + 1}) {
        write("a.yaml", whole.substr(0, size));

        const ApplyReport report = apply();
        EXPECT_TRUE(report.removed_names.empty()) << size;
        EXPECT_EQ(report.kept, 2U) << size;
        EXPECT_THAT(stored("one").state_reason, HasSubstr("a.yaml")) << size;
    }
    write("a.yaml", whole);
    EXPECT_EQ(apply().unchanged, 2U);
    EXPECT_EQ(stored("two").id, id);
    write("a.yaml", "instances: []\n");
    EXPECT_EQ(apply().removed_names.size(), 2U) << "that is said, and not cut off";
}

TEST_F(InstanceApplyTest, ANameThatAnInstanceMadeOverRestHasStopsNoOther) {
    Instance rest;
    rest.name = "one";
    rest.connector_key = "dropbox";
    rest.state = InstanceState::AwaitingAuthorization;
    ASSERT_TRUE(store_->instances().put({&rest, 1}, clock_.now()));
    const InstanceId id = stored("one").id;

    const ApplyReport report = apply(declared("one") + declared("two"));

    EXPECT_THAT(report.taken_names, testing::ElementsAre("one"));
    EXPECT_EQ(report.created, 1U);
    EXPECT_TRUE(isStored("two"));
    EXPECT_EQ(stored("one").id, id);
    EXPECT_EQ(stored("one").source, "");
    ASSERT_TRUE(store_->instances().remove({&id, 1}));
    EXPECT_EQ(apply().created, 1U) << "with the name free it is there at the next reading";
}

}  // namespace
}  // namespace ferry::app::test
