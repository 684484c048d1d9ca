#include "demo/fake_dropbox/cursor.h"
#include "demo/fake_dropbox/routes.h"

// files/list_folder/longpoll: no authorization; waits for any change in the account.

namespace ferry::demo {

Reply longpoll(Call& call) {
    call.args.allow({"cursor", "timeout"});
    const std::string text = call.args.requiredText("cursor");
    const std::int64_t timeout = call.args.integer("timeout", 30, 30, 480);
    if (!call.args.problem().empty()) {
        return badCall(call.route, "request body: " + call.args.problem());
    }
    World& world = call.world;
    const auto cursor = decodeCursor(text, world.cursor_key);
    Account* account = cursor ? world.findAccount(cursor->account_id) : nullptr;
    if (account == nullptr) {
        return badCall(call.route, "Invalid \"cursor\" parameter: malformed cursor");
    }
    // Account-wide on purpose: the real one too says "changes" for folders not asked for.
    const auto hasNews = [&] {
        return cursor->epoch != account->cursor_epoch || cursor->phase != CursorPhase::Delta ||
               cursor->position < account->deltaEnd();
    };
    world.changed.wait_for(call.lock, world.longpoll_second * timeout, [&] {
        return world.is_stopping || hasNews();
    });
    if (cursor->epoch != account->cursor_epoch) return unionError(409, "reset");
    JsonWriter json;
    json.beginObject().field("changes", hasNews());
    if (call.hasFault(FaultKind::LongpollBackoff)) {
        json.field("backoff", std::int64_t{call.fault->number});
    }
    json.endObject();
    return jsonReply(json.take());
}

}  // namespace ferry::demo
