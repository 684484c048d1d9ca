#include "pipeline/account_policy.h"

#include <fmt/format.h>

namespace ferry::pipeline {
namespace {

constexpr std::string_view kName = "account.failure_policy";

}  // namespace

Status AccountPolicy::load() {
    FERRY_TRY_ASSIGN(const auto kept, meta_.get(kName));
    if (!kept) return {};
    const auto policy = parseFailurePolicy(*kept);
    if (!policy) {
        return fail(
            ErrorCode::Corrupt, fmt::format("the store has an unknown {} '{}'", kName, *kept)
        );
    }
    on_failure_ = *policy;
    return {};
}

Status AccountPolicy::setOnFailure(FailurePolicy policy) {
    // What is in memory is what was written last.
    const std::lock_guard lock(writing_);
    FERRY_TRY(meta_.put(kName, failurePolicyName(policy)));
    on_failure_ = policy;
    return {};
}

}  // namespace ferry::pipeline
