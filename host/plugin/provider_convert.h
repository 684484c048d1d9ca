#pragma once
// Between the values of the plugin folder and those of the flow.

#include "base/result.h"
#include "http/message.h"
#include "http/outbound.h"
#include "model/object.h"
#include "model/token_set.h"
#include "pipeline/stages.h"
#include "plugin/operation.h"
#include "plugin/records.h"

#include <string>
#include <vector>

namespace ferry::plugin {

/// A request as the webhook hooks see it. Lifetime: `request` outlives it.
class WebhookInput {
  public:
    explicit WebhookInput(const http::Request& request);
    WebhookInput(const WebhookInput&) = delete;
    WebhookInput& operator=(const WebhookInput&) = delete;
    const WebhookRequest& view() const noexcept { return view_; }

  private:
    std::string names_;  ///< of the headers, in lower case, one behind the other
    WebhookRequest view_;
};

Account toPlugin(const pipeline::ProviderAccount& account);
TokenSet toPlugin(const ferry::TokenSet& tokens);
HttpResponse toPlugin(const http::OutboundResponse& response);

http::Response toHttp(WebhookReply reply);
/// With the pipe of its answer, if that is to be streamed.
http::OutboundRequest toOutbound(HttpRequest request);

IndexedObject toIndexed(Object object);

pipeline::OperationResult toResult(TokenSet tokens);
pipeline::OperationResult toResult(Identity identity);
pipeline::OperationResult toResult(Page page);
pipeline::OperationResult toResult(Document document);
pipeline::OperationResult toResult(DocumentPage page);
pipeline::OperationResult toResult(Download download);
pipeline::OperationResult toResult(const Storage& storage);
pipeline::OperationResult toResult(Link link);
pipeline::OperationResult toResult(Registration registration);
pipeline::OperationResult toResult(Done);

/// At least one result per change; the first has its record. Internal if there is none for one.
Result<std::vector<NormalizedChange>> toChanges(
    std::vector<Normalized> items, std::vector<std::string> changes
);

}  // namespace ferry::plugin
