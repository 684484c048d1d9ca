#include "demo/fake_dropbox/notice_body.h"

#include "base/crypto.h"
#include "base/encoding.h"
#include "base/json_writer.h"

#include <algorithm>

namespace ferry::demo {
namespace {

constexpr std::string_view kUnknownAccount = "dbid:AAAAnobodyAAAAnobodyAAAAnobodyAAAAA";
constexpr std::string_view kTeam = "dbtid:AAAAteamAAAAteamAAAAteamAAAAteamAA";

/// {"<team>":["<member>", ...]}
void writeTeams(JsonWriter& json, const std::vector<std::string>& accounts) {
    json.key("teams").beginObject().key(kTeam).beginArray();
    for (const std::string& id : accounts)
        json.string("dbmid:" + id.substr(5));
    json.endArray().endObject();
}

std::string bodyOf(
    World& world, const std::vector<std::string>& accounts, const std::optional<FaultKind>& fault
) {
    if (fault == FaultKind::EmptyBody) return "{}";
    JsonWriter json;
    json.beginObject();
    if (fault != FaultKind::OnlyDelta) {
        json.key("list_folder").beginObject().key("accounts").beginArray();
        for (const std::string& id : accounts)
            json.string(id);
        if (fault == FaultKind::AccountTwice) json.string(accounts.front());
        if (fault == FaultKind::UnknownAccount) json.string(kUnknownAccount);
        json.endArray();
        if (fault == FaultKind::TeamsForm) writeTeams(json, accounts);
        json.endObject();
    }
    json.key("delta").beginObject().key("users").beginArray();
    for (const std::string& id : accounts) {
        if (const Account* account = world.findAccount(id)) json.number(account->uid);
    }
    json.endArray().endObject().endObject();
    return json.take();
}

/// The same JSON as no usual writer prints it: spaces after separators, a line end. No text in
/// these bodies holds a separator, so replacing them is safe ("dbid:" has no quote before ':').
std::string spaced(const std::string& json) {
    std::string out = "\n ";
    for (std::size_t at = 0; at < json.size(); ++at) {
        out.push_back(json[at]);
        if (json[at] == ',' || (json[at] == ':' && json[at - 1] == '"')) out += "  ";
    }
    return out + "\r\n";
}

std::string upperCased(std::string text) {
    for (char& c : text) {
        if (c >= 'a' && c <= 'f') c = static_cast<char>(c - 'a' + 'A');
    }
    return text;
}

void addSignature(
    Notice& notice, const std::string& secret, const std::optional<FaultKind>& fault
) {
    if (fault == FaultKind::MissingSignature) return;
    std::string signature = noticeSignature(secret, notice.body);
    if (fault == FaultKind::WrongSignature) signature = noticeSignature("wrong", notice.body);
    if (fault == FaultKind::UpperCaseSignature) signature = upperCased(signature);
    if (fault == FaultKind::ShortSignature) signature.resize(signature.size() - 2);
    notice.headers.emplace_back("X-Dropbox-Signature", signature);
}

}  // namespace

std::string noticeSignature(std::string_view secret, std::string_view body) {
    return hexEncode(asText(hmacSha256(secret, body)));
}

std::vector<Notice> renderNotices(World& world, const Notice& marked) {
    const std::lock_guard lock(world.mutex);
    std::vector<Notice> notices;
    const App* app = world.oauth.findApp(marked.app_key);
    if (app == nullptr) return notices;
    for (const std::string& url : app->webhook_uris) {
        const std::optional<Fault> fault = world.faults.take("webhook");
        const std::optional<FaultKind> kind =
            fault ? std::optional<FaultKind>(fault->kind) : std::nullopt;
        if (kind == FaultKind::DropNotice) continue;
        Notice notice = marked;
        notice.url = url;
        notice.body = bodyOf(world, marked.accounts, kind);
        if (kind == FaultKind::SpacedBody) notice.body = spaced(notice.body);
        notice.headers = {
            {"Content-Type", "application/json"}, {"User-Agent", "DropboxWebhooks/1.0"}};
        addSignature(notice, app->secret, kind);
        const int copies = kind == FaultKind::DuplicateNotice ? std::max(1, fault->number) : 0;
        for (int copy = 0; copy < copies; ++copy)
            notices.push_back(notice);
        notices.push_back(std::move(notice));
    }
    return notices;
}

}  // namespace ferry::demo
