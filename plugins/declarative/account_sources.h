#pragma once
// What expressions of 'authorization' look at, and those of requests to the provider.

#include "program.h"

#include <ferry/sdk.hpp>

namespace ferry::declarative {

/// What is known of an account: its configuration, its tokens, and an answer about them.
class AccountSources : public Sources {
  public:
    AccountSources(const sdk::AccountView& account, std::string_view access_token)
        : account_(account), access_token_(access_token) {}

    Value path(const Pointer& pointer, Scratch& scratch) const override {
        return answer == nullptr ? Value() : valueAt(*answer, pointer, scratch);
    }
    Value body(const Pointer& pointer, std::string_view key, Scratch& scratch) const override {
        const rapidjson::Value* root = key.starts_with("id_token:") ? claims : tokens;
        return root == nullptr ? Value() : valueAt(*root, pointer, scratch);
    }
    Value outside(std::string_view key, Scratch&) const override {
        const std::string_view name = key.substr(key.find(':') + 1);
        return text(key.starts_with("config:") ? account_.config(name) : account_.baseUrl(name));
    }
    Value word(std::string_view name, Scratch&) const override {
        return name == "access_token" ? text(access_token_) : Value();
    }

    const rapidjson::Value* answer = nullptr;  ///< of the API
    const rapidjson::Value* tokens = nullptr;  ///< of the token endpoint
    const rapidjson::Value* claims = nullptr;  ///< of the JWT `id_token` in that

  protected:
    static Value text(std::string_view text) {
        return text.empty() ? Value() : Value{Value::Kind::Text, text};
    }

  private:
    const sdk::AccountView& account_;
    std::string_view access_token_;
};

}  // namespace ferry::declarative
