#pragma once
// A program of jq, compiled once and run on record after record.

#include "jq_value.h"

#include <ferry/sdk.hpp>

#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace ferry::declarative {

/// What one record may give.
inline constexpr std::size_t kOutputsMax = 100;

/// Made for a process that may be killed: libjq has no way to end a program that runs for ever, and
/// ends the process when memory runs out. Threads: any, one at a time is served.
class JqProgram {
  public:
    /// `names`: of the values that the program can ask for as $name. `first_line`: of the program
    /// in its file. Throws sdk::Error INVALID with "line <n>: jq: <what is wrong>".
    JqProgram(
        const std::string& program, const std::vector<std::string>& names, unsigned first_line
    );
    ~JqProgram();
    JqProgram(const JqProgram&) = delete;
    JqProgram& operator=(const JqProgram&) = delete;

    /// All outputs for a record; `values` are in the order of the names. Throws sdk::Error
    /// MALFORMED if the program ends with an error, LIMIT if it gives more than kOutputsMax.
    std::vector<Jv> run(const sdk::Call& call, Jv record, Jv values) const;

  private:
    static void onMessage(void* self, jv message);

    mutable std::mutex mutex_;
    mutable jq_state* state_ = nullptr;
    std::string messages_;  // of the compiler
};

}  // namespace ferry::declarative
