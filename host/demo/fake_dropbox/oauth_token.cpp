#include "demo/fake_dropbox/routes.h"

#include <rapidjson/document.h>

#include <sstream>

// The token endpoint: code exchange and refresh; client authentication by Basic, form or query.

namespace ferry::demo {
namespace {

using Fields = std::map<std::string, std::string>;

std::string joined(const std::vector<std::string>& scopes) {
    std::string text;
    for (const std::string& scope : scopes)
        text += (text.empty() ? "" : " ") + scope;
    return text;
}

std::vector<std::string> split(const std::string& text) {
    std::istringstream in(text);
    std::vector<std::string> scopes;
    for (std::string scope; in >> scope;)
        scopes.push_back(scope);
    return scopes;
}

/// Parameters of the query, overridden by those of the body: the SDKs use either.
Fields parameters(const Request& request) {
    Fields fields = parseForm(request.query);
    const std::string type = request.header("Content-Type");
    if (type.starts_with("application/x-www-form-urlencoded")) {
        for (auto& [name, value] : parseForm(request.body))
            fields[name] = value;
    }
    const ClientCredentials basic = basicCredentials(request);
    if (!basic.key.empty()) {
        fields["client_id"] = basic.key;
        fields["client_secret"] = basic.secret;
    }
    return fields;
}

Reply tokenReply(World& world, const IssuedTokens& tokens, bool is_refresh) {
    JsonWriter json;
    json.beginObject().field("access_token", tokens.access_token).field("token_type", "bearer");
    json.field("expires_in", tokens.expires_in);
    if (!tokens.refresh_token.empty()) json.field("refresh_token", tokens.refresh_token);
    json.field("scope", joined(tokens.scopes));
    if (!is_refresh) {
        const Account* account = world.findAccount(tokens.account_id);
        json.field("uid", std::to_string(account ? account->uid : 0));
        json.field("account_id", tokens.account_id);
    }
    json.endObject();
    return jsonReply(json.take());
}

Reply refused(const Error& error) {
    if (error.code == ErrorCode::InvalidArgument) return oauthError("invalid_scope", error.message);
    return oauthError("invalid_grant", error.message);
}

}  // namespace

Reply tokenEndpoint(World& world, const Request& request) {
    if (request.method != "POST") return oauthError("invalid_request", "use POST", 405);
    Fields fields = parameters(request);
    const std::lock_guard lock(world.mutex);
    const App* app = world.oauth.findApp(fields["client_id"]);
    const std::string& secret = fields["client_secret"];
    if (app == nullptr || (!secret.empty() && secret != app->secret)) {
        return oauthError("invalid_client", "Invalid client_id or client_secret");
    }
    const bool proved_secret = !secret.empty();
    const std::string& grant_type = fields["grant_type"];
    if (grant_type == "authorization_code") {
        if (!fields.contains("code")) return oauthError("invalid_request", "No code provided");
        if (!proved_secret && fields["code_verifier"].empty()) {
            return oauthError("invalid_request", "No auth function available for given request");
        }
        const auto tokens = world.oauth.exchange(
            fields["code"], app->key, fields["redirect_uri"], fields["code_verifier"], proved_secret
        );
        return tokens ? tokenReply(world, *tokens, false) : refused(tokens.error());
    }
    if (grant_type == "refresh_token") {
        if (!fields.contains("refresh_token")) {
            return oauthError("invalid_request", "No refresh_token provided");
        }
        const auto tokens = world.oauth.refresh(
            fields["refresh_token"], app->key, split(fields["scope"]), proved_secret
        );
        return tokens ? tokenReply(world, *tokens, true) : refused(tokens.error());
    }
    return oauthError("unsupported_grant_type", "unsupported grant_type \"" + grant_type + "\"");
}

void changeTokenAnswer(World& world, const Fault& fault, Reply& reply) {
    if (reply.status != 200) return;
    rapidjson::Document answer;
    answer.Parse(reply.body.data(), reply.body.size());
    auto& memory = answer.GetAllocator();
    const auto set = [&](const char* name, rapidjson::Value value) {
        answer.RemoveMember(name);
        answer.AddMember(rapidjson::Value(name, memory), value, memory);
    };
    if (fault.kind == FaultKind::TeamToken) {
        answer.RemoveMember("account_id");
        set("team_id", rapidjson::Value("dbtid:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", memory));
    } else if (fault.kind == FaultKind::ShortExpiry) {
        set("expires_in", rapidjson::Value(fault.number));
        const std::lock_guard lock(world.mutex);
        world.oauth.setExpiry(
            answer["access_token"].GetString(), std::chrono::seconds(fault.number)
        );
    } else {
        return;
    }
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
    answer.Accept(writer);
    reply.body.assign(buffer.GetString(), buffer.GetSize());
}

}  // namespace ferry::demo
