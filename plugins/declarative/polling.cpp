#include "polling.h"

#include "answers.h"
#include "text.h"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace ferry::declarative {
namespace {

std::int64_t numberIn(const std::string& text) {
    std::int64_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

}  // namespace

struct Polling::Step {
    const sdk::Call& call;
    const Resource& resource;
    const PollRequest& request;
    bool lists;
    PollCursor& cursor;
    const Secrets& secrets;
};

Polling::Polling(const rapidjson::Value& settings) {
    if (!settings.IsObject() || !settings.HasMember("resources") ||
        !settings["resources"].IsArray() || settings["resources"].Empty())
        throw sdk::Error::invalid("settings: 'polling' has no 'resources'");
    for (const rapidjson::Value& item : settings["resources"].GetArray()) {
        Resource resource;
        resource.name = textAt(item, "name");
        if (item.HasMember("start")) resource.start.emplace(item["start"]);
        if (item.HasMember("list")) resource.list.emplace(item["list"]);
        if (item.HasMember("changes")) resource.changes.emplace(item["changes"]);
        if (!resource.list && !resource.changes)
            throw sdk::Error::invalid("settings: a resource has neither 'list' nor 'changes'");
        if (item.HasMember("updated")) resource.updated = Expression(item["updated"]);
        resource.overlap_ms = numberAt(item, "overlap_ms", resource.overlap_ms);
        resources_.push_back(std::move(resource));
    }
    can_list_ = std::all_of(resources_.begin(), resources_.end(), [](const Resource& resource) {
        return resource.list.has_value();
    });
    is_listed_always_ =
        std::any_of(resources_.begin(), resources_.end(), [](const Resource& resource) {
            return !resource.changes.has_value();
        });
    if (settings.HasMember("expired") && settings["expired"].IsArray())
        for (const rapidjson::Value& status : settings["expired"].GetArray())
            expired_.push_back(status.IsInt() ? status.GetInt() : 0);
    has_limited_ = settings.HasMember("limited");
    if (has_limited_) limited_ = compileCondition(settings["limited"]);
    if (settings.HasMember("limited_until")) limited_until_ = Expression(settings["limited_until"]);
    tolerance_ms_ = numberAt(settings, "tolerance_ms", tolerance_ms_);
    compare_every_ms_ = numberAt(settings, "compare_every_ms", compare_every_ms_);
}

bool Polling::isComparisonDue(const PollCursor& cursor, std::int64_t now_ms) const {
    if (!can_list_) return false;
    const bool is_late = now_ms - cursor.listed_ms >= compare_every_ms_;
    return is_listed_always_ || (compare_every_ms_ > 0 && is_late);
}

/// True if the provider does not know the page that it named itself, as happens when a poll goes on
/// after an outage: then the resource begins anew, once. What was told is in the host's index.
bool Polling::restarts(Step& step, const sdk::HttpResponse& response) {
    PollCursor& cursor = step.cursor;
    const int status = response.status();
    const bool is_unknown = status == 400 || status == 404 || status == 410;
    if (!is_unknown || cursor.isAtStart()) return false;
    // What the pages before have shown, and is deleted by now, would pass for what this listing has
    // seen: the host has to begin another one.
    if (step.lists)
        throw sdk::Error::cursorInvalid(
            "poll of " + step.resource.name + ": the next page of the listing is gone, answered " +
            std::to_string(status)
        );
    if (cursor.restarts > 0) return false;
    const std::uint64_t restarts = cursor.restarts + 1;
    cursor.forgetPages();
    cursor.restarts = restarts;
    return true;
}

std::string Polling::hint(const Resource& resource, const PollCursor& cursor) const {
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
    writer.StartObject();
    writer.Key("polled:resource");
    writer.String(resource.name.c_str());
    if (!can_list_) {
        writer.Key("polled:first");
        writer.String(std::to_string(cursor.first_ms).c_str());
    }
    writer.EndObject();
    return {buffer.GetString(), buffer.GetSize()};
}

/// False if the record is too long, and left out.
bool Polling::add(Step& step, std::string_view record, const std::string& hint, sdk::Page& page) {
    const std::string place = "poll of " + step.resource.name;
    std::string made;
    const auto fit = fitting(record, made);
    if (fit) page.add(*fit, hint);
    if (fit && made.empty()) return true;
    if (!fit && step.lists)
        throw sdk::Error::malformed(
            place +
            ": a record of more than 1 MiB without its long texts; left out, the listing would "
            "say that it was deleted"
        );
    step.call.warning(
        place + (fit ? ": a record of more than 1 MiB goes on without its texts of more than 16 KiB"
                     : ": a record of more than 1 MiB is left out")
    );
    return fit.has_value();
}

void Polling::take(Step& step, const sdk::HttpResponse& response, sdk::Page& page) const {
    const std::string place = "poll of " + step.resource.name;
    JsonDocument body;
    // To a listing that is no answer: what it does not show is gone.
    constexpr int kNoContent = 204;
    const bool says_nothing = !step.lists && response.status() == kNoContent;
    if (says_nothing)
        body.root().SetObject();
    else if (!body.parse(response.body()))
        throw sdk::Error::malformed(place + ": the answer is no JSON");
    const AnswerSources answer(response, body.root());
    const rapidjson::Value* list = nodeAt(body.root(), step.request.records());
    const bool is_list = list != nullptr && list->IsArray();
    // An error that is answered as a success must not pass for an empty list: a listing would tell
    // all as deleted, and a poll go on beyond what it has not seen.
    if (!is_list && !says_nothing && !step.request.isEmpty(answer))
        throw sdk::Error::malformed(
            place + ": the answer has no list of records" + said(response, step.secrets)
        );
    const rapidjson::SizeType count = is_list ? list->Size() : 0;
    // As they were sent: a number may be longer than any that is written anew.
    const std::vector<std::string_view> records =
        is_list ? itemsOf(response.body(), step.request.records())
                : std::vector<std::string_view>();
    PollCursor& cursor = step.cursor;
    const std::string hint = this->hint(step.resource, cursor);
    Scratch scratch;
    for (rapidjson::SizeType i = 0; i < count && i < records.size(); ++i) {
        if (!add(step, records[i], hint, page)) continue;
        if (!step.resource.updated.isSet()) continue;
        const AnswerSources record(response, (*list)[i]);
        const auto time = parseTime(step.resource.updated.evaluate(record, scratch).text);
        cursor.newest_ms = std::max(cursor.newest_ms, time.value_or(0));
        scratch.clear();
    }
    const bool has_next = step.request.turnPage(cursor, answer, step.request.shown(count, records));
    if (!has_next) endResource(step, answer);
}

/// The answer to the request of a page, whatever it is.
void Polling::receive(Step& step, const sdk::HttpResponse& response, sdk::Page& page) const {
    const std::string place = "poll of " + step.resource.name;
    PollCursor& cursor = step.cursor;
    throwIfLimited(response, place, step.secrets, step.call.nowMs());
    if (step.request.isPastEnd(response.status(), cursor)) {
        endResource(step, {response, rapidjson::Value()});
    } else if (restarts(step, response)) {
        page.has_more = true;
        return;
    } else {
        check(response, place, step.secrets);
        if (cursor.isAtStart()) {
            const auto date = parseHttpDate(response.header("date"));
            cursor.began_ms = date.value_or(step.call.nowMs());
            if (cursor.first_ms == 0) cursor.first_ms = cursor.began_ms;
        }
        take(step, response, page);
    }
    page.has_more = cursor.resource < resources_.size();
    if (page.has_more) return;
    cursor.resource = 0;
    if (step.lists) cursor.listed_ms = step.call.nowMs();
}

/// True if a record may have moved to a page that was read before: one that was changed while pages
/// with numbers were turned goes to their end, and those behind it move up. What is shown twice the
/// host's index knows. A provider where that happens in each poll must not hold it for ever.
bool Polling::stays(Step& step) {
    constexpr std::uint64_t kHoldsMax = 3;
    PollCursor& cursor = step.cursor;
    const bool may_have_moved = !step.lists && step.request.isNumbered() && cursor.pages > 0 &&
                                cursor.newest_ms >= cursor.began_ms;
    std::uint64_t& holds = cursor.holds[step.resource.name];
    if (may_have_moved && ++holds <= kHoldsMax) return true;
    cursor.holds.erase(step.resource.name);
    return false;
}

void Polling::endResource(Step& step, const AnswerSources& answer) const {
    PollCursor& cursor = step.cursor;
    std::string& position = cursor.positions[step.resource.name];
    if (step.resource.updated.isSet()) {
        const std::int64_t before = numberIn(position);
        // Not beyond the beginning: what changed since then may have been on an earlier page.
        std::int64_t after = std::min(cursor.newest_ms, cursor.began_ms);
        if (after == 0 && (step.lists || before == 0)) after = cursor.began_ms;
        // The first poll has asked from its own beginning on.
        if (stays(step)) after = before == 0 ? cursor.began_ms : before;
        position = std::to_string(std::max(before, after));
    } else {
        const std::string next = step.request.position(answer);
        if (!next.empty()) position = next;
        if (position.empty() && step.resource.changes)
            throw sdk::Error::malformed("poll of " + step.resource.name + ": there is no cursor");
    }
    cursor.forgetPages();
    cursor.restarts = 0;
    ++cursor.resource;
}

sdk::Task<sdk::Page> Polling::fetch(
    sdk::Context& context,
    const sdk::AccountView& account,
    std::string access_token,
    const sdk::FetchRequest& wanted
) const {
    const bool lists = can_list_ && wanted.mode != sdk::FetchMode::Continue;
    PollCursor cursor = PollCursor::read(wanted.cursor);
    sdk::Page page;
    if (!lists && cursor.isBetweenPolls() && wanted.mode == sdk::FetchMode::Continue &&
        isComparisonDue(cursor, context.call().nowMs())) {
        page.lists_next = true;
        page.next_cursor = cursor.write();
        co_return page;
    }
    if (cursor.resource >= resources_.size()) cursor.resource = 0;
    const Resource& resource = resources_[cursor.resource];
    const std::string place = "poll of " + resource.name;
    const Secrets secrets(account, access_token);
    if (cursor.isAtStart() && lists && resource.start && cursor.starts == 0) {
        // A page of its own: one request a page is what the provider's rate is counted by.
        const std::string none;
        PollSources sources(account, access_token, cursor, none, 0);
        const sdk::HttpResponse response =
            co_await context.send(resource.start->make(sources, cursor));
        throwIfLimited(response, place, secrets, context.call().nowMs());
        check(response, place, secrets);
        cursor.positions[resource.name] = startOf(*resource.start, response, place);
        cursor.starts = 1;
        page.has_more = true;
        page.next_cursor = cursor.write();
        co_return page;
    }
    const PollRequest& request = lists ? *resource.list : *resource.changes;
    const std::string position = cursor.positions[resource.name];
    const std::int64_t last = numberIn(position);
    const std::int64_t now = cursor.began_ms > 0 ? cursor.began_ms : context.call().nowMs();
    const std::int64_t since = (last > 0 ? last : now) - resource.overlap_ms;
    PollSources sources(account, access_token, cursor, position, std::max<std::int64_t>(since, 0));
    const sdk::HttpResponse response = co_await context.send(request.make(sources, cursor));
    Step step{context.call(), resource, request, lists, cursor, secrets};
    receive(step, response, page);
    page.next_cursor = cursor.write();
    co_return page;
}

}  // namespace ferry::declarative
