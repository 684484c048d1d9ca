#pragma once
// Traces as columns have them: a byte of flags and the id, or NULL for none.

#include "model/trace_context.h"
#include "store/sqlite/statement.h"

#include <algorithm>
#include <array>
#include <optional>

namespace ferry::store::sqlite {

/// Lifetime: longer than the use of its blob.
class TraceColumn {
  public:
    explicit TraceColumn(const TraceContext& trace) : is_set_(static_cast<bool>(trace)) {
        bytes_[0] = trace.is_sampled ? 1 : 0;
        std::copy(trace.id.begin(), trace.id.end(), bytes_.begin() + 1);
    }

    std::optional<Blob> blob() const {
        if (!is_set_) return std::nullopt;
        return Blob{{bytes_.data(), bytes_.size()}};
    }

  private:
    std::array<char, 17> bytes_{};
    bool is_set_;
};

inline TraceContext readTrace(const Query& row, int column) {
    TraceContext trace;
    const std::string_view bytes = row.view(column);
    if (bytes.size() != trace.id.size() + 1) return trace;
    trace.is_sampled = bytes[0] != 0;
    std::copy(bytes.begin() + 1, bytes.end(), trace.id.begin());
    return trace;
}

}  // namespace ferry::store::sqlite
