#include "pipeline/drain.h"

#include "base/number_text.h"
#include "pipeline/change_fetch.h"
#include "pipeline/inbox_page.h"
#include "pipeline/normalization.h"
#include "pipeline/poll_timer.h"

#include <utility>

namespace ferry::pipeline {

Drain::Drain(
    store::LeasedNotice notice,
    std::shared_ptr<const InstanceSettings> settings,
    std::shared_ptr<Provider> provider,
    DrainOptions options
)
    : notice_(notice),
      settings_(std::move(settings)),
      provider_(std::move(provider)),
      account_(settings_->providerAccount(provider_->options().base_urls)),
      options_(std::move(options)),
      recorder_(*settings_, std::string(provider_->hub())) {}

Status Drain::open(store::Store& store) {
    store::CursorStore& cursors = store.cursors();
    FERRY_TRY_ASSIGN(SyncPosition position, store.sync().position(instance()));
    FERRY_TRY_ASSIGN(request, cursors.requested(instance()));
    const ProviderOptions& options = provider_->options();
    const bool fetches = fetchesChanges(options, *settings_);
    if (!fetches) {
        inbox_ = &store.inbox();
        position.phase = SyncPhase::Live;
    }
    // Cursors of the inbox are numbers, and those of connectors that poll are none. One of the
    // other kind is from before event.vendor.type was changed, or the connector itself.
    const bool is_declared = options.feed != Feed::Fetched || options.polling.has_value();
    const bool is_of_inbox = parseInteger(position.cursor).has_value();
    if (is_declared && !position.cursor.empty() && is_of_inbox == fetches) {
        position.cursor.clear();
        if (fetches) position.phase = SyncPhase::Baseline;
    }
    const bool can_list = fetches && (!options.polling || options.polling->can_list);
    if (request && !can_list) {
        // There is nothing that could be listed.
        FERRY_TRY(cursors.begin(instance(), *request, position));
        request.reset();
    }
    if (request) {
        const bool is_skip = *request == store::CursorRequest::Skip;
        // What never was in the index can't differ from it.
        const SyncPhase again =
            position.phase == SyncPhase::Baseline ? SyncPhase::Baseline : SyncPhase::Resync;
        position.beginListing(is_skip ? SyncPhase::Skip : again);
        FERRY_TRY(cursors.begin(instance(), *request, position));
    }
    FERRY_TRY_ASSIGN(auto folder_moves, store.sync().folderMoves(instance()));
    DerivationOptions derivation_options;
    derivation_options.hub_id = options_.hub_id;
    derivation_options.reports_baseline = settings_->reports_baseline;
    derivation_options.move_window = settings_->move_window;
    derivation_options.compares_twice = options.polling && options.polling->lists_by_number;
    derivation_.emplace(
        store.sync(),
        instance(),
        std::move(position),
        std::move(folder_moves),
        std::move(derivation_options)
    );
    return {};
}

Result<OperationPtr> Drain::startFetch() {
    const SyncPosition& position = derivation_->position();
    std::string cursor = has_page_ ? raw_.next_cursor : position.cursor;
    if (inbox_ != nullptr) {
        return readInbox(*inbox_, instance(), std::move(cursor), options_.page_records);
    }
    return provider_->startFetch(
        account_, tokens, nextFetch(position.phase, std::move(cursor), options_.page_records)
    );
}

Status Drain::receivePage(ChangePage page) {
    FERRY_TRY(checkPage(page));
    received_ = std::move(page);
    return {};
}

void Drain::takePage() {
    raw_ = std::exchange(received_, {});
    has_page_ = true;
    next_change_ = 0;
    is_prefetched_ = false;
    ++pages;
    changes += raw_.changes.size();
}

Status Drain::normalizePage() {
    return takeNormalized(pipeline::normalizePage(
        *provider_, account_, std::exchange(raw_.changes, {}), std::exchange(raw_.hints, {})
    ));
}

PageToNormalize Drain::pageToNormalize() {
    return {provider_, account_, std::exchange(raw_.changes, {}), std::exchange(raw_.hints, {})};
}

Status Drain::takeNormalized(Result<std::vector<NormalizedChange>> normalized) {
    FERRY_TRY_ASSIGN(page_, std::move(normalized));
    rejections = {};
    for (const NormalizedChange& change : page_) {
        const auto* rejected = std::get_if<RejectChange>(&change.action);
        if (rejected != nullptr && rejections.count++ == 0) rejections.first = rejected->reason;
    }
    return derivation_->prefetch(page_, CommitBefore::OnItsWay);
}

Status Drain::derive(TimePoint now) {
    if (!std::exchange(is_prefetched_, true)) {
        FERRY_TRY(derivation_->prefetch(page_, CommitBefore::OnDisk));
    }
    for (; next_change_ < page_.size(); ++next_change_) {
        FERRY_TRY_ASSIGN(const bool is_applied, derivation_->apply(page_[next_change_], now));
        if (!is_applied) {
            // The page is not done, so the cursor stays: after a crash it is fetched again, and
            // what was applied already makes no difference then.
            prepareCommit(AfterCommit::Derive, now);
            return {};
        }
    }
    dropPage();
    derivation_->position().cursor = std::move(raw_.next_cursor);
    if (hasMore()) {
        prepareCommit(AfterCommit::Fetch, now);
    } else if (raw_.lists_next && derivation_->position().phase == SyncPhase::Live) {
        derivation_->beginComparison();
        prepareCommit(AfterCommit::List, now);
    } else {
        return finish(now);
    }
    return {};
}

Status Drain::deriveAhead(TimePoint now) {
    if (!hasMore() || !derivation_->needsNoStore(page_)) return {};
    is_prefetched_ = true;
    return derive(now);
}

Status Drain::finish(TimePoint now) {
    FERRY_TRY_ASSIGN(const DrainEnd end, derivation_->finish(now, changes > 0));
    if (end == DrainEnd::Continue) {
        prepareCommit(AfterCommit::Finish, now);
        return {};
    }
    if (end == DrainEnd::InDoubt) {
        is_in_doubt = true;
        beginResync(now);
        return {};
    }
    prepareCommit(AfterCommit::End, now);
    commit_.notice = notice_;
    // What is lost so far is told by the next drain, and belongs to what this one was asked by.
    commit_.keeps_trace = end == DrainEnd::WaitForMoves;
    if (end == DrainEnd::WaitForMoves) {
        commit_.next_due_at = fromEpochMilliseconds(commit_.position.window_until_ms);
    } else {
        poll_interval = pollInterval(
            provider_->options(), *settings_, options_.poll_interval, counts().events > 0
        );
        commit_.next_due_at = nextPoll(now, poll_interval, options_.poll_unit);
    }
    return {};
}

void Drain::beginResync(TimePoint now) {
    derivation_->beginListing();
    dropPage();
    has_resynced = true;
    prepareCommit(AfterCommit::List, now);
}

void Drain::dropPage() {
    page_.clear();
    has_page_ = false;
    next_change_ = 0;
}

void Drain::endForAccount(std::string account_state) {
    commit_.account_state = std::move(account_state);
    after_commit_ = AfterCommit::End;
    changes_account = true;
}

bool Drain::isAtListingStart() const {
    return derivation_->position().cursor.empty();
}

bool Drain::needsAccount() const {
    return !has_seen_account && inbox_ == nullptr && isAtListingStart();
}

void Drain::prepareCommit(AfterCommit after, TimePoint now) {
    commit_ = recorder_.prepare(*derivation_, now);
    after_commit_ = after;
    has_commit_ = true;
}

store::SyncCommit Drain::takeCommit() {
    has_commit_ = false;
    return std::move(commit_);
}

}  // namespace ferry::pipeline
