#include "demo/demo_story.h"

#include <utility>

namespace ferry::demo {

namespace {

Status done(const Result<EntryPtr>& changed) {
    return changed ? Status() : Status(fail(changed.error()));
}

}  // namespace

std::vector<StoryStep> story(const std::string& root) {
    const std::string plan = root + "/plan.txt";
    const std::string final_plan = root + "/final plan.txt";
    const std::string archive = root + " (archive)";
    const std::string archived_plan = archive + "/final plan.txt";
    return {
        {"makes the folder " + root,
         [=](FakeDropbox& fake, const std::string& account) {
             return done(fake.createFolder(account, root));
         },
         {{"CREATED", "folder", root, ""}}},
        {"uploads " + plan,
         [=](FakeDropbox& fake, const std::string& account) {
             return done(fake.putFile(account, plan, "first draft"));
         },
         {{"CREATED", "file", plan, ""}}},
        {"edits " + plan,
         [=](FakeDropbox& fake, const std::string& account) {
             return done(fake.putFile(account, plan, "second draft"));
         },
         {{"UPDATED", "file", plan, ""}}},
        {"renames it to " + final_plan,
         [=](FakeDropbox& fake, const std::string& account) {
             return done(fake.move(account, plan, final_plan));
         },
         {{"MOVED", "file", final_plan, plan}}},
        {"moves the folder to " + archive,
         [=](FakeDropbox& fake, const std::string& account) {
             return done(fake.move(account, root, archive));
         },
         {{"MOVED", "folder", archive, root}, {"MOVED", "file", archived_plan, final_plan}}},
        {"deletes the folder",
         [=](FakeDropbox& fake, const std::string& account) {
             return done(fake.remove(account, archive));
         },
         {{"DELETED", "folder", archive, ""}, {"DELETED", "file", archived_plan, ""}}},
    };
}

}  // namespace ferry::demo
