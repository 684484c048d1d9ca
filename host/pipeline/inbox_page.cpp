#include "pipeline/inbox_page.h"

#include "base/number_text.h"
#include "pipeline/change_fetch.h"

#include <fmt/format.h>

#include <utility>

namespace ferry::pipeline {
namespace {

/// Half of what a page may have: one record more may be as large as the rest is small.
constexpr std::size_t kInboxPageBytes = kPageBytesMax / 2;
/// Of a change that a webhook brings (abi/records.h).
constexpr std::size_t kChangeBytesMax = 1U << 20U;

class InboxPage final : public ProviderOperation {
  public:
    InboxPage(store::InboxStore& inbox, InstanceId instance, std::string cursor, unsigned limit)
        : inbox_(inbox), instance_(instance), cursor_(std::move(cursor)), limit_(limit) {}

    Result<OperationStep> advance(const http::OutboundResponse*) override {
        const auto after = cursor_.empty() ? std::optional<std::int64_t>(0) : parseInteger(cursor_);
        if (!after) return fail(ErrorCode::Corrupt, "the cursor is no number of the inbox");
        FERRY_TRY_ASSIGN(auto kept, inbox_.read(instance_, *after, limit_, kInboxPageBytes));
        OperationResult result;
        ChangePage& page = result.page.emplace();
        page.next_cursor = std::to_string(kept.empty() ? *after : kept.back().number);
        std::size_t bytes = 0;
        for (store::KeptChange& change : kept) {
            bytes += change.raw.size();
            page.changes.push_back(std::move(change.raw));
            page.hints.push_back(std::move(change.hint));
        }
        // It was cut by its size if no change of the largest would have found room.
        page.has_more = kept.size() >= limit_ || bytes + kChangeBytesMax > kInboxPageBytes;
        return OperationStep(std::move(result));
    }

  private:
    store::InboxStore& inbox_;
    const InstanceId instance_;
    const std::string cursor_;
    const unsigned limit_;
};

}  // namespace

OperationPtr readInbox(
    store::InboxStore& inbox, InstanceId instance, std::string cursor, unsigned limit
) {
    return std::make_unique<InboxPage>(inbox, instance, std::move(cursor), limit);
}

}  // namespace ferry::pipeline
