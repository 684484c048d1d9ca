#include "demo/fake_dropbox/routes.h"

// users/get_current_account, users/get_space_usage, check/user, check/app, auth/token/revoke.

namespace ferry::demo {
namespace {

Reply echoQuery(Call& call) {
    call.args.allow({"query"});
    const std::string query = call.args.text("query");
    if (query.size() > 500) call.args.addProblem("query: longer than 500 characters");
    if (!call.args.problem().empty()) {
        return badCall(call.route, "request body: " + call.args.problem());
    }
    JsonWriter json;
    json.beginObject().field("result", query).endObject();
    return jsonReply(json.take());
}

}  // namespace

Reply getCurrentAccount(Call& call) {
    call.args.allow({});
    if (!call.args.problem().empty()) {
        return badCall(call.route, "request body: " + call.args.problem());
    }
    const Account& account = *call.account;
    const std::string& name = account.display_name;
    const std::string given = name.substr(0, name.find(' '));
    const std::string family = given.size() < name.size() ? name.substr(given.size() + 1) : "";
    JsonWriter json;
    json.beginObject().field("account_id", account.id).key("name").beginObject();
    json.field("given_name", given).field("surname", family).field("familiar_name", given);
    json.field("display_name", name);
    json.field("abbreviated_name", given.substr(0, 1) + family.substr(0, 1)).endObject();
    json.field("email", account.email).field("email_verified", true).field("disabled", false);
    json.field("country", "DE").field("locale", "en");
    json.field("referral_link", "https://db.tt/none").field("is_paired", false);
    const bool is_team = !account.team_name.empty();
    json.key("account_type")
        .beginObject()
        .field(".tag", is_team ? "business" : "basic")
        .endObject();
    json.key("root_info").raw(rootInfoJson(account));
    if (is_team) json.field("team_member_id", "dbmid:" + account.id.substr(5));
    json.endObject();
    return jsonReply(json.take());
}

Reply getSpaceUsage(Call& call) {
    constexpr std::int64_t kAllocated = std::int64_t{2} << 30;  // a basic account's 2 GiB
    call.args.allow({});
    if (!call.args.problem().empty()) {
        return badCall(call.route, "request body: " + call.args.problem());
    }
    std::int64_t used = 0;
    for (const auto& [path, entry] : call.account->tree.entries()) {
        if (entry->kind == EntryKind::File) used += static_cast<std::int64_t>(entry->size);
    }
    JsonWriter json;
    json.beginObject().field("used", used).key("allocation").beginObject();
    if (call.account->team_name.empty()) {
        json.field(".tag", "individual").field("allocated", kAllocated);
    } else {
        json.field(".tag", "team").field("used", used).field("allocated", kAllocated);
        json.field("user_within_team_space_allocated", std::int64_t{0});
        json.key("user_within_team_space_limit_type")
            .beginObject()
            .field(".tag", "off")
            .endObject();
        json.field("user_within_team_space_used_cached", std::int64_t{0});
    }
    json.endObject().endObject();
    return jsonReply(json.take());
}

Reply checkUser(Call& call) {
    return echoQuery(call);
}

Reply checkApp(Call& call) {
    return echoQuery(call);
}

Reply revokeToken(Call& call) {
    call.world.oauth.revokeByAccessToken(call.access_token);
    return jsonReply("null");
}

}  // namespace ferry::demo
