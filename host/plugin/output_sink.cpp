#include "plugin/output_sink.h"

#include "plugin/abi_read.h"
#include "plugin/limits.h"

#include <algorithm>
#include <utility>

namespace ferry::plugin {

OutputSink::OutputSink(Output allowed, std::size_t change_count)
    : allowed_(allowed), change_count_(change_count) {
    sink_.struct_size = sizeof sink_;
    sink_.ctx = this;
    sink_.http_request = &onHttpRequest;
    sink_.text = &onText;
    sink_.token_set = &onTokenSet;
    sink_.identity = &onIdentity;
    sink_.change = &onChange;
    sink_.page = &onPage;
    sink_.notice = &onNotice;
    sink_.reply = &onReply;
    sink_.index_op = &onIndexOp;
    sink_.event = &onEvent;
    sink_.reject = &onReject;
    sink_.object = &onObject;
    sink_.objects_end = &onObjectsEnd;
    sink_.storage = &onStorage;
    sink_.link = &onLink;
    sink_.subscription = &onSubscription;
    normalized.reserve(change_count);
}

/// Every slot goes through here: may the hook give this, is it well-formed, and no exception enters
/// the plugin's frame.
template <Output kOutput, typename Read>
ferry_status OutputSink::accept(const ferry_sink* sink, Read read) noexcept {
    OutputSink& self = *static_cast<OutputSink*>(sink->ctx);
    try {
        if (!contains(self.allowed_, kOutput))
            return self.refuse(FERRY_ERROR_INVALID, "an output that does not belong to the hook");
        AbiReader reader;
        read(self, reader);
        return reader.ok() ? FERRY_OK : self.refuse(reader.status(), reader.problem());
    } catch (...) {
        return self.refuse(FERRY_ERROR_UNAVAILABLE, "out of memory");
    }
}

ferry_status OutputSink::refuse(ferry_status status, std::string_view what) noexcept {
    try {
        if (problem_.empty()) problem_ = what;
    } catch (...) {
        // The status says enough.
    }
    return status;
}

namespace {

/// Keeps a result that may be given only once.
template <typename T>
void once(AbiReader& reader, std::optional<T>& place, T value, std::string_view name) {
    if (place) reader.wrong(FERRY_ERROR_INVALID, name, "was given twice");
    if (reader.ok()) place = std::move(value);
}

}  // namespace

ferry_status OutputSink::onHttpRequest(
    const ferry_sink* sink, const ferry_http_request* from
) noexcept {
    return accept<Output::HttpRequest>(sink, [&](OutputSink& self, AbiReader& reader) {
        HttpRequest request = reader.httpRequest(from);
        if (request.streams_answer && !contains(self.allowed_, Output::StreamedAnswer))
            reader.wrong(FERRY_ERROR_INVALID, "http request", "may not stream its answer here");
        once(reader, self.request, std::move(request), "http request");
    });
}

ferry_status OutputSink::onText(const ferry_sink* sink, ferry_str from) noexcept {
    return accept<Output::Text>(sink, [&](OutputSink& self, AbiReader& reader) {
        once(reader, self.text, reader.requiredText(from, "text", kUrlBytesMax), "text");
    });
}

ferry_status OutputSink::onTokenSet(const ferry_sink* sink, const ferry_token_set* from) noexcept {
    return accept<Output::TokenSet>(sink, [&](OutputSink& self, AbiReader& reader) {
        once(reader, self.tokens, reader.tokenSet(from), "token set");
    });
}

ferry_status OutputSink::onIdentity(const ferry_sink* sink, const ferry_identity* from) noexcept {
    return accept<Output::Identity>(sink, [&](OutputSink& self, AbiReader& reader) {
        once(reader, self.identity, reader.identity(from), "identity");
    });
}

void OutputSink::readChange(AbiReader& reader, const ferry_change* change) {
    if (has_page) return reader.wrong(FERRY_ERROR_INVALID, "a change", "came after its page");
    if (change == nullptr || !FERRY_HAS(change, ferry_change, raw))
        return reader.wrong(FERRY_ERROR_MALFORMED, "change", "is NULL or too short");
    if (page.changes.size() >= kPageChangesMax)
        return reader.wrong(FERRY_ERROR_LIMIT, "page", "has too many changes");
    std::string raw = reader.bytes(change->raw, "change", kChangeBytesMax);
    page_bytes_ += raw.size();
    if (page_bytes_ > kPageBytesMax) reader.wrong(FERRY_ERROR_LIMIT, "page", "is too large");
    std::string hint;
    if (FERRY_HAS(change, ferry_change, hint))
        hint = reader.text(change->hint, "hint of a change", kTextBytesMax);
    if (!reader.ok()) return;
    page.changes.push_back(std::move(raw));
    if (!hint.empty()) {
        page.hints.resize(page.changes.size());
        page.hints.back() = std::move(hint);
    }
}

ferry_status OutputSink::onChange(const ferry_sink* sink, const ferry_change* from) noexcept {
    return accept<Output::Change>(sink, [&](OutputSink& self, AbiReader& reader) {
        self.readChange(reader, from);
    });
}

void OutputSink::readPage(AbiReader& reader, const ferry_page* from) {
    if (has_page) return reader.wrong(FERRY_ERROR_INVALID, "page", "was given twice");
    if (from == nullptr || !FERRY_HAS(from, ferry_page, next_cursor))
        return reader.wrong(FERRY_ERROR_MALFORMED, "page", "is NULL or too short");
    page.next_cursor = reader.requiredText(from->next_cursor, "next cursor", kCursorBytesMax);
    page.has_more = from->has_more != 0;
    if (FERRY_HAS(from, ferry_page, flags))
        page.lists_next = (from->flags & FERRY_PAGE_LIST_NEXT) != 0;
    if (!page.hints.empty()) page.hints.resize(page.changes.size());
    has_page = reader.ok();
}

ferry_status OutputSink::onPage(const ferry_sink* sink, const ferry_page* from) noexcept {
    return accept<Output::Page>(sink, [&](OutputSink& self, AbiReader& reader) {
        self.readPage(reader, from);
    });
}

ferry_status OutputSink::onNotice(const ferry_sink* sink, const ferry_notice* from) noexcept {
    return accept<Output::Notice>(sink, [&](OutputSink& self, AbiReader& reader) {
        Notice notice = reader.notice(from);
        if (self.notices.size() >= kNoticesMax)
            reader.wrong(FERRY_ERROR_LIMIT, "webhook", "names too many accounts");
        if (reader.ok()) self.notices.push_back(std::move(notice));
    });
}

ferry_status OutputSink::onReply(const ferry_sink* sink, const ferry_webhook_reply* from) noexcept {
    return accept<Output::Reply>(sink, [&](OutputSink& self, AbiReader& reader) {
        once(reader, self.reply, reader.webhookReply(from), "reply");
    });
}

/// Makes an item of `arguments` and has `read` fill it where it stays; one that is not taken goes
/// away again. If memory ends in the middle it stays, and nothing that the hook gave counts.
template <typename Item, typename Read, typename... Arguments>
void OutputSink::keep(AbiReader& reader, Read read, Arguments&&... arguments) {
    if (normalized.size() >= std::max(change_count_ * kOutputsPerChangeMax, kOutputsPerPageMin))
        return reader.wrong(FERRY_ERROR_LIMIT, "normalize", "gave too many outputs");
    auto& kept =
        normalized.emplace_back(std::in_place_type<Item>, std::forward<Arguments>(arguments)...);
    Item& item = *std::get_if<Item>(&kept);
    read(item);
    if (item.change_index < last_change_index_)
        reader.wrong(FERRY_ERROR_INVALID, "normalize", "left the order of the changes");
    if (!reader.ok()) return normalized.pop_back();
    if (normalized.size() == 1 || item.change_index != last_change_index_) ++changes_met;
    last_change_index_ = item.change_index;
}

ferry_status OutputSink::onIndexOp(const ferry_sink* sink, const ferry_index_op* from) noexcept {
    return accept<Output::Normalization>(sink, [&](OutputSink& self, AbiReader& reader) {
        self.keep<IndexOp>(reader, [&](IndexOp& item) {
            reader.indexOp(from, self.change_count_, item);
        });
    });
}

ferry_status OutputSink::onEvent(const ferry_sink* sink, const ferry_event* from) noexcept {
    return accept<Output::Normalization>(sink, [&](OutputSink& self, AbiReader& reader) {
        self.keep<ProviderEvent>(reader, [&](ProviderEvent& item) {
            reader.event(from, self.change_count_, item);
        });
    });
}

ferry_status OutputSink::onReject(const ferry_sink* sink, const ferry_reject* from) noexcept {
    return accept<Output::Normalization>(sink, [&](OutputSink& self, AbiReader& reader) {
        self.keep<Reject>(
            reader,
            [&](Reject& item) { reader.reject(from, self.change_count_, item); },
            Reject{0, Error(ErrorCode::Corrupt, "")}
        );
    });
}

void OutputSink::readObject(AbiReader& reader, const ferry_object* from) {
    if (next_cursor) return reader.wrong(FERRY_ERROR_INVALID, "an object", "came after the end");
    const bool is_list = contains(allowed_, Output::ObjectsEnd);
    if (objects.size() >= (is_list ? kPageChangesMax : 1))
        return reader.wrong(FERRY_ERROR_LIMIT, "objects", "are too many");
    Object object = reader.object(from);
    if (object.object_id.empty() || object.name.empty())
        reader.wrong(FERRY_ERROR_MALFORMED, "object", "has no id or no name");
    if (reader.ok()) objects.push_back(std::move(object));
}

ferry_status OutputSink::onObject(const ferry_sink* sink, const ferry_object* from) noexcept {
    return accept<Output::Object>(sink, [&](OutputSink& self, AbiReader& reader) {
        self.readObject(reader, from);
    });
}

ferry_status OutputSink::onObjectsEnd(const ferry_sink* sink, ferry_str next_cursor) noexcept {
    return accept<Output::ObjectsEnd>(sink, [&](OutputSink& self, AbiReader& reader) {
        once(
            reader,
            self.next_cursor,
            reader.text(next_cursor, "next cursor", kCursorBytesMax),
            "the end of the objects"
        );
    });
}

ferry_status OutputSink::onSubscription(
    const ferry_sink* sink, const ferry_subscription* from
) noexcept {
    return accept<Output::Registration>(sink, [&](OutputSink& self, AbiReader& reader) {
        once(reader, self.registration, reader.registration(from), "subscription");
    });
}

ferry_status OutputSink::onStorage(const ferry_sink* sink, const ferry_storage* from) noexcept {
    return accept<Output::Storage>(sink, [&](OutputSink& self, AbiReader& reader) {
        once(reader, self.storage, reader.storage(from), "storage");
    });
}

ferry_status OutputSink::onLink(const ferry_sink* sink, const ferry_link* from) noexcept {
    return accept<Output::Link>(sink, [&](OutputSink& self, AbiReader& reader) {
        once(reader, self.link, reader.link(from), "link");
    });
}

}  // namespace ferry::plugin
