// Goal: changes a second through fetch, plugin, derivation, index and commit, 2,000 a page.
// Method: accounts of the fake get many changes at once; a notice for each starts their drains, and
// the time is taken until the hub has counted the drains as done. Beside it: the fake's pages read
// by a bare client, and pages like these committed to a bare store. The fake shares the machine, so
// its processor time is told too.

#include "bench/benches.h"
#include "bench/http_load.h"
#include "bench/provider.h"
#include "store/sqlite/sqlite_store.h"

#include <fmt/format.h>

namespace ferry::bench {

namespace {

constexpr std::size_t kPage = 2'000;

std::string postJson(
    std::uint16_t port, const std::string& token, const std::string& path, const std::string& body
) {
    return ask(
        port,
        fmt::format(
            "POST /2/files/{} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {}\r\n"
            "Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{}",
            path,
            token,
            body.size(),
            body
        )
    );
}

/// Reads the account's pages as they are; entries a second.
double barePages(const Provider& provider, std::size_t account, std::size_t entries) {
    const auto begin = Steady::now();
    std::string answer = postJson(
        provider.port(),
        provider.accessToken(account),
        "list_folder",
        fmt::format(R"({{"path":"","recursive":true,"limit":{}}})", kPage)
    );
    while (answer.find("\"has_more\":true") != std::string::npos) {
        constexpr std::string_view kCursor = "\"cursor\":\"";
        const auto at = answer.rfind(kCursor) + kCursor.size();
        const std::string cursor = answer.substr(at, answer.find('"', at) - at);
        answer = postJson(
            provider.port(),
            provider.accessToken(account),
            "list_folder/continue",
            fmt::format(R"({{"cursor":"{}"}})", cursor)
        );
    }
    if (answer.empty()) return 0;
    return static_cast<double>(entries) /
           std::chrono::duration<double>(Steady::now() - begin).count();
}

store::SyncCommit pageOf(std::size_t first) {
    store::SyncCommit commit;
    commit.instance = InstanceId(1);
    commit.now = SystemClock().now();
    for (std::size_t i = first; i < first + kPage; ++i) {
        store::IndexEntry entry;
        entry.object.object_id = fmt::format("id:a4ayc_80_OEAAAAAAAA{:07}", i);
        entry.object.path = fmt::format("/bare/file-{:07}.txt", i);
        entry.object.path_key = entry.object.path;
        entry.object.name = fmt::format("file-{:07}.txt", i);
        entry.object.revision = "a1c10ce0dd78";
        entry.object.content_hash.assign(64, 'e');
        entry.object.size = 7;
        commit.index_puts.push_back(std::move(entry));
        RecordedEvent event;
        event.id = fmt::format("{:020}", i);
        event.recorded_at = commit.now;
        event.body.assign(400, 'b');
        event.raw.assign(300, 'r');
        commit.events.push_back(std::move(event));
    }
    return commit;
}

/// Changes a second that the store alone takes, in pages of this kind.
double bareCommits(const std::filesystem::path& folder, std::size_t pages) {
    auto store = store::sqlite::SqliteStore::open((folder / "data" / "ferry.db").string());
    if (!store) return 0;
    double seconds = 0;
    for (std::size_t page = 0; page < pages; ++page) {
        const store::SyncCommit commit = pageOf(page * kPage);
        const auto begin = Steady::now();
        if (!(*store)->sync().commit(std::span(&commit, 1))[0]) return 0;
        seconds += std::chrono::duration<double>(Steady::now() - begin).count();
    }
    return static_cast<double>(pages * kPage) / seconds;
}

/// One hub, and what is measured on it.
class ChangesBench {
  public:
    ChangesBench(Report& report, std::size_t accounts, std::size_t per_account)
        : report_(report), accounts_(accounts), per_account_(per_account) {}

    Status run() {
        FERRY_TRY_ASSIGN(provider_, Provider::make(accounts_, [](std::size_t) { return ""; }));
        commits_ = bareCommits(provider_->folder(), 100);
        FERRY_TRY(forget());
        FERRY_TRY_ASSIGN(hub_, provider_->startHub());
        demo::FakeDropbox& fake = provider_->fake();
        for (std::size_t i = 0; i < accounts_; ++i)
            FERRY_TRY(fake.addManyFiles(provider_->account(i), "/bulk", per_account_));
        pages_ = barePages(*provider_, 0, per_account_);
        FERRY_TRY(measure("create", 1, Target::AtLeast));
        // Part of them: the fake makes these changes one by one.
        const std::size_t part = per_account_ / 4;
        for (std::size_t i = 0; i < accounts_; ++i) {
            for (std::size_t n = 0; n < part; ++n)
                FERRY_TRY(check(fake.putFile(provider_->account(i), path("bulk", n), "new")));
        }
        FERRY_TRY(measure("update", 0.25, Target::None));
        for (std::size_t i = 0; i < accounts_; ++i) {
            for (std::size_t n = 0; n < part; ++n) {
                const std::string& account = provider_->account(i);
                FERRY_TRY(check(fake.move(account, path("bulk", n), path("moved", n))));
            }
        }
        return measure("move", 0.5, Target::None);
    }

  private:
    static std::string path(std::string_view folder, std::size_t number) {
        return fmt::format("/{}/file-{:07}.txt", folder, number);
    }
    static Status check(const Result<demo::EntryPtr>& result) {
        return result ? Status() : Status(fail(result.error()));
    }

    /// What the bare commits left is another instance's past.
    Status forget() const {
        FERRY_TRY_ASSIGN(
            auto store,
            store::sqlite::SqliteStore::open((provider_->folder() / "data" / "ferry.db").string())
        );
        return store->sync().reset(InstanceId(1));
    }

    Status measure(const std::string& name, double part, Target target) {
        const double drains = hub_->metric("ferry_sync_drains_total");
        const double changes = hub_->metric("ferry_sync_changes_total");
        const double events = hub_->metric("ferry_sync_events_total");
        const double cpu = hub_->process().cpuSeconds();
        const double own = ownCpuSeconds();
        const auto begin = Steady::now();
        openLoop(
            hub_->port(),
            1,
            accounts_,
            begin,
            std::chrono::nanoseconds(0),
            [this](std::uint64_t i) { return std::string_view(provider_->notice(i)); }
        );
        const double expected = part * static_cast<double>(per_account_ * accounts_);
        // Both: a drain that began before the notices may be among those counted.
        const bool is_done =
            hub_->waitFor("ferry_sync_changes_total", changes + expected, 120) &&
            hub_->waitFor("ferry_sync_drains_total", drains + static_cast<double>(accounts_), 120);
        const double seconds = std::chrono::duration<double>(Steady::now() - begin).count();
        const double done = hub_->metric("ferry_sync_changes_total") - changes;
        const double made = hub_->metric("ferry_sync_events_total") - events;
        if (!is_done) {
            return fail(
                ErrorCode::Unavailable, fmt::format("{}: {:.0f} of {:.0f}", name, done, expected)
            );
        }
        report_.add(
            {fmt::format("changes.{}.{}", name, accounts_),
             done / seconds,
             "/s",
             target,
             50'000,
             std::min(pages_, commits_),
             fmt::format(
                 "{:.0f} records, {:.0f} events, {} accounts; hub {:.1f} us each, fake {:.1f}",
                 done,
                 made,
                 accounts_,
                 (hub_->process().cpuSeconds() - cpu) * 1e6 / done,
                 (ownCpuSeconds() - own) * 1e6 / done
             )}
        );
        if (name == "create") {
            report_.add({"changes.bare_pages", pages_, "/s", Target::None, 0, 0, "the fake alone"});
            report_.add(
                {"changes.bare_commits", commits_, "/s", Target::None, 0, 0, "the store alone"}
            );
        }
        return {};
    }

    Report& report_;
    const std::size_t accounts_;
    const std::size_t per_account_;
    std::unique_ptr<Provider> provider_;
    std::unique_ptr<HubProcess> hub_;
    double pages_ = 0;
    double commits_ = 0;
};

}  // namespace

void benchChanges(Report& report) {
    report.heading("change fetch and derivation: 2,000 entries a page, no callbacks");
    const std::size_t total = report.isQuick() ? 8'000 : 200'000;
    for (const std::size_t accounts : {1, 4}) {
        if (const Status status = ChangesBench(report, accounts, total / accounts).run(); !status) {
            report.fail("changes: " + status.error().message);
        }
    }
}

}  // namespace ferry::bench
