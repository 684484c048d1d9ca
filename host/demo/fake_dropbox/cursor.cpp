#include "demo/fake_dropbox/cursor.h"

#include "base/crypto.h"
#include "base/encoding.h"

#include <charconv>

namespace ferry::demo {
namespace {

constexpr std::size_t kSignatureBytes = 12;
constexpr std::string_view kPrefix = "AA";

/// "<length>:<bytes>", one after the other: paths may hold any character.
class FieldWriter {
  public:
    void add(std::string_view field) {
        out_.append(std::to_string(field.size())).append(":").append(field);
    }
    void add(std::uint64_t number) { add(std::to_string(number)); }
    const std::string& text() const { return out_; }

  private:
    std::string out_;
};

class FieldReader {
  public:
    explicit FieldReader(std::string_view text) : rest_(text) {}

    void read(std::string& field) { field = next(); }
    void read(bool& field) { field = next() == "1"; }
    template <typename Number>
    void read(Number& field) {
        const std::string_view text = next();
        std::uint64_t value = 0;
        std::from_chars(text.data(), text.data() + text.size(), value);
        field = static_cast<Number>(value);
    }
    bool isComplete() const { return ok_ && rest_.empty(); }

  private:
    std::string_view next() {
        std::size_t size = 0;
        const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), size);
        const auto digits = static_cast<std::size_t>(end - rest_.data());
        if (error != std::errc() || digits >= rest_.size() || size > rest_.size() - digits - 1) {
            ok_ = false;
            rest_ = {};
            return {};
        }
        const std::string_view field = rest_.substr(digits + 1, size);
        rest_.remove_prefix(digits + 1 + size);
        return field;
    }

    std::string_view rest_;
    bool ok_ = true;
};

std::string signatureOf(std::string_view payload, std::string_view key) {
    return std::string(asText(hmacSha256(key, payload)).substr(0, kSignatureBytes));
}

}  // namespace

std::string encodeCursor(const CursorState& state, std::string_view key) {
    FieldWriter out;
    out.add(state.app_key);
    out.add(state.account_id);
    out.add(state.namespace_id);
    out.add(state.folder);
    out.add(std::uint64_t{state.recursive});
    out.add(std::uint64_t{state.include_deleted});
    out.add(std::uint64_t{state.include_mounted_folders});
    out.add(std::uint64_t{state.include_non_downloadable_files});
    out.add(std::uint64_t{state.limit});
    out.add(static_cast<std::uint64_t>(state.phase));
    out.add(state.position);
    out.add(state.last);
    out.add(state.epoch);
    out.add(state.serial);
    return std::string(kPrefix) + base64UrlEncode(signatureOf(out.text(), key) + out.text());
}

std::optional<CursorState> decodeCursor(std::string_view text, std::string_view key) {
    if (text.substr(0, kPrefix.size()) != kPrefix) return std::nullopt;
    const auto bytes = base64Decode(text.substr(kPrefix.size()));
    if (!bytes || bytes->size() < kSignatureBytes) return std::nullopt;
    const std::string_view payload = std::string_view(*bytes).substr(kSignatureBytes);
    if (signatureOf(payload, key) != bytes->substr(0, kSignatureBytes)) return std::nullopt;
    CursorState state;
    FieldReader in(payload);
    in.read(state.app_key);
    in.read(state.account_id);
    in.read(state.namespace_id);
    in.read(state.folder);
    in.read(state.recursive);
    in.read(state.include_deleted);
    in.read(state.include_mounted_folders);
    in.read(state.include_non_downloadable_files);
    in.read(state.limit);
    std::uint64_t phase = 0;
    in.read(phase);
    state.phase = static_cast<CursorPhase>(phase);
    in.read(state.position);
    in.read(state.last);
    in.read(state.epoch);
    in.read(state.serial);
    if (!in.isComplete() || phase > 2) return std::nullopt;
    return state;
}

}  // namespace ferry::demo
