#include "isolation/mapped_provider.h"

#include "base/crypto.h"

#include <fmt/format.h>

#include <utility>

namespace ferry::isolation {
namespace {

/// Records that are remembered: more than these at a time are of no one record's making.
constexpr std::size_t kDeathsKept = 1'000;

std::string digestOf(const std::string& record) {
    const Digest256 digest = sha256(record);
    return {digest.begin(), digest.end()};
}

}  // namespace

MappedProvider::MappedProvider(
    std::shared_ptr<pipeline::Provider> provider,
    std::shared_ptr<pipeline::Provider> mapper,
    std::shared_ptr<const IsolatedPlugin> process
)
    : provider_(std::move(provider)), mapper_(std::move(mapper)), process_(std::move(process)) {}

Result<std::vector<NormalizedChange>> MappedProvider::normalize(
    const pipeline::ProviderAccount& account,
    std::vector<std::string> changes,
    const std::vector<std::string>& hints
) {
    std::vector<NormalizedChange> page;
    page.reserve(changes.size());
    std::optional<std::size_t> given_up;  // the first of them
    for (std::size_t i = 0; i < changes.size(); ++i) {
        if (auto rejected = rejectionOf(changes[i])) {
            if (!given_up) given_up = i;
            page.push_back({std::move(*rejected), changes[i]});
            continue;
        }
        auto mapped = mapOne(account, changes[i], hints, i);
        // What stands behind one that is given up by this has its turn when the page comes again.
        if (!mapped) return fail(std::move(mapped.error()));
        for (NormalizedChange& change : *mapped)
            page.push_back(std::move(change));
    }
    if (!given_up || hasMapped()) return page;
    // The page has no record that maps: is it the program?
    FERRY_TRY(mapOne(account, changes[*given_up], hints, *given_up));
    return fail(ErrorCode::Unavailable, "the program has just mapped its first record");
}

/// Notes what came of it.
Result<std::vector<NormalizedChange>> MappedProvider::mapOne(
    const pipeline::ProviderAccount& account,
    const std::string& change,
    const std::vector<std::string>& hints,
    std::size_t index
) {
    std::vector<std::string> hint;
    if (index < hints.size()) hint.push_back(hints[index]);
    const std::uint64_t lost_before = process_->lostCalls();
    auto mapped = mapper_->normalize(account, {change}, hint);
    const std::lock_guard lock(mutex_);
    if (mapped) {
        // What died before the first that maps may have died of what is over now.
        if (!std::exchange(has_mapped_, true)) deaths_.clear();
        if (!deaths_.empty()) deaths_.erase(digestOf(change));
    } else if (process_->lostCalls() != lost_before) {
        // Otherwise it was busy, or not started again yet: the record has nothing to do with it.
        if (deaths_.size() >= kDeathsKept) deaths_.clear();
        Deaths& deaths = deaths_[digestOf(change)];
        ++deaths.count;
        deaths.message = mapped.error().message;
    }
    return mapped;
}

std::optional<RejectChange> MappedProvider::rejectionOf(const std::string& record) {
    const std::lock_guard lock(mutex_);
    if (deaths_.empty()) return std::nullopt;
    const auto found = deaths_.find(digestOf(record));
    if (found == deaths_.end() || found->second.count < kDeathsMax) return std::nullopt;
    return RejectChange{
        fmt::format("{} (at this record {} times)", found->second.message, found->second.count)};
}

bool MappedProvider::hasMapped() {
    const std::lock_guard lock(mutex_);
    return has_mapped_;
}

}  // namespace ferry::isolation
