#pragma once
// What is behind CurlOutbound: the thread that runs its transfers.

#include "base/check.h"
#include "http/curl_loop.h"
#include "http/curl_outbound.h"
#include "http/curl_transfer.h"
#include "http/destination_cache.h"
#include "http/destination_lanes.h"

#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <vector>

namespace ferry::http {

/// Pairs curl_global_init with its cleanup; both count.
struct CurlLibrary {
    CurlLibrary() { FERRY_CHECK(curl_global_init(CURL_GLOBAL_DEFAULT) == 0, "curl is unusable"); }
    ~CurlLibrary() { curl_global_cleanup(); }
    CurlLibrary(const CurlLibrary&) = delete;
    CurlLibrary& operator=(const CurlLibrary&) = delete;
};

/// The thread and all that only it touches. Other threads reach it through the inbox: submit,
/// startSubmitted, cancel, stop and stats are for any.
class CurlEngine {
  public:
    CurlEngine(CurlOutboundOptions options, std::vector<std::shared_ptr<X509>> authorities);
    ~CurlEngine();
    CurlEngine(const CurlEngine&) = delete;
    CurlEngine& operator=(const CurlEngine&) = delete;

    RequestHandle submit(OutboundRequest request, Outbound::Completion completion);
    void startSubmitted() { loop_.wake(); }
    void cancel(RequestHandle handle);
    void stop();
    CurlOutbound::Stats stats() const { return {in_flight_.load(), waiting_.load()}; }

  private:
    using Steady = CurlLoop::Steady;

    using Deadlines = std::multimap<Steady::time_point, RequestHandle>;

    struct Entry {
        std::unique_ptr<CurlTransfer> transfer;
        DestinationLanes::Place lane;
        bool is_in_flight = false;
        std::optional<Deadlines::iterator>
            deadline;  ///< of the wait; in flight, of a stream's idling
    };

    enum class Wish : std::uint8_t { Start, Cancel, Resume };
    struct Letter {
        Wish wish;
        RequestHandle handle = 0;
        std::unique_ptr<CurlTransfer> transfer;  ///< to Start
    };

    void run();
    void post(Wish wish, RequestHandle handle);
    bool takeInbox();
    void enqueue(RequestHandle handle, std::unique_ptr<CurlTransfer> transfer);
    void startWaiting();
    void start(RequestHandle handle, Entry& entry);
    void resume(RequestHandle handle);
    void finish(CURL* easy, CURLcode code);
    void end(RequestHandle handle, OutboundResponse response);
    static void complete(CurlTransfer& transfer, OutboundResponse response);
    void endOverdue();
    void endAll();

    CurlLibrary library_;
    const CurlOutboundOptions options_;
    TransferContext context_;
    CurlLoop loop_;

    std::mutex mutex_;
    std::condition_variable drained_;
    std::vector<Letter> inbox_;
    RequestHandle last_handle_ = 0;
    bool is_stopping_ = false;
    bool is_drained_ = false;
    bool is_exiting_ = false;

    std::unordered_map<RequestHandle, Entry> entries_;
    std::unordered_map<CURL*, RequestHandle> handles_;
    DestinationLanes lanes_;
    DestinationCache destinations_;
    Deadlines deadlines_;
    std::vector<EasyHandle> spare_easies_;
    std::vector<Letter> letters_;
    std::atomic<std::size_t> in_flight_{0};
    std::atomic<std::size_t> waiting_{0};
    std::thread thread_;
};

}  // namespace ferry::http
