#pragma once
// How the test host runs the operations of a plugin; only for the host's own files.

#include "support/abi_host.h"
#include "support/abi_loan.h"
#include "support/abi_scope.h"

#include <cstdio>
#include <cstdlib>
#include <string>

namespace ferry::test {

[[noreturn]] inline void die(const std::string& message) {
    std::fprintf(stderr, "abi_host: %s\n", message.c_str());
    std::abort();
}

template <typename Table>
const Table& extension(const ferry_module& module, const char* id) {
    const void* table = module.get_extension(id);
    if (table == nullptr) die(std::string("no extension ") + id);
    return *static_cast<const Table*>(table);
}

inline const ferry_auth_1& auth(const ferry_module& module) {
    return extension<ferry_auth_1>(module, FERRY_EXT_AUTH);
}
inline const ferry_changes_1& changesOf(const ferry_module& module) {
    return extension<ferry_changes_1>(module, FERRY_EXT_CHANGES);
}
inline const ferry_documents_1& documentsOf(const ferry_module& module) {
    return extension<ferry_documents_1>(module, FERRY_EXT_DOCUMENTS);
}
inline const ferry_subscription_1& subscriptionOf(const ferry_module& module) {
    return extension<ferry_subscription_1>(module, FERRY_EXT_SUBSCRIPTION);
}
inline const ferry_webhook_1& webhook(const ferry_module& module) {
    return extension<ferry_webhook_1>(module, FERRY_EXT_WEBHOOK);
}

/// `start(loan, call, &op)` begins an operation, which is then played with the script.
template <typename Start>
AbiOutcome AbiPlugin::run(const Script& script, Start start) {
    AbiOutcome outcome;
    ferry_operation* op = nullptr;
    {
        CallScope scope(*this, outcome);
        Loan loan;  // all that start borrowed is gone when it returns
        outcome.status = start(loan, scope.call, &op);
    }
    if (outcome.status != FERRY_OK) return outcome;
    {
        CallScope scope(*this, outcome);
        outcome.status = module_->advance(self_, op, &scope.call, nullptr, &scope.sink);
    }
    for (const AbiResponse& response : script) {
        if (outcome.status != FERRY_NEED_HTTP) break;
        CallScope scope(*this, outcome);
        Loan loan;
        ferry_http_response lent{};
        lent.struct_size = sizeof lent;
        lent.status = response.status;
        lent.transport_error = response.transport_error;
        lent.headers = loan.fields(response.headers);
        const bool is_streamed = outcome.requests.back().streams_answer && response.status >= 200 &&
                                 response.status < 300;
        if (is_streamed) {
            lent.flags = FERRY_HTTP_BODY_STREAMED;
        } else {
            lent.body = loan.bytes(response.body);
        }
        outcome.status = module_->advance(self_, op, &scope.call, &lent, &scope.sink);
    }
    module_->drop(self_, op);
    return outcome;
}

}  // namespace ferry::test
