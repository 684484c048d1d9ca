#include "plugin_check/output_text.h"

#include <fmt/format.h>

#include <variant>

namespace ferry::plugin_check {
namespace {

std::string timeText(const std::optional<TimePoint>& time) {
    return time ? std::to_string(toEpochMilliseconds(*time)) : std::string("-");
}

std::string textOf(const plugin::Object& object) {
    return fmt::format(
        "type={} id={} key={} path={} name={} revision={} hash={} size={} created={} modified={} "
        "client_modified={} by={}",
        static_cast<int>(object.type),
        object.object_id,
        object.path_key,
        object.path,
        object.name,
        object.revision,
        object.content_hash,
        object.size.value_or(-1),
        timeText(object.created),
        timeText(object.modified),
        timeText(object.client_modified),
        object.modified_by
    );
}

/// Members that came with ABI 1.1 stand in the text only where a plugin gives them.
std::string added(std::string_view name, std::string_view value) {
    return value.empty() ? std::string() : fmt::format(" {}={}", name, value);
}

std::string textOf(const plugin::IndexOp& op) {
    return fmt::format(
               "change {}: action={} replaces={} {}",
               op.change_index,
               static_cast<int>(op.action),
               op.replaces_children,
               textOf(op.object)
           ) +
           added("existed", op.existed ? "true" : "") + added("object_type", op.object_type) +
           added("properties", op.properties);
}

std::string textOf(const plugin::ProviderEvent& event) {
    return fmt::format(
               "change {}: event={} previous={} occurred={} id={} {}",
               event.change_index,
               static_cast<int>(event.type),
               event.previous_path,
               timeText(event.occurred),
               event.provider_event_id,
               textOf(event.object)
           ) +
           added("object_type", event.object_type) + added("properties", event.properties);
}

std::string textOf(const plugin::Reject& reject) {
    return fmt::format(
        "change {}: rejected {} {}",
        reject.change_index,
        errorCodeName(reject.error.code),
        reject.error.message
    );
}

std::string textOf(const plugin::Page& page, bool has_end) {
    std::string text;
    for (std::size_t i = 0; i < page.changes.size(); ++i) {
        text += "change " + page.changes[i] + "\n";
        if (i < page.hints.size() && !page.hints[i].empty()) text += "hint " + page.hints[i] + "\n";
    }
    if (has_end)
        text += fmt::format("page {} {}", page.next_cursor, page.has_more) +
                (page.lists_next ? " lists_next\n" : "\n");
    return text;
}

}  // namespace

std::string textOf(const plugin::HttpRequest& request) {
    std::string text = fmt::format("{} {}\n", request.method, request.url);
    for (const plugin::Field& header : request.headers)
        text += fmt::format("{}: {}\n", header.name, header.value);
    return text + "\n" + request.body + "\n";
}

std::string textOf(const plugin::OutputSink& sink) {
    std::string text;
    if (sink.text) text += fmt::format("text {}\n", *sink.text);
    if (sink.tokens)
        text += fmt::format(
            "tokens {} {} {} {} {} {} {}\n",
            sink.tokens->access_token.reveal(),
            sink.tokens->refresh_token.reveal(),
            sink.tokens->token_type,
            timeText(sink.tokens->expires_at),
            sink.tokens->scope,
            sink.tokens->account_id,
            sink.tokens->extra.reveal()
        );
    if (sink.identity)
        text += fmt::format(
            "identity {} {} {} {} {}\n",
            sink.identity->account_id,
            sink.identity->label,
            sink.identity->tenant,
            sink.identity->account_state,
            sink.identity->extra
        );
    text += textOf(sink.page, sink.has_page);
    for (const plugin::Notice& notice : sink.notices)
        text += fmt::format("notice {} {}", notice.account_key, notice.hint) +
                added("id", notice.change_id) + added("change", notice.change) + "\n";
    if (sink.reply) text += fmt::format("reply {} {}\n", sink.reply->status, sink.reply->body);
    for (const plugin::Normalized& item : sink.normalized)
        text += std::visit([](const auto& value) { return textOf(value); }, item) + "\n";
    for (const plugin::Object& object : sink.objects)
        text += fmt::format("object {}\n", textOf(object));
    if (sink.next_cursor) text += fmt::format("end {}\n", *sink.next_cursor);
    if (sink.storage)
        text +=
            fmt::format("storage {} {}\n", sink.storage->used, sink.storage->total.value_or(-1));
    if (sink.link)
        text += fmt::format("link {} {}\n", sink.link->url, timeText(sink.link->expires_at));
    if (sink.registration)
        text += fmt::format(
                    "subscription {} {}",
                    sink.registration->state.reveal(),
                    timeText(sink.registration->expires_at)
                ) +
                added("secret", sink.registration->secret.reveal()) + "\n";
    return text;
}

}  // namespace ferry::plugin_check
