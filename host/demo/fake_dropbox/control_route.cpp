#include "demo/fake_dropbox/path_names.h"
#include "demo/fake_dropbox/routes.h"

// /fake/…: the control API over HTTP, for playing by hand and for clients in other languages.

namespace ferry::demo {
namespace {

Reply problemReply(std::string_view problem) {
    JsonWriter json;
    json.beginObject().field("error", problem).endObject();
    return jsonReply(json.take(), 400);
}

Reply addFault(World& world, Arguments& args) {
    args.allow(
        {"route",
         "kind",
         "times",
         "skip",
         "status",
         "tag",
         "text",
         "retry_after",
         "as_text",
         "as_json",
         "delay_ms",
         "number"}
    );
    FaultRule rule;
    rule.route = args.requiredText("route");
    const std::string name = args.requiredText("kind");
    rule.times = static_cast<int>(args.integer("times", 1, 1, 1'000'000));
    rule.skip = static_cast<int>(args.integer("skip", 0, 0, 1'000'000));
    rule.fault.status = static_cast<int>(args.integer("status", 0, 0, 599));
    rule.fault.tag = args.text("tag");
    rule.fault.text = args.text("text");
    if (args.has("retry_after")) {
        rule.fault.retry_after = static_cast<int>(args.integer("retry_after", 0, 0, 86'400));
    }
    rule.fault.as_text = args.boolean("as_text", false);
    rule.fault.as_json = args.boolean("as_json", false);
    rule.fault.delay = Milliseconds(args.integer("delay_ms", 0, 0, 600'000));
    rule.fault.number = static_cast<int>(args.integer("number", 0, 0, 1'000'000));
    const auto kind = faultKindOf(name);
    if (!kind) args.addProblem("no such kind of fault: '" + name + "'");
    if (!args.problem().empty()) return problemReply(args.problem());
    rule.fault.kind = *kind;
    world.faults.add(std::move(rule));
    return jsonReply("null");
}

Reply changeFiles(World& world, Arguments& args) {
    args.allow({"account", "do", "path", "to", "content"});
    const std::string account_id = args.requiredText("account");
    const std::string action = args.requiredText("do");
    const std::string path = args.requiredText("path");
    const std::string to = args.text("to");
    if (!args.problem().empty()) return problemReply(args.problem());
    const std::lock_guard lock(world.mutex);
    Account* account = world.findAccount(account_id);
    if (account == nullptr) return problemReply("no such account");
    AccountTree& tree = account->tree;
    Result<EntryPtr> result = fail(
        ErrorCode::InvalidArgument,
        "do: put, folder, move, split_move, "
        "copy, remove, restore or share"
    );
    if (action == "put") result = tree.putFile(path, args.text("content"));
    if (action == "folder") result = tree.createFolder(path);
    if (action == "move") result = tree.move(path, to);
    if (action == "split_move") result = tree.move(path, to, Break::Drain);
    if (action == "copy") result = tree.copy(path, to);
    if (action == "remove") result = tree.remove(path);
    if (action == "restore") result = tree.restore(path);
    if (action == "share") result = tree.shareFolder(path);
    if (!result) return problemReply(result.error().message);
    world.touched(*account);
    JsonWriter json;
    writeEntry(json, **result, {});
    return jsonReply(json.take());
}

Reply expire(World& world, Arguments& args) {
    args.allow({"account", "what"});
    const std::string account_id = args.requiredText("account");
    const std::string what = args.requiredText("what");
    if (what != "access_tokens" && what != "cursors") {
        args.addProblem("what: access_tokens or cursors");
    }
    if (!args.problem().empty()) return problemReply(args.problem());
    const std::lock_guard lock(world.mutex);
    Account* account = world.findAccount(account_id);
    if (account == nullptr) return problemReply("no such account");
    if (what == "cursors") ++account->cursor_epoch;
    if (what == "access_tokens") world.oauth.expireAccessTokens(account_id);
    return jsonReply("null");
}

Reply countsReply(World& world) {
    JsonWriter json;
    json.beginObject();
    const NoticeCounts notices = world.notices.counts();
    const std::lock_guard lock(world.mutex);
    for (const auto& [name, count] : world.status_counts) {
        json.field(name, static_cast<std::int64_t>(count));
    }
    json.field("notices sent", static_cast<std::int64_t>(notices.sent));
    json.field("notices accepted", static_cast<std::int64_t>(notices.accepted));
    json.endObject();
    return jsonReply(json.take());
}

}  // namespace

Reply controlRoute(World& world, const Request& request) {
    if (request.path == "/fake/requests" && request.method == "GET") return countsReply(world);
    if (request.path == "/fake/faults" && request.method == "DELETE") {
        world.faults.clear();
        return jsonReply("null");
    }
    Arguments args(request.body);
    if (!args.problem().empty()) return problemReply(args.problem());
    if (request.method == "POST") {
        if (request.path == "/fake/faults") return addFault(world, args);
        if (request.path == "/fake/files") return changeFiles(world, args);
        if (request.path == "/fake/expire") return expire(world, args);
    }
    return textReply(
        404,
        "POST /fake/faults, DELETE /fake/faults, POST /fake/files, "
        "POST /fake/expire, GET /fake/requests"
    );
}

}  // namespace ferry::demo
