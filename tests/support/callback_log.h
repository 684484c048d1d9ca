#pragma once
// A customer's callback as a value: verifies both signatures of each request with nothing of the
// hub's own code for that, and remembers every byte, so that duplicates can be compared.

#include "http/message.h"
#include "model/event.h"

#include <cstdint>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

namespace ferry::test {

/// Threads: any.
class CallbackLog {
  public:
    explicit CallbackLog(std::string signature_key) : key_(std::move(signature_key)) {}

    /// Takes one callback; gives 200, or 401 with a problem noted if a signature is wrong.
    int take(const http::Headers& headers, const std::string& body);

    /// Notes every event of `log` that never came, or came with another body.
    std::vector<std::string> missing(const std::vector<RecordedEvent>& log) const;
    /// Notes events of `log` that came before one that the log has before them; only of the same
    /// object if `is_by_object`. Those that never came are left out.
    std::vector<std::string> outOfOrder(const std::vector<RecordedEvent>& log, bool is_by_object)
        const;
    /// Wrong signatures, unreadable bodies, duplicates that differ.
    std::vector<std::string> problems() const;

    std::size_t eventCount() const;       ///< different ones
    std::uint64_t callbackCount() const;  ///< duplicates included
    std::uint64_t duplicateCount() const;
    std::size_t deliveryCount() const;  ///< different ones
    std::size_t repeatedCount() const;  ///< of these, so many came more than once

  private:
    void keep(const std::string& message_id, const std::string& body);
    void problem(std::string text);

    const std::string key_;
    mutable std::mutex mutex_;
    std::map<std::string, std::string> bodies_;  // by webhook-id
    std::map<std::string, std::string> events_;  // by event id: JSON in one form
    std::map<std::string, std::size_t> places_;  // by event id: how many came before
    std::set<std::string> repeated_;             // webhook-ids
    std::vector<std::string> problems_;
    std::uint64_t callbacks_ = 0;
};

}  // namespace ferry::test
