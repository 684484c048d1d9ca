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

std::string digestOf(const std::vector<std::string>& page) {
    std::string digests;
    for (const std::string& record : page)
        digests += digestOf(record);
    return digestOf(digests);
}

}  // namespace

MappedProvider::MappedProvider(
    std::shared_ptr<pipeline::Provider> provider,
    std::shared_ptr<pipeline::Provider> mapper,
    std::shared_ptr<IsolatedPlugin> process,
    Pages pages
)
    : provider_(std::move(provider)),
      mapper_(std::move(mapper)),
      process_(std::move(process)),
      pages_(pages) {}

Result<std::vector<NormalizedChange>> MappedProvider::normalize(
    const pipeline::ProviderAccount& account,
    std::vector<std::string> changes,
    const std::vector<std::string>& hints
) {
    if (pages_ == Pages::Whole) {
        if (auto whole = mapWhole(account, changes, hints)) return std::move(*whole);
    }
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

std::optional<Result<std::vector<NormalizedChange>>> MappedProvider::mapWhole(
    const pipeline::ProviderAccount& account,
    const std::vector<std::string>& changes,
    const std::vector<std::string>& hints
) {
    {
        const std::lock_guard lock(mutex_);
        const auto found =
            page_deaths_.empty() ? page_deaths_.end() : page_deaths_.find(digestOf(changes));
        if (found != page_deaths_.end() && found->second >= kDeathsMax) return std::nullopt;
    }
    const std::uint64_t lost_before = IsolatedPlugin::lostCallsOfThread();
    auto mapped = mapper_->normalize(account, changes, hints);
    const bool is_lost = !mapped && IsolatedPlugin::lostCallsOfThread() != lost_before;
    bool is_last = false;
    {
        const std::lock_guard lock(mutex_);
        if (mapped && !changes.empty()) has_mapped_ = true;
        if (page_deaths_.size() >= kDeathsKept) page_deaths_.clear();
        if (is_lost) is_last = ++page_deaths_[digestOf(changes)] == kDeathsMax;
    }
    // Its records have their turns one by one then, and at once.
    if (is_last) process_->forgive();
    return mapped;
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
    const std::uint64_t lost_before = IsolatedPlugin::lostCallsOfThread();
    auto mapped = mapper_->normalize(account, {change}, hint);
    const bool is_lost = !mapped && IsolatedPlugin::lostCallsOfThread() != lost_before;
    std::unique_lock lock(mutex_);
    if (mapped) {
        // What died before the first that maps may have died of what is over now.
        if (!std::exchange(has_mapped_, true)) deaths_.clear();
        if (!deaths_.empty()) deaths_.erase(digestOf(change));
    } else if (is_lost) {
        // Otherwise it was busy, or not started again yet: the record has nothing to do with it.
        if (deaths_.size() >= kDeathsKept) deaths_.clear();
        Deaths& deaths = deaths_[digestOf(change)];
        deaths.message = mapped.error().message;
        const bool is_given_up = ++deaths.count == kDeathsMax && has_mapped_;
        lock.unlock();
        if (is_given_up) process_->forgive();
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

std::shared_ptr<pipeline::Provider> guardRecords(
    const std::shared_ptr<plugin::LoadedPlugin>& plugin,
    std::shared_ptr<pipeline::Provider> provider
) {
    auto isolated = std::dynamic_pointer_cast<IsolatedPlugin>(plugin);
    if (!isolated) return provider;
    auto mapper = provider;
    return std::make_shared<MappedProvider>(
        std::move(provider), std::move(mapper), std::move(isolated), MappedProvider::Pages::Whole
    );
}

}  // namespace ferry::isolation
