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
    /// There is an object in this state now, of whatever kind (ABI 1.1): `object_type` says what an
    /// object is that is neither file nor folder, `properties` is a JSON object or empty.
    void upsert(
        std::size_t change,
        const Object& object,
        std::uint32_t flags,
        std::string_view object_type,
        std::string_view properties
    ) {
        const bool is_other = object.type == ObjectType::Other;
        const bool is_folder = object.type == ObjectType::Folder;
        indexOp(
            change,
            is_other    ? FERRY_INDEX_UPSERT_OTHER
            : is_folder ? FERRY_INDEX_UPSERT_FOLDER
                        : FERRY_INDEX_UPSERT_FILE,
            &object,
            flags,
            object_type,
            properties
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
        const ferry_object object = detail::toAbi(event.object);
        ferry_event out{};
        out.struct_size = sizeof out;
        out.change_index = static_cast<std::uint32_t>(change);
        out.type = static_cast<ferry_event_type>(event.type);
        out.object = &object;
        out.previous_path = toStr(event.previous_path);
        out.occurred_ms = event.occurred_ms.value_or(FERRY_TIME_UNKNOWN);
        out.provider_event_id = toStr(event.provider_event_id);
        out.object_type = toStr(event.object_type);
        out.properties = toStr(event.properties);
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
    void indexOp(
        std::size_t change,
        ferry_index_action action,
        const Object* object,
        std::uint32_t flags,
        std::string_view object_type = {},
        std::string_view properties = {}
    ) {
        const ferry_object state = detail::toAbi(object != nullptr ? *object : Object());
        const ferry_index_op out{
            sizeof(ferry_index_op),
            static_cast<std::uint32_t>(change),
            action,
            flags,
            object != nullptr ? &state : nullptr,
            toStr(object_type),
            toStr(properties)};
        detail::require(sink_->index_op(sink_, &out), "an index operation");
    }

    const ferry_sink* sink_;
};

}  // namespace ferry::sdk
