#include "base/encoding.h"
#include "demo/fake_dropbox/content_hash.h"
#include "demo/fake_dropbox/path_names.h"
#include "demo/fake_dropbox/routes.h"

#include <algorithm>

// files/upload and files/download: the argument in a header, bytes in the body. Temporary links.

namespace ferry::demo {
namespace {

constexpr std::chrono::hours kLinkLife{4};

/// UploadError.path is a struct: the reason is a union inside it.
Reply uploadRefused(std::string_view reason_tag, std::string_view inner_tag) {
    JsonWriter json;
    std::string summary = "path/";
    summary.append(reason_tag).append(inner_tag.empty() ? "" : "/").append(inner_tag);
    json.beginObject().field("error_summary", summary + "/..").key("error").beginObject();
    json.field(".tag", "path").key("reason").beginObject().field(".tag", reason_tag);
    if (!inner_tag.empty()) {
        json.key(reason_tag).beginObject().field(".tag", inner_tag).endObject();
    }
    json.endObject().field("upload_session_id", "pid_upload_session:none").endObject().endObject();
    return jsonReply(json.take(), 409);
}

/// "name.txt" -> "name (1).txt", the first that is free.
std::string freeName(const AccountTree& tree, const std::string& path) {
    const std::size_t name_at = path.rfind('/') + 1;
    const std::size_t dot = path.rfind('.');
    const std::size_t cut = dot == std::string::npos || dot <= name_at ? path.size() : dot;
    for (int number = 1;; ++number) {
        std::string candidate =
            path.substr(0, cut) + " (" + std::to_string(number) + ")" + path.substr(cut);
        if (!tree.find(candidate)) return candidate;
    }
}

/// Bytes a single Range header asks for: "bytes=5-", "bytes=0-9"; nullopt if there is none.
std::optional<std::pair<std::size_t, std::size_t>> rangeOf(
    const Request& request, std::size_t size
) {
    std::string range = request.header("Range");
    if (!range.starts_with("bytes=") || size == 0) return std::nullopt;
    range.erase(0, 6);
    const std::size_t dash = range.find('-');
    const auto number = [](const std::string& text) -> std::optional<std::size_t> {
        const bool ok = !text.empty() && text.size() < 16 &&
                        text.find_first_not_of("0123456789") == std::string::npos;
        return ok ? std::optional<std::size_t>(std::stoull(text)) : std::nullopt;
    };
    if (dash == std::string::npos) return std::nullopt;
    const auto first = number(range.substr(0, dash));
    const std::size_t last = number(range.substr(dash + 1)).value_or(size - 1);
    if (!first || *first >= size || last < *first) return std::nullopt;
    return std::pair{*first, std::min(last, size - 1)};
}

}  // namespace

Reply upload(Call& call) {
    Arguments& args = call.args;
    args.allow(
        {"path",
         "mode",
         "autorename",
         "client_modified",
         "mute",
         "property_groups",
         "strict_conflict",
         "content_hash"}
    );
    const std::string path_argument = args.requiredText("path");
    const std::string mode = args.tag("mode", "add");
    const std::string update_rev = args.innerText("mode", "update");
    const bool autorename = args.boolean("autorename", false);
    const std::string hash = args.text("content_hash");
    const std::string client_modified = args.text("client_modified");
    if (!args.problem().empty()) {
        return badCall(call.route, "HTTP header \"Dropbox-API-Arg\": " + args.problem());
    }
    if (!hash.empty() && hash != contentHash(call.request.body)) {
        return unionError(409, "content_hash_mismatch");
    }
    const ResolvedPath resolved = resolvePath(call, path_argument, "path");
    if (resolved.error) return *resolved.error;
    AccountTree& tree = call.account->tree;
    std::string path = resolved.path;
    const EntryPtr there = tree.find(path);
    const bool is_folder = there && there->kind == EntryKind::Folder;
    const bool may_replace = !there || mode == "overwrite" ||
                             (mode == "update" && there->rev == update_rev) ||
                             (!is_folder && there->content_hash == contentHash(call.request.body));
    if (is_folder || !may_replace) {
        if (!autorename) return uploadRefused("conflict", is_folder ? "folder" : "file");
        path = freeName(tree, path);
    }
    const auto result = tree.putFile(path, call.request.body, {}, client_modified);
    if (!result) return uploadRefused("malformed_path", {});
    call.world.touched(*call.account);
    JsonWriter json;
    writeEntry(json, **result, call.view(), false);
    return jsonReply(json.take());
}

Reply download(Call& call) {
    call.args.allow({"path", "rev"});
    const std::string path = call.args.requiredText("path");
    if (!call.args.problem().empty()) {
        return badCall(call.route, "HTTP header \"Dropbox-API-Arg\": " + call.args.problem());
    }
    EntryPtr entry;
    if (path.starts_with("rev:")) {
        const auto& delta = call.account->tree.delta();
        const auto item =
            std::find_if(delta.rbegin(), delta.rend(), [&](const DeltaItem& candidate) {
                return !candidate.entry->rev.empty() && candidate.entry->rev == path.substr(4);
            });
        if (item != delta.rend()) entry = item->entry;
    } else {
        const ResolvedPath resolved = resolvePath(call, path, "path");
        if (resolved.error) return *resolved.error;
        entry = call.account->tree.find(resolved.path);
    }
    if (!entry) return unionError(409, "path/not_found");
    if (entry->kind != EntryKind::File) return unionError(409, "path/not_file");
    if (!entry->traits.is_downloadable) return unionError(409, "unsupported_file");
    JsonWriter json;
    writeEntry(json, *entry, call.view(), false);
    Reply reply = jsonReply(*entry->content);
    reply.content_type = "application/octet-stream";
    reply.headers.emplace_back("Dropbox-API-Result", asciiJson(json.view()));
    reply.headers.emplace_back("ETag", "W/\"" + entry->rev + "\"");
    if (const auto range = rangeOf(call.request, reply.body.size())) {
        reply.headers.emplace_back(
            "Content-Range",
            "bytes " + std::to_string(range->first) + "-" + std::to_string(range->second) + "/" +
                std::to_string(reply.body.size())
        );
        reply.body = reply.body.substr(range->first, range->second - range->first + 1);
        reply.status = 206;
    }
    return reply;
}

Reply getTemporaryLink(Call& call) {
    call.args.allow({"path"});
    const std::string path = call.args.requiredText("path");
    if (!call.args.problem().empty())
        return badCall(call.route, "request body: " + call.args.problem());
    const ResolvedPath resolved = resolvePath(call, path, "path");
    if (resolved.error) return *resolved.error;
    const EntryPtr entry = call.account->tree.find(resolved.path);
    if (!entry) return unionError(409, "path/not_found");
    if (entry->kind != EntryKind::File) return unionError(409, "path/not_file");
    if (!entry->traits.is_downloadable) return unionError(409, "unsupported_file");
    const std::string token = hexEncode(call.world.ids.token(16));
    call.world.links[token] = {entry, call.world.clock.now() + kLinkLife};
    JsonWriter json;
    json.beginObject().key("metadata");
    writeEntry(json, *entry, call.view(), false);
    // Where the caller has reached the fake; Dropbox names a host of its own.
    json.field("link", "http://" + call.request.header("Host") + std::string(kLinkPrefix) + token);
    json.endObject();
    return jsonReply(json.take());
}

Reply followLink(World& world, const Request& request) {
    if (request.method != "GET") return textReply(405, "a link is read by GET");
    const std::lock_guard lock(world.mutex);
    const auto link = world.links.find(request.path.substr(kLinkPrefix.size()));
    const bool is_good = link != world.links.end() && world.clock.now() < link->second.until;
    if (!is_good) return textReply(410, "the link has expired");
    Reply reply = jsonReply(*link->second.entry->content);
    reply.content_type = "application/octet-stream";
    return reply;
}

}  // namespace ferry::demo
