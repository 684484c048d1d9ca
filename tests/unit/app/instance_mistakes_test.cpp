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

}  // namespace
}  // namespace ferry::app::test
