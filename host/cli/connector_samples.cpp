#include "cli/connector_samples.h"

#include "base/json_writer.h"
#include "base/time_text.h"
#include "cli/sample_document.h"
#include "config/source_text.h"
#include "pipeline/event_body.h"
#include "pipeline/normalization.h"

#include <fmt/format.h>
#include <rapidjson/document.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <variant>

namespace ferry::cli {

namespace {

using rapidjson::Value;

/// Where `got` lacks what `wanted` has; members that are not named may be anything.
void compare(
    const Value& wanted, const Value* got, const std::string& place, std::vector<std::string>& out
) {
    if (wanted.IsObject() && got != nullptr && got->IsObject()) {
        for (const auto& entry : wanted.GetObject()) {
            const char* name = entry.name.GetString();
            compare(entry.value, member(*got, name), fmt::format("{}/{}", place, name), out);
        }
        return;
    }
    if (got != nullptr && *got == wanted) return;
    out.push_back(fmt::format(
        "{} is {} instead of {}", place, got == nullptr ? "missing" : textOf(*got), textOf(wanted)
    ));
}

void compareEvents(const Value& sample, SampleOutcome& outcome) {
    const Value* wanted = member(sample, "events");
    if (wanted == nullptr) return;
    if (wanted->Size() != outcome.events.size()) {
        outcome.problems.push_back(
            fmt::format("it gives {} events instead of {}", outcome.events.size(), wanted->Size())
        );
    }
    for (rapidjson::SizeType i = 0; i < wanted->Size() && i < outcome.events.size(); ++i) {
        rapidjson::Document event;
        event.Parse(outcome.events[i].data(), outcome.events[i].size());
        compare((*wanted)[i], &event, fmt::format("event {}", i + 1), outcome.problems);
    }
}

Event toEvent(const DirectEvent& direct, TimePoint now) {
    Event event;
    event.id = "sample";
    event.type = direct.type;
    event.object = direct.object;
    event.properties = direct.properties;
    event.previous_path = direct.previous_path;
    event.is_restored = direct.is_restored;
    const std::int64_t at = direct.occurred_ms > 0 ? direct.occurred_ms : direct.object.modified_ms;
    event.occurred_at = at > 0 ? fromEpochMilliseconds(at) : now;
    return event;
}

/// What the record means to an index that knows nothing yet; nullopt: it is no event.
std::optional<Event> eventOf(const NormalizedChange& change, TimePoint now) {
    if (const auto* direct = std::get_if<DirectEvent>(&change.action)) return toEvent(*direct, now);
    DirectEvent made;
    if (const auto* put = std::get_if<UpsertObject>(&change.action)) {
        made.type = put->existed ? EventType::Updated : EventType::Created;
        made.object = put->object;
        made.properties = put->properties;
        return toEvent(made, now);
    }
    if (const auto* gone = std::get_if<RemoveObject>(&change.action)) {
        made.type = EventType::Deleted;
        made.object.object_id = gone->object_id;
        return toEvent(made, now);
    }
    return std::nullopt;
}

void tell(pipeline::Provider& provider, NormalizedChange& change, SampleOutcome& outcome) {
    const TimePoint now = SystemClock().now();
    if (const auto told = eventOf(change, now)) {
        const auto recorded = pipeline::recordEvent(
            *told, provider.key(), provider.hub(), pipeline::MoveReporting::Moved, now
        );
        for (const RecordedEvent& event : recorded)
            outcome.events.push_back(event.body);
    } else if (const auto* rejected = std::get_if<RejectChange>(&change.action)) {
        outcome.problems.push_back("a record is rejected: " + rejected->reason);
    } else {
        outcome.notes.emplace_back("no event: the map passes it over");
    }
}

/// A record that a poll of `resource` has shown, with the hint that the plugin gives it
/// (plugins/declarative/polling.cpp).
Status runPolled(pipeline::Provider& provider, const Value& sample, SampleOutcome& outcome) {
    JsonWriter hint;
    hint.beginObject().field("polled:resource", stringAt(sample, "resource")).endObject();
    const Value* record = member(sample, "record");
    if (record == nullptr) return fail(ErrorCode::Corrupt, "the sample has no 'record'");
    FERRY_TRY_ASSIGN(
        auto changes, pipeline::normalizePage(provider, {}, {textOf(*record)}, {hint.take()})
    );
    for (NormalizedChange& change : changes)
        tell(provider, change, outcome);
    compareEvents(sample, outcome);
    return {};
}

/// What the sample does not say, and its signature may be of.
std::string unsaidOf(const Value& sample) {
    std::string unsaid;
    if (member(sample, "at") == nullptr) unsaid += "; without 'at' it comes now";
    if (member(sample, "url") == nullptr) unsaid += "; without 'url' it was sent to no host";
    return unsaid;
}

/// As the hub does with the secret of an instance. What would let anybody in is found as well.
void verify(
    pipeline::Provider& provider,
    const Value& sample,
    const http::Request& request,
    SampleOutcome& outcome
) {
    const Secret secret(stringAt(sample, "secret"));
    if (const Status verified = provider.verifySignature(request, secret); !verified) {
        outcome.problems.push_back(
            "its signature is refused: " + verified.error().message + unsaidOf(sample)
        );
        return;
    }
    outcome.is_verified = !provider.verifySignature(request, Secret(secret.reveal() + "x"));
    if (!outcome.is_verified)
        outcome.problems.emplace_back("its signature is good with another secret as well");
    http::Request changed = request;
    changed.body += ' ';
    outcome.notes.emplace_back(
        provider.verifySignature(changed, secret)
            ? "its signature is good, and does not cover the body"
            : "its signature is good, and refused if the body was changed"
    );
}

}  // namespace

std::vector<std::filesystem::path> sampleFiles(const std::filesystem::path& folder) {
    namespace fs = std::filesystem;
    std::vector<fs::path> files;
    std::error_code fault;
    for (fs::directory_iterator entry(folder, fault), end; !fault && entry != end;
         entry.increment(fault)) {
        if (entry->path().extension() == ".json") files.push_back(entry->path());
    }
    std::sort(files.begin(), files.end());
    return files;
}

Result<SampleOutcome> runSample(
    pipeline::Provider& provider, SampleClock& clock, const std::filesystem::path& sample
) {
    FERRY_TRY_ASSIGN(
        const std::string text, config::readFileBounded(sample, config::kFileBytesMax)
    );
    rapidjson::Document document;
    document.Parse<rapidjson::kParseIterativeFlag>(text.data(), text.size());
    if (document.HasParseError() || !document.IsObject())
        return fail(ErrorCode::Corrupt, "the sample is no JSON object");
    FERRY_TRY(checkSample(document));
    SampleOutcome outcome;
    clock.set(parseRfc3339(stringAt(document, "at")));
    if (member(document, "resource") != nullptr) {
        FERRY_TRY(runPolled(provider, document, outcome));
        return outcome;
    }
    const http::Request request = requestOf(document);
    const Secret secret(stringAt(document, "secret"));
    if (member(document, "signed") != nullptr) verify(provider, document, request, outcome);
    FERRY_TRY_ASSIGN(const auto reply, provider.answerChallenge(request, &secret));
    if (reply) outcome.notes.push_back("a challenge, answered: " + reply->body);
    if (const Value* answer = member(document, "answer")) {
        const std::string wanted = answer->GetString();
        if (!reply || reply->body != wanted)
            outcome.problems.push_back(fmt::format("it is not answered '{}'", wanted));
        return outcome;
    }
    if (reply) {
        outcome.problems.emplace_back("it is a challenge, so it has no 'events' but an 'answer'");
        return outcome;
    }
    FERRY_TRY_ASSIGN(auto notification, provider.parseNotification(request));
    std::vector<std::string> raws;
    std::vector<std::string> hints;
    const std::string only = stringAt(document, "account");
    for (pipeline::BroughtChange& change : notification.changes) {
        if (!only.empty() && change.account != only) continue;
        raws.push_back(std::move(change.raw));
        hints.push_back(std::move(change.hint));
    }
    FERRY_TRY_ASSIGN(auto changes, pipeline::normalizePage(provider, {}, std::move(raws), hints));
    for (NormalizedChange& change : changes)
        tell(provider, change, outcome);
    compareEvents(document, outcome);
    return outcome;
}

}  // namespace ferry::cli
