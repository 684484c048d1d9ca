#include "pipeline/token_vault.h"

#include "base/json_writer.h"

#include <fmt/format.h>
#include <rapidjson/document.h>

namespace ferry::pipeline {
namespace {

std::string sealContext(InstanceId id) {
    return fmt::format("tokens/{}", id.value);
}

std::string textMember(const rapidjson::Document& document, const char* name) {
    const auto member = document.FindMember(name);
    if (member == document.MemberEnd() || !member->value.IsString()) return {};
    return {member->value.GetString(), member->value.GetStringLength()};
}

}  // namespace

store::SealedTokens TokenVault::seal(InstanceId id, const TokenSet& tokens) const {
    JsonWriter json;
    json.beginObject();
    json.field("access_token", tokens.access_token.reveal());
    json.field("refresh_token", tokens.refresh_token.reveal());
    json.field("scope", tokens.scope);
    json.field("account_id", tokens.account_id);
    json.endObject();
    return {key_.seal(json.view(), sealContext(id), random_), tokens.expires_at};
}

Result<std::optional<TokenSet>> TokenVault::load(InstanceId id) const {
    FERRY_TRY_ASSIGN(const auto stored, tokens_.get(id));
    if (!stored) return std::optional<TokenSet>();
    FERRY_TRY_ASSIGN(TokenSet tokens, open(id, *stored));
    return std::optional<TokenSet>(std::move(tokens));
}

Result<TokenSet> TokenVault::open(InstanceId id, const store::SealedTokens& sealed) const {
    FERRY_TRY_ASSIGN(const Secret plain, key_.open(sealed.sealed, sealContext(id)));
    rapidjson::Document document;
    document.Parse(plain.reveal().data(), plain.reveal().size());
    if (document.HasParseError() || !document.IsObject()) {
        return fail(ErrorCode::Corrupt, "stored tokens are not a JSON object");
    }
    TokenSet tokens;
    tokens.access_token = Secret(textMember(document, "access_token"));
    tokens.refresh_token = Secret(textMember(document, "refresh_token"));
    tokens.scope = textMember(document, "scope");
    tokens.account_id = textMember(document, "account_id");
    tokens.expires_at = sealed.expires_at;
    return tokens;
}

Status TokenVault::save(InstanceId id, const TokenSet& tokens) {
    return tokens_.put(id, seal(id, tokens));
}

}  // namespace ferry::pipeline
