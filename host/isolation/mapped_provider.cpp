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
    for (std::size_t i = 0; i < changes.size(); ++i) {
        if (auto rejected = known(changes[i])) {
            page.push_back({std::move(*rejected), std::move(changes[i])});
            continue;
        }
        std::vector<std::string> hint;
        if (i < hints.size()) hint.push_back(hints[i]);
        const std::uint64_t lost_before = process_->lostCalls();
        auto mapped = mapper_->normalize(account, {changes[i]}, hint);
        if (!mapped) {
            auto rejected = judge(changes[i], mapped.error(), lost_before);
            if (!rejected) return fail(std::move(mapped.error()));
            page.push_back({std::move(*rejected), std::move(changes[i])});
            continue;
        }
        for (NormalizedChange& change : *mapped)
            page.push_back(std::move(change));
        const std::lock_guard lock(mutex_);
        has_mapped_ = true;
    }
    return page;
}

std::optional<RejectChange> MappedProvider::judge(
    const std::string& record, const Error& error, std::uint64_t lost_before
) {
    // Busy, or not started again yet: the record has nothing to do with it.
    if (process_->lostCalls() == lost_before) return std::nullopt;
    const std::lock_guard lock(mutex_);
    if (deaths_.size() >= kDeathsKept) deaths_.clear();
    Deaths& deaths = deaths_[digestOf(record)];
    ++deaths.count;
    deaths.message = error.message;
    return rejection(deaths);
}

std::optional<RejectChange> MappedProvider::known(const std::string& record) {
    const std::lock_guard lock(mutex_);
    if (deaths_.empty()) return std::nullopt;
    const auto found = deaths_.find(digestOf(record));
    return found == deaths_.end() ? std::nullopt : rejection(found->second);
}

/// With the lock held.
std::optional<RejectChange> MappedProvider::rejection(const Deaths& deaths) const {
    if (!has_mapped_ || deaths.count < kDeathsMax) return std::nullopt;
    return RejectChange{fmt::format("{} (at this record {} times)", deaths.message, deaths.count)};
}

}  // namespace ferry::isolation
