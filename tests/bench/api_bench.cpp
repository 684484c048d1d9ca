// Goal: what a call of the REST API costs however many instances there are.
// Method: a hub with 100,000 instances in its store, whose drains are held by a provider that never
// answers. One client reads instances here and there; then all of them are listed, page by page,
// and resident memory and the time of a page are compared early and late in the list. Beside it:
// round trips to /healthz.

#include "bench/benches.h"
#include "bench/http_load.h"
#include "bench/hub_process.h"
#include "bench/receiver.h"
#include "bench/seed.h"
#include "support/temp_dir.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

namespace ferry::bench {

namespace {

constexpr std::size_t kPage = 500;
constexpr std::string_view kInstances = "/elements/api-v2/instances";

std::string get(std::string_view path) {
    return fmt::format(
        "GET {} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: User {}, Organization {}\r\n\r\n",
        path,
        kApiUserSecret,
        kApiOrganizationSecret
    );
}

std::string headerOf(std::string_view answer, std::string_view name) {
    const std::string_view head = answer.substr(0, answer.find("\r\n\r\n"));
    const auto at = head.find(fmt::format("\r\n{}: ", name));
    if (at == head.npos) return {};
    const auto begin = at + name.size() + 4;
    return std::string(head.substr(begin, head.find("\r\n", begin) - begin));
}

std::size_t countOf(std::string_view text, std::string_view word) {
    std::size_t count = 0;
    for (auto at = text.find(word); at != text.npos; at = text.find(word, at + word.size()))
        ++count;
    return count;
}

/// What listing everything took, early and late.
struct Listing {
    std::size_t instances = 0;
    double kib_early = 0;
    double kib_end = 0;
    std::vector<double> page_ms;

    double medianMs(std::size_t first, std::size_t count) const {
        const auto at = [&](std::size_t n) {
            return page_ms.begin() + static_cast<std::ptrdiff_t>(std::min(n, page_ms.size()));
        };
        std::vector<double> part(at(first), at(first + count));
        if (part.empty()) return 0;
        std::sort(part.begin(), part.end());
        return part[part.size() / 2];
    }
};

Result<Listing> listAll(const HubProcess& hub) {
    constexpr std::size_t kEarlyPages = 10;
    Listing listing;
    std::string token;
    do {
        const std::string next = token.empty() ? "" : "&nextPage=" + token;
        const auto begin = Steady::now();
        const std::string answer =
            askWhole(hub.port(), get(fmt::format("{}?pageSize={}{}", kInstances, kPage, next)));
        const std::chrono::duration<double, std::milli> took = Steady::now() - begin;
        if (!answer.starts_with("HTTP/1.1 200")) {
            return fail(ErrorCode::Internal, "instances: " + answer.substr(0, 300));
        }
        listing.page_ms.push_back(took.count());
        listing.instances += countOf(answer, "\"configuration\":");
        token = headerOf(answer, "Elements-Next-Page-Token");
        if (listing.page_ms.size() == kEarlyPages) listing.kib_early = hub.process().residentKib();
    } while (!token.empty());
    listing.kib_end = hub.process().residentKib();
    return listing;
}

void reportListing(Report& report, const Listing& listing, std::size_t count) {
    report.add(
        {"api.list_missing",
         static_cast<double>(count) - static_cast<double>(listing.instances),
         "instances",
         Target::Below,
         1,
         0,
         fmt::format("of {}, in {} pages of {}", count, listing.page_ms.size(), kPage)}
    );
    report.add(
        {"api.list_memory",
         (listing.kib_end - listing.kib_early) / 1024,
         "MiB",
         Target::Below,
         4,
         0,
         fmt::format("from the 10th page ({:.1f} MiB) to the last", listing.kib_early / 1024)}
    );
    const std::size_t pages = listing.page_ms.size();
    report.add(
        {"api.last_pages",
         listing.medianMs(pages - std::min<std::size_t>(pages, 10), 10),
         "ms",
         Target::None,
         0,
         listing.medianMs(0, 10),
         "bound: the first ten pages"}
    );
}

Status run(Report& report) {
    const std::size_t count = report.isQuick() ? 6'000 : 100'000;
    const test::TempDir folder;
    const SilentServer provider;
    const Seed seed{folder.path(), "key", "secret", count, [](std::size_t i) {
                        return SeedInstance{
                            fmt::format("dbid:AAH4f99T0taONIb-OurWxbNQ6ywGRo{:06}", i),
                            "",
                            "refresh",
                            fmt::format("http://127.0.0.1:9/events/{}", i % 100)
                        };
                    }};
    FERRY_TRY(seedInstances(seed));
    FERRY_TRY_ASSIGN(const auto hub, HubProcess::start({folder.path(), provider.url(), {}}));

    std::vector<std::string> reads;
    constexpr std::size_t kStride = 7'919;  // a prime, so that every instance has its turn
    for (std::size_t i = 0; i < 10'000; ++i)
        reads.push_back(get(fmt::format("{}/{}", kInstances, 1 + i * kStride % count)));
    const std::chrono::seconds duration(report.isQuick() ? 1 : 5);
    LoadResult bare = closedLoop(hub->port(), 1, {get("/healthz")}, duration);
    LoadResult read = closedLoop(hub->port(), 1, reads, duration);
    if (read.failed + read.broken > 0) {
        return fail(ErrorCode::Internal, fmt::format("{} reads failed", read.failed + read.broken));
    }
    report.add(
        {"api.read",
         read.percentileMs(0.5),
         "ms",
         Target::Below,
         2,
         bare.percentileMs(0.5),
         fmt::format("median of {} reads with {} instances; bound: /healthz", read.answered, count)}
    );
    report.add(
        {"api.read_p99", read.percentileMs(0.99), "ms", Target::None, 0, bare.percentileMs(0.99), ""
        }
    );
    // The first one fills what the allocator keeps for each of its arenas, by chance over the pages.
    FERRY_TRY(listAll(*hub));
    FERRY_TRY_ASSIGN(const Listing listing, listAll(*hub));
    reportListing(report, listing, count);
    return {};
}

}  // namespace

void benchApi(Report& report) {
    report.heading("the REST API with many instances");
    if (const Status status = run(report); !status) report.fail("api: " + status.error().message);
}

}  // namespace ferry::bench
