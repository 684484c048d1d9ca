#include "base/encoding.h"
#include "demo/fake_dropbox/routes.h"

#include <algorithm>
#include <sstream>

// The authorize page (choose an account, allow or deny) and what comes of the choice.

namespace ferry::demo {
namespace {

using Fields = std::map<std::string, std::string>;

std::string escapeHtml(std::string_view text) {
    std::string out;
    for (const char c : text) {
        switch (c) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            default:
                out.push_back(c);
        }
    }
    return out;
}

std::vector<std::string> splitScopes(const std::string& text) {
    std::istringstream in(text);
    std::vector<std::string> scopes;
    for (std::string scope; in >> scope;)
        scopes.push_back(scope);
    return scopes;
}

Reply refusedPage(std::string_view why) {
    return htmlReply(
        400, "<html><body><h1>Error (400)</h1><p>" + escapeHtml(why) + "</p></body></html>"
    );
}

/// Why the page cannot be shown, or "". Never redirects on these: the target is not trusted.
std::string authorizeProblem(World& world, const Fields& fields) {
    const auto field = [&](const char* name) {
        const auto at = fields.find(name);
        return at == fields.end() ? std::string() : at->second;
    };
    const App* app = world.oauth.findApp(field("client_id"));
    if (app == nullptr) return "Invalid client_id: \"" + field("client_id") + "\".";
    if (field("response_type") != "code") return "Invalid response_type: use \"code\".";
    const std::string uri = field("redirect_uri");
    const auto& uris = app->redirect_uris;
    if (!uri.empty() && std::find(uris.begin(), uris.end(), uri) == uris.end()) {
        return "Invalid redirect_uri: \"" + uri + "\": it must exactly match one of the app's.";
    }
    if (field("state").size() > 2000) return "Invalid state: too long.";
    if (fields.contains("code_challenge") && field("code_challenge_method") != "S256") {
        return "Invalid code_challenge_method: this fake knows S256.";
    }
    for (const std::string& scope : splitScopes(field("scope"))) {
        if (std::find(app->scopes.begin(), app->scopes.end(), scope) == app->scopes.end()) {
            return "Invalid scope: \"" + scope + "\" is not one of the app's.";
        }
    }
    return {};
}

Reply formPage(World& world, const Fields& fields) {
    const App& app = *world.oauth.findApp(fields.at("client_id"));
    std::string html =
        "<!DOCTYPE html><html><head><title>Authorize - fake Dropbox</title></head><body><h1>";
    html += escapeHtml(app.name) +
            " would like access</h1><form method=\"post\" action=\"/oauth2/authorize\">";
    for (const auto& [name, value] : fields) {
        html += "<input type=\"hidden\" name=\"" + escapeHtml(name) + "\" value=\"" +
                escapeHtml(value) + "\">";
    }
    html += "<label>Account <select name=\"account_id\">";
    for (const auto& [id, account] : world.accounts) {
        html +=
            "<option value=\"" + escapeHtml(id) + "\">" + escapeHtml(account->email) + "</option>";
    }
    html +=
        "</select></label> <button name=\"decision\" value=\"allow\">Allow</button>"
        " <button name=\"decision\" value=\"deny\">Cancel</button></form></body></html>";
    return htmlReply(200, std::move(html));
}

Reply redirect(const std::string& uri, const Fields& answer) {
    std::string location = uri;
    char separator = uri.find('?') == std::string::npos ? '?' : '&';
    for (const auto& [name, value] : answer) {
        location.push_back(separator);
        location.append(name).append("=").append(percentEncode(value));
        separator = '&';
    }
    Reply reply = htmlReply(302, "");
    reply.headers.emplace_back("Location", location);
    return reply;
}

Consent consentOf(World& world, Fields& fields) {
    Consent consent;
    consent.app_key = fields["client_id"];
    consent.account_id = fields["account_id"];
    consent.redirect_uri = fields["redirect_uri"];
    consent.scopes = splitScopes(fields["scope"]);
    if (consent.scopes.empty()) consent.scopes = world.oauth.findApp(consent.app_key)->scopes;
    consent.code_challenge = fields["code_challenge"];
    consent.is_offline = fields["token_access_type"] == "offline";
    return consent;
}

}  // namespace

Reply authorizePage(World& world, const Request& request) {
    const bool is_decision = request.method == "POST";
    if (!is_decision && request.method != "GET") return refusedPage("Use GET.");
    Fields fields = parseForm(is_decision ? request.body : request.query);
    const std::optional<Fault> fault =
        is_decision ? world.faults.take("oauth2/authorize") : std::nullopt;
    const std::lock_guard lock(world.mutex);
    const std::string problem = authorizeProblem(world, fields);
    if (!problem.empty()) return refusedPage(problem);
    if (!is_decision) return formPage(world, fields);
    Fields answer;
    if (fields.contains("state")) answer["state"] = fields["state"];
    if (fault && fault->kind == FaultKind::WrongState) answer["state"] = world.ids.token(20);
    if (fields["decision"] == "allow") {
        if (world.findAccount(fields["account_id"]) == nullptr)
            return refusedPage("No such account.");
        answer["code"] = world.oauth.issueCode(consentOf(world, fields));
    } else {
        answer["error"] = "access_denied";
        answer["error_description"] = "The user chose not to give your app access.";
    }
    if (fields["redirect_uri"].empty()) {
        return htmlReply(
            200,
            "<html><body><p>" + (answer.contains("code") ? answer["code"] : answer["error"]) +
                "</p></body></html>"
        );
    }
    return redirect(fields["redirect_uri"], answer);
}

}  // namespace ferry::demo
