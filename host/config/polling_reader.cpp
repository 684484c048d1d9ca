// The section 'polling' of connectors without code.
#include "base/json_writer.h"
#include "config/constant_checks.h"
#include "config/declarative_reader.h"
#include "config/expression_reader.h"
#include "config/node_reader.h"
#include "config/request_fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace ferry::config {

namespace {

class PollingReader {
  public:
    explicit PollingReader(Reporter& reporter) : reporter_(reporter) {}

    std::string read(const YamlNode& node, PollingDescription& description) {
        json_.beginObject().key("resources").beginArray();
        const YamlNode& resources = *node.find("resources");
        if (resources.children.empty() && !resources.isGap())
            say(resources, "there is nothing that could be asked for", "write '- name: ...'");
        if (resources.children.size() > kPollResourcesMax)
            say(resources, fmt::format("there are more than {} resources", kPollResourcesMax));
        for (const YamlNode& item : resources.children)
            resource(item);
        json_.endArray();
        description.can_list = listed_ > 0 && listed_ == resources.children.size();
        description.lists_by_number = lists_by_number_;
        checkListings(node, resources);
        times(node, description);
        statuses(node, "expired", 410);
        if (const YamlNode* condition = given(node, "limited")) {
            json_.key("limited");
            expression(SourceSet::Answer).readCondition(*condition);
        }
        if (const YamlNode* until = given(node, "limited_until")) {
            json_.key("limited_until");
            expression(SourceSet::Answer).read(*until);
            refuseConstants(
                *until,
                {.sources = SourceSet::Answer, .every = "answer", .may_be_number = true},
                reporter_
            );
        }
        return json_.endObject().take();
    }

  private:
    ExpressionReader expression(SourceSet sources) { return {reporter_, json_, sources}; }
    void say(const YamlNode& at, std::string message, std::string suggestion = {}) {
        reporter_.atValue(at, Visibility::Shown, std::move(message), std::move(suggestion));
    }
    static std::chrono::milliseconds timeOf(
        const YamlNode& node, std::string_view key, std::chrono::milliseconds otherwise
    ) {
        return parseDuration(textOf(node, key)).value_or(otherwise);
    }

    void times(const YamlNode& node, PollingDescription& description) {
        using std::chrono::milliseconds;
        json_.field("tolerance_ms", timeOf(node, "tolerance", milliseconds(2000)).count());
        json_.field("compare_every_ms", timeOf(node, "compare_every", milliseconds(0)).count());
        if (const YamlNode* interval = given(node, "interval")) {
            description.interval_min = timeOf(*interval, "min", description.interval_min);
            description.interval_max = timeOf(
                *interval, "max", std::max(description.interval_min, description.interval_max)
            );
            const bool are_known = !isUnknown(*interval, "min") && !isUnknown(*interval, "max");
            if (are_known && description.interval_max < description.interval_min)
                say(*interval, "'max' is less than 'min'");
        }
        if (const YamlNode* rate = given(node, "rate")) {
            description.rate_requests =
                static_cast<unsigned>(parseInteger(textOf(*rate, "requests")).value_or(0));
            description.rate_period = timeOf(*rate, "per", milliseconds(0));
        }
    }

    /// `otherwise`: what there is if the key is not given.
    void statuses(const YamlNode& node, std::string_view key, std::int64_t otherwise) {
        json_.key(key).beginArray();
        if (node.find(key) == nullptr) json_.number(otherwise);
        for (const auto& [item, text] : itemsOf(node, key)) {
            const auto status = parseInteger(text);
            if (!status || *status < 400 || *status > 499)
                say(*item, fmt::format("'{}' is no status from 400 to 499", text.substr(0, 80)));
            if (status == 401 || status == 429)  // a new token, and a wait
                say(*item, fmt::format("{} has a rule of its own", *status), "leave it out");
            json_.number(status.value_or(0));
        }
        json_.endArray();
    }

    void checkListings(const YamlNode& node, const YamlNode& resources) {
        if (has_unknown_) return;
        if (listed_ > 0 && listed_ < resources.children.size())
            say(resources,
                "some resources have 'list' and some have not",
                "give all of them one, or none: what a listing does not show is told as deleted");
        const YamlNode* compare = node.findKey("compare_every");
        if (compare == nullptr || isUnknown(node, "compare_every")) return;
        if (listed_ == 0)
            reporter_.atKey(*compare, "'compare_every' needs 'list' of the resources");
        if (unchanging_ > 0)
            reporter_.atKey(
                *compare, "everything is listed in each poll, as a resource has no 'changes'"
            );
    }

    void resource(const YamlNode& node) {
        const YamlNode* start = given(node, "start");
        const YamlNode* list = given(node, "list");
        const YamlNode* changes = given(node, "changes");
        const YamlNode* updated = given(node, "updated");
        const std::string name = textOf(node, "name");
        if (!isUnknown(node, "name") && !names_.insert(name).second)
            say(*node.find("name"), fmt::format("the resource '{}' stands here twice", name));
        listed_ += list == nullptr ? 0 : 1;
        unchanging_ += changes == nullptr ? 1 : 0;
        const bool has_unknown = hasUnknown(node);
        has_unknown_ = has_unknown_ || has_unknown;
        if (list == nullptr && changes == nullptr && !has_unknown)
            reporter_.atKey(*node.findKey("name"), "a resource needs 'list', 'changes', or both");
        json_.beginObject().field("name", name);
        json_.field("overlap_ms", timeOf(node, "overlap", std::chrono::minutes(2)).count());
        if (start != nullptr) request("start", *start);
        if (list != nullptr) request("list", *list);
        if (changes != nullptr) request("changes", *changes);
        if (updated != nullptr) {
            json_.key("updated");
            expression(SourceSet::Answer).readSource(*updated);
        }
        json_.endObject();
        if (has_unknown) return;
        if (changes != nullptr) position(node, *changes, list, updated);
        if (start != nullptr && (list == nullptr || changes == nullptr || updated != nullptr))
            reporter_.atKey(
                *node.findKey("start"),
                "'start' is for a resource with 'list', 'changes' and a cursor"
            );
    }

    /// True if it can't be told which ways of asking a resource has.
    static bool hasUnknown(const YamlNode& node) {
        for (const char* key : {"start", "list", "changes", "updated"})
            if (isUnknown(node, key)) return true;
        for (const char* key : {"list", "changes"}) {
            const YamlNode* request = given(node, key);
            if (request != nullptr && isUnknown(*request, "cursor")) return true;
        }
        return false;
    }

    /// What is asked for next time has to begin somewhere: at a cursor, or at a time.
    void position(
        const YamlNode& node, const YamlNode& changes, const YamlNode* list, const YamlNode* updated
    ) {
        const YamlNode* cursor = changes.findKey("cursor");
        if ((cursor == nullptr) == (updated == nullptr)) {
            reporter_.atKey(
                *node.findKey("changes"),
                "the next poll begins either at a cursor or at a time",
                "give 'changes' a 'cursor', or the resource 'updated'"
            );
        }
        if (cursor != nullptr && list == nullptr)
            reporter_.atKey(
                *cursor,
                "a provider may give a cursor up, and then everything has to be listed",
                "give the resource 'list'"
            );
        const bool begins = node.findKey("start") != nullptr ||
                            (list != nullptr && list->findKey("cursor") != nullptr);
        if (cursor != nullptr && list != nullptr && !begins)
            reporter_.atKey(
                *cursor,
                "nothing says where the first one begins",
                "give 'list' a 'cursor', or the resource 'start'"
            );
        const std::string_view wanted = cursor == nullptr ? "${since" : "${cursor}";
        if (usesSource(changes, wanted)) return;
        if (cursor != nullptr && usesSource(changes, "${page_or_cursor}")) return;
        reporter_.atKey(
            *node.findKey("changes"),
            fmt::format("the request has no {}{}", wanted, cursor == nullptr ? "}" : ""),
            "without it each poll asks for the same"
        );
    }

    void request(std::string_view key, const YamlNode& node) {
        json_.key(key).beginObject();
        writeRequest(node, "GET", json_, reporter_, [this](const YamlNode& value) {
            expression(SourceSet::Poll).readTemplate(value);
        });
        if (const YamlNode* records = given(node, "records")) {
            json_.key("records");
            expression(SourceSet::Answer).readPointer(*records);
        }
        if (const YamlNode* empty = given(node, "empty")) {
            json_.key("empty");
            expression(SourceSet::Answer).readCondition(*empty);
        }
        for (const char* name : {"next_url", "next_page", "cursor"}) {
            const YamlNode* value = given(node, name);
            if (value == nullptr) continue;
            json_.key(name);
            expression(SourceSet::Answer).read(*value);
            refuseConstants(*value, {.sources = SourceSet::Answer, .every = "answer"}, reporter_);
        }
        for (const char* name : {"page_size", "first_page"}) {
            const auto number = parseInteger(textOf(node, name));
            if (number) json_.key(name).number(*number);
        }
        // A listing that ends too early deletes what it has not shown: that has to be said.
        const bool is_numbered = has(node, "page_size");
        if (node.findKey("past_end") != nullptr || (is_numbered && key == "changes"))
            statuses(node, "past_end", 404);
        json_.endObject();
        if (!isUnknown(node, "page_size")) paging(node);
        if (is_numbered && key == "list") lists_by_number_ = true;
    }

    static bool has(const YamlNode& node, std::string_view key) {
        return node.findKey(key) != nullptr && !isUnknown(node, key);
    }

    void paging(const YamlNode& node) {
        std::size_t ways = 0;
        for (const char* name : {"next_url", "next_page", "page_size"})
            ways += has(node, name) ? 1 : 0;
        if (ways > 1)
            say(node, "the next page is found by one of 'next_url', 'next_page' and 'page_size'");
        if (has(node, "past_end") && !has(node, "page_size"))
            reporter_.atKey(
                *node.findKey("past_end"),
                "'past_end' is for pages with numbers or offsets",
                "give 'page_size'"
            );
        const bool is_used = usesSource(node, "${page}") || usesSource(node, "${page_or_cursor}");
        if (has(node, "next_page") && !is_used)
            reporter_.atKey(
                *node.findKey("next_page"), "the request has no ${page}", "put it into 'query'"
            );
        if (has(node, "page_size") && !usesSource(node, "${page_number}") &&
            !usesSource(node, "${offset}"))
            reporter_.atKey(
                *node.findKey("page_size"), "the request has neither ${page_number} nor ${offset}"
            );
    }

    Reporter& reporter_;
    JsonWriter json_;
    std::set<std::string> names_;
    std::size_t listed_ = 0;      ///< resources with a listing
    std::size_t unchanging_ = 0;  ///< resources that can be listed alone
    bool lists_by_number_ = false;
    bool has_unknown_ = false;  ///< of what the resources have
};

bool mentions(const YamlNode& node, std::string_view source) {
    if (node.text.find(source) != node.text.npos) return true;
    return std::any_of(node.children.begin(), node.children.end(), [&](const YamlNode& child) {
        return mentions(child, source);
    });
}

}  // namespace

void checkPolledIds(const YamlNode& polling, const YamlNode& map, Reporter& reporter) {
    const YamlNode* resources = given(polling, "resources");
    if (resources == nullptr || resources->children.size() < 2) return;
    if (textOf(polling, "unique_ids") == "true" || isUnknown(polling, "unique_ids")) return;
    for (const YamlNode& rule : map.children) {
        const YamlNode* id = rule.isMapping() ? given(rule, "id") : nullptr;
        if (id == nullptr || mentions(*id, "polled:resource")) continue;
        reporter.atValue(
            *id,
            Visibility::Shown,
            "records of two resources may have the same id, and would be taken for one object",
            "write '${polled:resource}-${/id}', or 'unique_ids: true' in 'polling'"
        );
    }
}

std::string readPolling(const YamlNode& node, Reporter& reporter, ConnectorManifest& manifest) {
    PollingDescription description;
    std::string json = PollingReader(reporter).read(node, description);
    manifest.polling = description;
    return json;
}

}  // namespace ferry::config
