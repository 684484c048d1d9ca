#include "app/signals.h"
#include "base/json_writer.h"
#include "base/utf8.h"
#include "cli/command.h"
#include "cli/instance_names.h"

#include <fmt/format.h>
#include <poll.h>
#include <rapidjson/document.h>
#include <unistd.h>

#include <iostream>
#include <memory>

namespace ferry::cli {

namespace {

constexpr std::size_t kPage = 500;
constexpr std::size_t kEventsMax = 10'000;
constexpr Milliseconds kFollowInterval{250};

struct EventsOptions {
    std::string instance;
    std::size_t count = 20;
    bool follows = false;
    bool is_json = false;
};

class EventPrinter {
  public:
    EventPrinter(store::Store& store, bool is_json) : names_(store), is_json_(is_json) {}

    void print(const RecordedEvent& event) {
        if (is_json_) {
            JsonWriter json;
            json.beginObject();
            json.field("number", event.number.value).field("instance", names_.of(event.instance));
            json.field("recordedDate", formatRfc3339(event.recorded_at));
            json.key("event").raw(event.body).endObject();
            std::cout << json.view() << "\n" << std::flush;
            return;
        }
        std::cout << fmt::format(
                         "{:>8}  {}  {:<16} {:<8} {:<6} {}\n",
                         event.number.value,
                         formatRfc3339(event.recorded_at),
                         toPrintable(names_.of(event.instance)),
                         eventTypeName(event.type),
                         toPrintable(objectTypeName(event.object_kind, event.object_type)),
                         toPrintable(describe(event.body))  // the provider's users name files
                     )
                  << std::flush;
    }

  private:
    /// The path, the one before, and whether the object was deleted before; of what has no path,
    /// its name, or else its id.
    static std::string describe(const std::string& body) {
        rapidjson::Document document;
        document.Parse(body.data(), body.size());
        if (document.HasParseError() || !document.IsObject()) return {};
        const auto object = document.FindMember("object");
        if (object == document.MemberEnd() || !object->value.IsObject()) return {};
        const auto text = [&](const char* name) -> std::string {
            const auto member = object->value.FindMember(name);
            if (member == object->value.MemberEnd() || !member->value.IsString()) return {};
            return {member->value.GetString(), member->value.GetStringLength()};
        };
        const std::string previous = text("previousPath");
        std::string path = previous.empty() ? text("path") : previous + " -> " + text("path");
        for (const char* other : {"name", "id"})
            if (path.empty()) path = text(other);
        return document.HasMember("restored") ? path + "  (restored)" : path;
    }

    InstanceNames names_;
    const bool is_json_;
};

/// Of `ferry events --follow | head`: the next event would tell, and may never come.
bool isReaderGone() {
    pollfd out{STDOUT_FILENO, 0, 0};
    return ::poll(&out, 1, 0) > 0 && (out.revents & POLLERR) != 0;
}

int printEvents(const GlobalOptions& globals, const EventsOptions& options) {
    const auto config = loadConfig(globals);
    if (!config) return kExitFailed;
    const auto opened = openStore(*config);
    if (!opened) return kExitFailed;
    store::Store& store = *opened;
    InstanceId instance;
    if (!options.instance.empty()) {
        const auto found = instanceOf(store, options.instance);
        if (!found) return failWith(found.error().message);
        instance = *found;
    }
    const auto start = store.events().beforeNewest(instance, options.count);
    if (!start) return failWith(start.error().message);

    app::Signals signals;
    EventPrinter printer(store, options.is_json);
    EventNumber after = *start;
    for (;;) {
        const auto page = store.events().after(after, instance, kPage);
        if (!page) return failWith(page.error().message);
        for (const RecordedEvent& event : *page) {
            printer.print(event);
            after = event.number;
        }
        if (page->size() == kPage) continue;
        if (!options.follows) {
            const bool is_nothing = after == *start && options.count > 0;
            if (is_nothing && !options.is_json) std::cout << "no events\n";
            return kExitOk;
        }
        if (signals.wait(kFollowInterval) == app::Signal::Stop) return kExitOk;
        if (isReaderGone()) return kExitOk;
    }
}

}  // namespace

void addEvents(CLI::App& app, const GlobalOptions& globals, Run& run) {
    CLI::App* command = app.add_subcommand("events", "Print events from the log");
    const auto options = std::make_shared<EventsOptions>();
    command->add_option("instance", options->instance, "Only events of this instance");
    command
        ->add_option("-n,--count", options->count, "Begin with so many of the newest (default 20)")
        ->check(CLI::Range(std::size_t{0}, kEventsMax));
    command->add_flag("-f,--follow", options->follows, "Go on with new ones until stopped");
    command->add_flag("--json", options->is_json, "Print JSON, one event a line");
    command->callback([&run, &globals, options] {
        run = [&globals, options] { return printEvents(globals, *options); };
    });
}

}  // namespace ferry::cli
