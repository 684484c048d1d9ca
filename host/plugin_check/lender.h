#pragma once
// From the values of the host to records of the ABI in lent memory.

#include "plugin_check/arena.h"
#include "plugin_check/inputs.h"

#include <ferry/ferry.h>

#include <cstring>
#include <string_view>
#include <vector>

namespace ferry::plugin_check {

/// How arguments are lent.
struct Lending {
    Placement placement = Placement::Heap;
    bool is_read_only = false;      ///< with Placement::Guarded
    bool has_null_empties = false;  ///< empty texts are {NULL, 0}
    std::size_t extra_bytes = 0;    ///< by which each record is longer than this ABI has it
    std::uint32_t abi_minor = FERRY_ABI_MINOR;  ///< of the host that lends
};

/// Lends until it ends. One call, one thread.
class Lender {
  public:
    explicit Lender(const Lending& lending) : lending_(lending), arena_(lending.placement) {}

    ferry_str text(std::string_view from);
    ferry_bytes bytes(std::string_view from);
    ferry_fields fields(const plugin::Fields& from);
    ferry_strings strings(const std::vector<std::string>& from);
    ferry_changes changes(const std::vector<std::string>& from);

    const ferry_account* account(const plugin::Account& from);
    const ferry_token_set* tokens(const plugin::TokenSet& from);
    const ferry_authorize_request* authorize(const plugin::AuthorizeRequest& from);
    const ferry_code_exchange* exchange(const plugin::CodeExchange& from);
    const ferry_fetch* fetch(const plugin::FetchRequest& from);
    const ferry_document_ref* document(const plugin::DocumentRef& from);
    const ferry_document_list* list(const Inputs& from);
    const ferry_document_search* search(const Inputs& from);
    const ferry_document_download* download(const Inputs& from);
    const ferry_document_revisions* revisions(const Inputs& from);
    const ferry_subscribe* subscribe(const plugin::Subscribe& from);
    const ferry_webhook_request* webhook(const OwnedWebhook& from);
    const ferry_http_response* response(const plugin::HttpResponse& from);
    const ferry_setup* setup(std::string_view connector);
    /// Copies of what the host made; they lead back to it by their ctx.
    const ferry_call* call(const ferry_call& from);
    const ferry_sink* sink(const ferry_sink& from);
    const ferry_host* host(const ferry_host& from);

    /// Nothing more is lent: from now on it may be read-only.
    void ready() {
        if (lending_.is_read_only) arena_.protect();
    }

  private:
    static constexpr unsigned char kLaterField = 0xee;

    /// Room for `count` records, each with its size and what a later ABI may have put behind it.
    template <typename Record>
    Record* records(std::size_t count) {
        const std::size_t stride = sizeof(Record) + lending_.extra_bytes;
        auto* bytes = static_cast<char*>(arena_.place(stride * count, alignof(Record)));
        for (std::size_t i = 0; i < count; ++i) {
            std::memset(bytes + i * stride + sizeof(Record), kLaterField, lending_.extra_bytes);
            const auto size = static_cast<std::uint32_t>(stride);
            std::memcpy(bytes + i * stride, &size, sizeof size);
        }
        return reinterpret_cast<Record*>(bytes);
    }
    template <typename Record>
    Record* record() {
        return records<Record>(1);
    }
    template <typename Record>
    Record& at(Record* first, std::size_t index) const {
        const std::size_t stride = sizeof(Record) + lending_.extra_bytes;
        return *reinterpret_cast<Record*>(reinterpret_cast<char*>(first) + index * stride);
    }
    template <typename Record>
    const Record* copyOf(const Record& from, std::size_t size);

    Lending lending_;
    Arena arena_;
};

}  // namespace ferry::plugin_check
