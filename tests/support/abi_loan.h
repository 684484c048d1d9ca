#pragma once
// What a plugin borrows from the test host, and copies of what it gives; only for the host's own
// files.

#include "support/abi_host.h"

#include <cstring>
#include <memory>
#include <string>
#include <vector>

namespace ferry::test {

inline std::string copy(ferry_str text) {
    return text.size == 0 ? std::string() : std::string(text.data, text.size);
}
inline std::string copy(ferry_bytes bytes) {
    return bytes.size == 0 ? std::string()
                           : std::string(reinterpret_cast<const char*>(bytes.data), bytes.size);
}
inline Pairs copy(ferry_fields fields) {
    Pairs pairs;
    for (std::size_t i = 0; i < fields.count; ++i) {
        const auto& field = *reinterpret_cast<const ferry_field*>(
            reinterpret_cast<const char*>(fields.first) + i * fields.stride
        );
        pairs.emplace_back(copy(field.name), copy(field.value));
    }
    return pairs;
}

/// Owns what the plugin borrows: each text is an allocation of its own, so that a read past its end
/// or after its time is seen. The element of an array is longer than the plugin knows.
class Loan {
  public:
    ferry_str text(const std::string& from) {
        if (from.empty()) return {nullptr, 0};
        texts_.push_back(std::make_unique<char[]>(from.size()));
        std::memcpy(texts_.back().get(), from.data(), from.size());
        return {texts_.back().get(), from.size()};
    }
    ferry_bytes bytes(const std::string& from) {
        const ferry_str lent = text(from);
        return {reinterpret_cast<const std::uint8_t*>(lent.data), lent.size};
    }
    ferry_fields fields(const Pairs& pairs) {
        if (pairs.empty()) return {nullptr, sizeof(LongField), 0};
        auto& stored = fields_.emplace_back(std::make_unique<LongField[]>(pairs.size()));
        for (std::size_t i = 0; i < pairs.size(); ++i)
            stored[i].field = {sizeof(LongField), 0, text(pairs[i].first), text(pairs[i].second)};
        return {&stored[0].field, sizeof(LongField), pairs.size()};
    }
    ferry_strings strings(const std::vector<std::string>& from) {
        auto& stored = strings_.emplace_back(std::make_unique<ferry_str[]>(from.size()));
        for (std::size_t i = 0; i < from.size(); ++i)
            stored[i] = text(from[i]);
        return {stored.get(), sizeof(ferry_str), from.size()};
    }
    ferry_changes changes(
        const std::vector<std::string>& from, const std::vector<std::string>& hints
    ) {
        auto& stored = changes_.emplace_back(std::make_unique<ferry_change[]>(from.size()));
        for (std::size_t i = 0; i < from.size(); ++i)
            stored[i] = {
                sizeof(ferry_change),
                0,
                bytes(from[i]),
                i < hints.size() ? text(hints[i]) : ferry_str{}};
        return {stored.get(), sizeof(ferry_change), from.size()};
    }
    ferry_account account(const AbiAccount& from) {
        ferry_account lent{};
        lent.struct_size = sizeof lent;
        lent.account_id = text(from.id);
        lent.account_state = text(from.state);
        lent.configuration = fields(from.configuration);
        lent.base_urls = fields(from.base_urls);
        return lent;
    }
    ferry_token_set tokens(const AbiTokens& from) {
        ferry_token_set lent{};
        lent.struct_size = sizeof lent;
        lent.access_token = text(from.access_token);
        lent.refresh_token = text(from.refresh_token);
        lent.token_type = text(from.token_type);
        lent.expires_at_ms = from.expires_at_ms;
        lent.scope = text(from.scope);
        lent.account_id = text(from.account_id);
        return lent;
    }

  private:
    struct LongField {
        ferry_field field;
        std::uint64_t later_addition = 0xdeadbeef;
    };
    std::vector<std::unique_ptr<char[]>> texts_;
    std::vector<std::unique_ptr<LongField[]>> fields_;
    std::vector<std::unique_ptr<ferry_str[]>> strings_;
    std::vector<std::unique_ptr<ferry_change[]>> changes_;
};

}  // namespace ferry::test
