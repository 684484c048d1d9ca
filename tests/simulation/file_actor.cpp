#include "simulation/file_actor.h"

#include <fmt/format.h>

#include <array>

namespace ferry::test {

using demo::Break;
using demo::EntryKind;
using demo::EntryPtr;

demo::DeltaShape randomShape(SeededRandom& random) {
    demo::DeltaShape shape;
    shape.coalesce = random.below(2) == 0;
    shape.report_child_deletions = random.below(2) == 0;
    shape.new_half_first = random.below(3) == 0;
    shape.children_before_parents = random.below(3) == 0;
    return shape;
}

std::string FileActor::act() {
    if (random_.below(12) != 0) return actOnce();
    std::string done = "burst:";
    const std::uint64_t count = 5 + random_.below(40);
    for (std::uint64_t i = 0; i < count; ++i)
        done += " " + actOnce() + ";";
    return done;
}

std::string FileActor::pickExisting(bool wants_folder) const {
    const std::vector<EntryPtr> entries = provider_.entries(account_);
    std::vector<std::string> paths;
    for (const EntryPtr& entry : entries) {
        if ((entry->kind == EntryKind::Folder) == wants_folder)
            paths.push_back(entry->path_display);
    }
    return paths.empty() ? std::string() : paths[random_.below(paths.size())];
}

std::string FileActor::pickFolder() const {
    return random_.below(3) == 0 ? std::string() : pickExisting(true);
}

std::string FileActor::newPath(const char* suffix) {
    // Few names, so that they are used again: a new object where another one was.
    const std::uint64_t name = random_.below(4) == 0 ? next_name_++ : random_.below(8);
    return fmt::format("{}/Thing {}{}", pickFolder(), name, suffix);
}

std::string FileActor::actOnce() {
    const std::string content = "content " + std::to_string(next_name_++);
    switch (random_.below(16)) {
        case 0:
        case 1:
        case 2:
        case 3: {
            const std::string path = newPath(".txt");
            static_cast<void>(provider_.putFile(account_, path, content));
            return "put " + path;
        }
        case 4:
        case 5:
        case 6: {
            const std::string path = pickExisting(false);
            const bool is_same = random_.below(6) == 0;
            static_cast<void>(provider_.putFile(account_, path, is_same ? "same" : content));
            return "update " + path;
        }
        case 7:
        case 8: {
            const std::string path = newPath("");
            static_cast<void>(provider_.createFolder(account_, path));
            return "folder " + path;
        }
        case 9:
        case 10:
            return moveSomething(false);
        case 11:
            return moveSomething(true);
        case 12:
        case 13: {
            const std::string path = pickExisting(random_.below(4) == 0);
            if (provider_.remove(account_, path)) removed_.push_back(path);
            return "remove " + path;
        }
        case 14: {
            if (removed_.empty()) return "nothing";
            const std::string path = removed_[random_.below(removed_.size())];
            static_cast<void>(provider_.restore(account_, path));
            return "restore " + path;
        }
        default:
            return shareSomething();
    }
}

std::string FileActor::moveSomething(bool is_folder) {
    const std::string from = pickExisting(is_folder);
    const std::string to = newPath(is_folder ? "" : ".txt");
    const Break split = std::array{Break::None, Break::Page, Break::Drain}[random_.below(3)];
    static_cast<void>(provider_.splitMove(account_, from, to, split));
    return fmt::format("move {} to {} ({})", from, to, static_cast<int>(split));
}

std::string FileActor::shareSomething() {
    const std::string folder = pickExisting(true);
    switch (random_.below(4)) {
        case 0: {
            const std::string to = newPath("");
            static_cast<void>(provider_.copy(account_, folder, to));
            return "copy " + folder + " to " + to;
        }
        case 1: {
            const std::string path = pickExisting(false);
            static_cast<void>(provider_.replaceByFolder(account_, path));
            return "replace by folder " + path;
        }
        case 2:
            static_cast<void>(provider_.shareFolder(account_, folder, random_.below(2) == 0));
            return "share " + folder;
        default:
            static_cast<void>(provider_.putFile(account_, folder, "a file replaces the folder"));
            return "replace by file " + folder;
    }
}

}  // namespace ferry::test
