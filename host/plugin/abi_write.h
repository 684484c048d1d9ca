#pragma once
// From values of the host to records of the ABI. The records look at the values, which must outlive
// them; nothing is copied but the arrays of views.

#include "plugin/records.h"

#include <ferry/ferry.h>

#include <string_view>
#include <vector>

namespace ferry::plugin {

inline ferry_str toStr(std::string_view text) noexcept {
    return {text.data(), text.size()};
}
inline ferry_bytes toBytes(std::string_view bytes) noexcept {
    return {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()};
}

/// An array of fields.
class AbiFields {
  public:
    explicit AbiFields(const Fields& from);
    explicit AbiFields(const std::vector<FieldView>& from);
    ferry_fields abi() const noexcept {
        return {fields_.data(), sizeof(ferry_field), fields_.size()};
    }

  private:
    std::vector<ferry_field> fields_;
};

class AbiAccount {
  public:
    explicit AbiAccount(const Account& from);
    AbiAccount(const AbiAccount&) = delete;
    AbiAccount& operator=(const AbiAccount&) = delete;
    const ferry_account* abi() const noexcept { return &account_; }

  private:
    AbiFields configuration_;
    AbiFields base_urls_;
    ferry_account account_{};
};

class AbiWebhookRequest {
  public:
    explicit AbiWebhookRequest(const WebhookRequest& from);
    AbiWebhookRequest(const AbiWebhookRequest&) = delete;
    AbiWebhookRequest& operator=(const AbiWebhookRequest&) = delete;
    const ferry_webhook_request* abi() const noexcept { return &request_; }

  private:
    AbiFields headers_;
    ferry_webhook_request request_{};
};

class AbiHttpResponse {
  public:
    explicit AbiHttpResponse(const HttpResponse& from);
    AbiHttpResponse(const AbiHttpResponse&) = delete;
    AbiHttpResponse& operator=(const AbiHttpResponse&) = delete;
    const ferry_http_response* abi() const noexcept { return &response_; }

  private:
    AbiFields headers_;
    ferry_http_response response_{};
};

ferry_token_set toAbi(const TokenSet& from);
ferry_code_exchange toAbi(const CodeExchange& from);
ferry_fetch toAbi(const FetchRequest& from);
ferry_document_ref toAbi(const DocumentRef& from);

}  // namespace ferry::plugin
