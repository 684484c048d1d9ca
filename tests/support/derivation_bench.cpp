#include "support/derivation_bench.h"

#include <gtest/gtest.h>

namespace ferry::test {

using pipeline::ChangeDerivation;
using pipeline::CommitBefore;
using pipeline::DrainEnd;

namespace {

std::string lineOf(const Event& event) {
    std::string line(eventTypeName(event.type));
    line += " " + event.object.path;
    if (event.type == EventType::Moved) line += " (was " + event.previous_path + ")";
    if (event.is_restored) line += " restored";
    if (!event.cascade_of.empty()) line += " cascade";
    if (event.origin == EventOrigin::Resync) line += " resync";
    return line;
}

void append(Lines& to, Lines more) {
    to.insert(to.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

}  // namespace

DerivationBench::DerivationBench(std::size_t writes_max) : writes_max_(writes_max) {
    store::sqlite::SqliteOptions options;
    options.inline_writes = true;
    auto opened = store::sqlite::SqliteStore::open((folder_.path() / "ferry.db").string(), options);
    if (!opened) throw std::runtime_error(opened.error().message);
    store_ = std::move(*opened);
    Instance instance;
    instance.name = "alice";
    instance.connector_key = "test";
    instance.state = InstanceState::Running;
    instance_ = store_->instances().put(std::span(&instance, 1), clock_.now()).value().front();
}

ChangeDerivation& DerivationBench::derivation() {
    if (!derivation_) {
        pipeline::DerivationOptions options;
        options.hub_id = "test-hub";
        options.writes_max = writes_max_;
        options.reports_baseline = reports_baseline;
        options.compares_twice = compares_twice;
        derivation_ = std::make_unique<ChangeDerivation>(
            store_->sync(),
            instance_,
            *store_->sync().position(instance_),
            *store_->sync().folderMoves(instance_),
            options
        );
    }
    return *derivation_;
}

void DerivationBench::land() {
    if (!on_its_way_) return;
    const Status done = store_->sync().commit(std::span(&*on_its_way_, 1)).front();
    EXPECT_TRUE(done) << (done ? "" : done.error().message);
    on_its_way_.reset();
}

Lines DerivationBench::flush(bool stays_on_its_way) {
    store::SyncCommit commit;
    std::vector<Event> events = derivation().flush(commit);
    commit.now = clock_.now();
    land();
    on_its_way_ = std::move(commit);
    if (!stays_on_its_way) land();
    Lines lines;
    for (const Event& event : events)
        lines.push_back(lineOf(event));
    last_events_.insert(last_events_.end(), events.begin(), events.end());
    return lines;
}

Lines DerivationBench::page(Page changes) {
    Lines lines;
    bool is_ahead = false;
    if (on_its_way_) {
        EXPECT_TRUE(derivation().prefetch(changes, CommitBefore::OnItsWay));
        is_ahead = derivation().needsNoStore(changes);
        pages_ahead += is_ahead ? 1 : 0;
    }
    if (!is_ahead) {
        land();
        EXPECT_TRUE(derivation().prefetch(changes, CommitBefore::OnDisk));
    }
    for (NormalizedChange& change : changes) {
        for (;;) {
            const auto is_applied = derivation().apply(change, clock_.now());
            EXPECT_TRUE(is_applied);
            if (!is_applied || *is_applied) break;
            append(lines, flush());
        }
    }
    append(lines, flush(derives_ahead));
    return lines;
}

Lines DerivationBench::finish(bool had_changes) {
    land();
    Lines lines;
    for (;;) {
        const auto end = derivation().finish(clock_.now(), had_changes);
        EXPECT_TRUE(end);
        append(lines, flush());
        if (!end || *end == DrainEnd::Complete) break;
        if (*end == DrainEnd::InDoubt) {
            lines.emplace_back("(lists)");
            derivation().beginListing();
            append(lines, page(truth));
            land();
        }
        if (*end == DrainEnd::WaitForMoves) {
            lines.emplace_back("(waits)");
            break;
        }
    }
    derivation_.reset();
    return lines;
}

void DerivationBench::baseline(Page page) {
    EXPECT_EQ(drain(std::move(page)), Lines());
}

Lines DerivationBench::drain(std::vector<Page> pages) {
    last_events_.clear();
    Lines lines;
    bool had_changes = false;
    for (Page& changes : pages) {
        had_changes = had_changes || !changes.empty();
        append(lines, page(std::move(changes)));
    }
    append(lines, finish(had_changes));
    return lines;
}

Lines DerivationBench::drainAfterWindow() {
    clock_.advance(Milliseconds(2'000));
    return drain(Page{});
}

Lines DerivationBench::resync(std::vector<Page> pages) {
    derivation().beginListing();
    return drain(std::move(pages));
}

}  // namespace ferry::test
