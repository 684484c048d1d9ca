#include "demo/fake_dropbox/fake_dropbox.h"
#include "demo/fake_dropbox/world.h"

#include <fmt/format.h>

// The control API's part about files, cursors and the truth.

namespace ferry::demo {

Result<EntryPtr> FakeDropbox::change(std::string_view account_id, const Change& change) {
    const std::lock_guard lock(world_->mutex);
    Account* account = world_->findAccount(account_id);
    if (account == nullptr) return fail(ErrorCode::NotFound, "no such account");
    Result<EntryPtr> result = change(account->tree);
    if (result) world_->touched(*account);
    return result;
}

Result<EntryPtr> FakeDropbox::putFile(
    std::string_view account, std::string_view path, std::string content, const FileTraits& traits
) {
    return change(account, [&](AccountTree& tree) {
        return tree.putFile(path, std::move(content), traits);
    });
}

Result<EntryPtr> FakeDropbox::createFolder(std::string_view account, std::string_view path) {
    return change(account, [&](AccountTree& tree) { return tree.createFolder(path); });
}

Result<EntryPtr> FakeDropbox::replaceByFolder(std::string_view account, std::string_view path) {
    return change(account, [&](AccountTree& tree) { return tree.replaceByFolder(path); });
}

Result<EntryPtr> FakeDropbox::move(
    std::string_view account, std::string_view from, std::string_view to
) {
    return splitMove(account, from, to, Break::None);
}

Result<EntryPtr> FakeDropbox::splitMove(
    std::string_view account, std::string_view from, std::string_view to, Break split
) {
    return change(account, [&](AccountTree& tree) { return tree.move(from, to, split); });
}

Result<EntryPtr> FakeDropbox::copy(
    std::string_view account, std::string_view from, std::string_view to
) {
    return change(account, [&](AccountTree& tree) { return tree.copy(from, to); });
}

Result<EntryPtr> FakeDropbox::remove(std::string_view account, std::string_view path) {
    return change(account, [&](AccountTree& tree) { return tree.remove(path); });
}

Result<EntryPtr> FakeDropbox::restore(std::string_view account, std::string_view path) {
    return change(account, [&](AccountTree& tree) { return tree.restore(path); });
}

Result<EntryPtr> FakeDropbox::shareFolder(
    std::string_view account, std::string_view path, bool gives_new_ids
) {
    return change(account, [&](AccountTree& tree) {
        return tree.shareFolder(path, gives_new_ids);
    });
}

Result<EntryPtr> FakeDropbox::unshareFolder(std::string_view account, std::string_view path) {
    return change(account, [&](AccountTree& tree) { return tree.unshareFolder(path); });
}

Result<EntryPtr> FakeDropbox::setReadOnly(
    std::string_view account, std::string_view path, bool read_only
) {
    return change(account, [&](AccountTree& tree) { return tree.setReadOnly(path, read_only); });
}

Result<EntryPtr> FakeDropbox::unmount(std::string_view account, std::string_view path) {
    return change(account, [&](AccountTree& tree) { return tree.unmount(path); });
}

Result<EntryPtr> FakeDropbox::mount(std::string_view account, std::string_view shared_folder_id) {
    return change(account, [&](AccountTree& tree) { return tree.mount(shared_folder_id); });
}

Status FakeDropbox::addManyFiles(
    std::string_view account, std::string_view folder, std::size_t count
) {
    const auto result = change(account, [&](AccountTree& tree) -> Result<EntryPtr> {
        EntryPtr last;
        for (std::size_t number = 0; number < count; ++number) {
            FERRY_TRY_ASSIGN(
                last,
                tree.putFile(
                    fmt::format("{}/file-{:07}.txt", folder, number),
                    fmt::format("content of file {}\n", number)
                )
            );
        }
        return last;
    });
    return result.map([](const EntryPtr&) {});
}

void FakeDropbox::setShape(std::string_view account_id, const DeltaShape& shape) {
    const std::lock_guard lock(world_->mutex);
    if (Account* account = world_->findAccount(account_id)) account->tree.shape = shape;
}

void FakeDropbox::holdDelta(std::string_view account_id) {
    const std::lock_guard lock(world_->mutex);
    Account* account = world_->findAccount(account_id);
    if (account != nullptr) account->delta_held_at = account->tree.delta().size();
}

void FakeDropbox::releaseDelta(std::string_view account_id) {
    const std::lock_guard lock(world_->mutex);
    Account* account = world_->findAccount(account_id);
    if (account == nullptr) return;
    account->delta_held_at.reset();
    world_->changed.notify_all();
}

void FakeDropbox::expireCursors(std::string_view account_id) {
    const std::lock_guard lock(world_->mutex);
    if (Account* account = world_->findAccount(account_id)) ++account->cursor_epoch;
    world_->changed.notify_all();
}

void FakeDropbox::limitParallelLists(bool is_limited, Milliseconds list_time) {
    const std::lock_guard lock(world_->mutex);
    world_->limits_parallel_lists = is_limited;
    world_->list_time = list_time;
}

std::vector<TrueChange> FakeDropbox::journal(std::string_view account_id) const {
    const std::lock_guard lock(world_->mutex);
    const Account* account = world_->findAccount(account_id);
    return account == nullptr ? std::vector<TrueChange>() : account->tree.truth();
}

std::vector<EntryPtr> FakeDropbox::entries(std::string_view account_id) const {
    const std::lock_guard lock(world_->mutex);
    std::vector<EntryPtr> all;
    if (const Account* account = world_->findAccount(account_id)) {
        for (const auto& [path, entry] : account->tree.entries())
            all.push_back(entry);
    }
    return all;
}

EntryPtr FakeDropbox::find(std::string_view account_id, std::string_view path) const {
    const std::lock_guard lock(world_->mutex);
    const Account* account = world_->findAccount(account_id);
    return account == nullptr ? nullptr : account->tree.find(path);
}

}  // namespace ferry::demo
