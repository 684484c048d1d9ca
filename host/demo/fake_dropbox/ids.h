#pragma once
// Ids, revisions, tokens: different each time, the same again for the same seed.

#include "base/crypto.h"
#include "base/encoding.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace ferry::demo {

/// One thread at a time.
class IdSource {
  public:
    explicit IdSource(std::string seed) : seed_(std::move(seed)) {}

    /// `length` (at most 43) characters of base64url.
    std::string token(std::size_t length) {
        const Digest256 digest = hmacSha256(seed_, std::to_string(++counter_));
        return base64UrlEncode(asText(digest)).substr(0, length);
    }
    /// "id:" and 22 characters, the first of which are the account's and the last of which count what
    /// was made in it: ids made one after the other are neighbours. Dropbox's ids look like this, but
    /// no document says so; ids without an order cost the hub's index more writes.
    std::string fileId(std::string_view account) {
        return "id:" + std::string(account) +
               nextNumber(
                   11, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
               );
    }
    /// What all file ids of an account begin with.
    std::string fileIdPrefix() { return token(11); }
    /// "dbid:" and 35 characters, as AccountId wants 40.
    std::string accountId() { return "dbid:" + token(35); }
    /// Digits, as namespace ids are.
    std::string namespaceId() { return std::to_string(3'000'000'000 + ++counter_); }
    /// A number never given before.
    std::uint64_t next() { return ++counter_; }
    /// 16 hex digits that grow.
    std::string rev() { return "0163" + nextNumber(12, "0123456789abcdef"); }

  private:
    /// The next number in `width` of these digits.
    std::string nextNumber(std::size_t width, std::string_view digits) {
        std::string text(width, digits.front());
        std::uint64_t value = ++counter_;
        for (std::size_t at = width; value != 0 && at > 0; value /= digits.size())
            text[--at] = digits[value % digits.size()];
        return text;
    }

    std::string seed_;
    std::uint64_t counter_ = 0;
};

}  // namespace ferry::demo
