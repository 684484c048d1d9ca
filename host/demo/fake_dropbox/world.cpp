#include "demo/fake_dropbox/world.h"

#include "base/json_writer.h"
#include "demo/fake_dropbox/path_names.h"

namespace ferry::demo {

bool World::pause(Milliseconds time) {
    std::unique_lock lock(mutex);
    changed.wait_for(lock, time, [this] { return is_stopping; });
    return !is_stopping;
}

Account* World::findAccount(std::string_view id) {
    const auto at = accounts.find(id);
    return at == accounts.end() ? nullptr : at->second.get();
}

void World::touched(const Account& account) {
    changed.notify_all();
    if (!sends_notices) return;
    bool has_marked = false;
    for (const std::string& key : oauth.appsOf(account.id)) {
        const App* app = oauth.findApp(key);
        if (app == nullptr || app->webhook_uris.empty()) continue;
        notices.mark(key, account.id, notice_now());
        has_marked = true;
    }
    if (has_marked) wake_sender();
}

std::optional<Base> World::findBase(const Account& account, const App& app, std::string_view ns)
    const {
    Base base;
    base.namespace_id = ns;
    if (ns == account.home_namespace) {
        base.display = account.home_path;
    } else if (ns != account.root_namespace) {
        const auto folder = account.tree.sharedFolderPath(ns);
        if (!folder) return std::nullopt;
        base.display = account.tree.find(*folder)->path_display;
    }
    if (app.is_app_folder) base.display += "/Apps/" + app.name;
    if (const EntryPtr entry = account.tree.find(base.display)) base.display = entry->path_display;
    base.lower = lowerPath(base.display);
    return base;
}

std::string rootInfoJson(const Account& account) {
    const bool is_team = account.root_namespace != account.home_namespace;
    JsonWriter json;
    json.beginObject().field(".tag", is_team ? "team" : "user");
    json.field("root_namespace_id", account.root_namespace);
    json.field("home_namespace_id", account.home_namespace);
    if (is_team) json.field("home_path", account.home_path);
    json.endObject();
    return json.take();
}

}  // namespace ferry::demo
