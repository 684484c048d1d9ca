#pragma once
// Where normalize() puts what it made of each change.

#include <ferry/error.hpp>
#include <ferry/records.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace ferry::sdk {

/// Each function copies before it returns, and throws Error if the host refuses. For every change,
/// in order, at least one of the functions is called with its index.
class Normalizer {
  public:
    explicit Normalizer(const ferry_sink* sink) noexcept : sink_(sink) {}

    /// There is a file or folder in this state now (object.type: File or Folder).
    void upsert(std::size_t change, const Object& object, std::uint32_t flags = 0) {
        const bool is_folder = object.type == ObjectType::Folder;
        indexOp(
            change, is_folder ? FERRY_INDEX_UPSERT_FOLDER : FERRY_INDEX_UPSERT_FILE, &object, flags
        );
    }
    /// What is at object.path_key, or has object.object_id, is gone with all below it.
    void remove(std::size_t change, const Object& object) {
        indexOp(change, FERRY_INDEX_REMOVE, &object, 0);
    }
    /// The change means nothing.
    void ignore(std::size_t change) { indexOp(change, FERRY_INDEX_IGNORE, nullptr, 0); }

    /// For a provider that says itself what happened.
    void event(std::size_t change, const Event& event) {
        const ferry_object object = toAbi(event.object);
        ferry_event out{};
        out.struct_size = sizeof out;
        out.change_index = static_cast<std::uint32_t>(change);
        out.type = static_cast<ferry_event_type>(event.type);
        out.object = &object;
        out.previous_path = toStr(event.previous_path);
        out.occurred_ms = event.occurred_ms.value_or(FERRY_TIME_UNKNOWN);
        out.provider_event_id = toStr(event.provider_event_id);
        detail::require(sink_->event(sink_, &out), "an event");
    }

    /// The change can't be understood; the host keeps it apart and goes on.
    void reject(
        std::size_t change, std::string_view message, ferry_status status = FERRY_ERROR_MALFORMED
    ) {
        const ferry_reject out{
            sizeof(ferry_reject), static_cast<std::uint32_t>(change), status, 0, toStr(message)};
        detail::require(sink_->reject(sink_, &out), "a rejection");
    }

  private:
    static ferry_object toAbi(const Object& object) noexcept {
        ferry_object out{};
        out.struct_size = sizeof out;
        out.type = static_cast<ferry_object_type>(object.type);
        out.object_id = toStr(object.object_id);
        out.path_key = toStr(object.path_key);
        out.path = toStr(object.path);
        out.name = toStr(object.name);
        out.revision = toStr(object.revision);
        out.content_hash = toStr(object.content_hash);
        out.size = object.size.value_or(-1);
        out.created_ms = object.created_ms.value_or(FERRY_TIME_UNKNOWN);
        out.modified_ms = object.modified_ms.value_or(FERRY_TIME_UNKNOWN);
        out.client_modified_ms = object.client_modified_ms.value_or(FERRY_TIME_UNKNOWN);
        out.modified_by = toStr(object.modified_by);
        return out;
    }

    void indexOp(
        std::size_t change, ferry_index_action action, const Object* object, std::uint32_t flags
    ) {
        const ferry_object state = toAbi(object != nullptr ? *object : Object());
        const ferry_index_op out{
            sizeof(ferry_index_op),
            static_cast<std::uint32_t>(change),
            action,
            flags,
            object != nullptr ? &state : nullptr};
        detail::require(sink_->index_op(sink_, &out), "an index operation");
    }

    const ferry_sink* sink_;
};

}  // namespace ferry::sdk
