#pragma once
// An operation of the ABI behind the pipeline's interface; only for the .cpp files of this folder.

#include "base/clock.h"
#include "pipeline/stages.h"
#include "plugin/egress_hosts.h"
#include "plugin/operation.h"
#include "plugin/plugin_provider.h"
#include "plugin/provider_convert.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace ferry::plugin {

/// An operation of the ABI behind the pipeline's interface.
template <typename T>
class PluginOperation final : public pipeline::ProviderOperation {
  public:
    PluginOperation(
        Operation<T> operation,
        std::shared_ptr<const ProviderDescription> description,
        const Clock& clock,
        std::string account
    )
        : operation_(std::move(operation)),
          description_(std::move(description)),
          clock_(clock),
          account_(std::move(account)) {}

    Result<pipeline::OperationStep> advance(const http::OutboundResponse* response) override {
        CallInfo call;
        call.now = clock_.wallNow();
        call.account = account_;
        std::optional<HttpResponse> answer;
        if (response != nullptr) answer = toPlugin(*response);
        FERRY_TRY_ASSIGN(Step<T> step, operation_.advance(call, answer ? &*answer : nullptr));
        if (auto* wanted = std::get_if<NeedHttp>(&step)) {
            FERRY_TRY(checkEgress(
                wanted->request.url, description_->egress, description_->options.base_urls
            ));
            return pipeline::OperationStep(toOutbound(std::move(wanted->request)));
        }
        return pipeline::OperationStep(toResult(std::move(std::get<T>(step))));
    }

  private:
    Operation<T> operation_;
    std::shared_ptr<const ProviderDescription> description_;
    const Clock& clock_;
    std::string account_;
};

template <typename T>
Result<pipeline::OperationPtr> wrap(
    Result<Operation<T>> operation,
    const std::shared_ptr<const ProviderDescription>& description,
    const Clock& clock,
    const std::string& account
) {
    if (!operation) return fail(std::move(operation.error()));
    return pipeline::OperationPtr(
        std::make_unique<PluginOperation<T>>(std::move(*operation), description, clock, account)
    );
}

}  // namespace ferry::plugin
