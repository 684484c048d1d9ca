#include "jq_program.h"

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <utility>

namespace ferry::declarative {
namespace {

constexpr std::size_t kMessageBytesMax = 300;

/// Who is told when memory runs out. One thread runs programs: see the mutex.
const sdk::Call* running = nullptr;

/// libjq ends the process behind this.
void onNoMemory(void*) {
    if (running != nullptr) running->error("the jq program needs more memory than it may have");
}

void cutAt(std::string& text, std::string_view mark) {
    if (const std::size_t at = text.find(mark); at != text.npos) text.resize(at);
}

/// "jq: error: WHAT at <top-level>, line 3:\n<that line>" and what else there is, as
/// "line 14: jq: WHAT".
std::string describe(std::string messages, unsigned first_line) {
    constexpr std::string_view kError = "jq: error: ";
    constexpr std::string_view kPlace = " at <top-level>, line ";
    constexpr std::string_view kShell = " (Unix shell quoting issues?)";
    if (const std::size_t at = messages.find(kError); at != messages.npos)
        messages.erase(0, at + kError.size());
    unsigned line = first_line;
    if (const std::size_t at = messages.find(kPlace); at != messages.npos)
        line += static_cast<unsigned>(
            std::max(std::atoi(messages.c_str() + at + kPlace.size()), 1) - 1
        );
    cutAt(messages, kPlace);
    cutAt(messages, "\n");
    if (const std::size_t at = messages.find(kShell); at != messages.npos)
        messages.erase(at, kShell.size());
    if (messages.size() > kMessageBytesMax) messages.resize(kMessageBytesMax);
    if (messages.empty()) messages = "the program can't be compiled";
    return "line " + std::to_string(line) + ": jq: " + messages;
}

/// What stands before it, on its first line, so that what is said of lines is right: there is no
/// environment, and the record and the values come as a list.
std::string withPrelude(const std::string& program, const std::vector<std::string>& names) {
    std::string whole = "def env: {}; {} as $ENV | ";
    for (std::size_t i = 0; i < names.size(); ++i)
        whole += ".[1][" + std::to_string(i) + "] as $" + names[i] + " | ";
    whole += ".[0] | ";
    return whole + program;
}

}  // namespace

JqProgram::JqProgram(
    const std::string& program, const std::vector<std::string>& names, unsigned first_line
) {
    // Otherwise it looks for a file of the user's, by asking the name service who that is.
    ::setenv("HOME", "/nonexistent", 1);
    state_ = jq_init();
    if (state_ == nullptr) throw sdk::Error(FERRY_ERROR_INTERNAL, "libjq can't be started");
    jq_set_nomem_handler(state_, &onNoMemory, nullptr);
    jq_set_error_cb(state_, &JqProgram::onMessage, this);
    // Without it an import ends the process; with it there is nothing to import.
    jq_set_attr(state_, jv_string("JQ_LIBRARY_PATH"), jv_array());
    const bool is_compiled = jq_compile(state_, withPrelude(program, names).c_str()) != 0;
    if (is_compiled) return;
    jq_teardown(&state_);
    throw sdk::Error::invalid(describe(std::move(messages_), first_line));
}

JqProgram::~JqProgram() {
    if (state_ != nullptr) jq_teardown(&state_);
}

void JqProgram::onMessage(void* self, jv message) {
    const Jv text(jq_format_error(message));
    auto& messages = static_cast<JqProgram*>(self)->messages_;
    if (text.kind() == JV_KIND_STRING && messages.size() < 10 * kMessageBytesMax)
        messages.append(text.view()).append("\n");
}

std::vector<Jv> JqProgram::run(const sdk::Call& call, Jv record, Jv values) const {
    const std::lock_guard lock(mutex_);
    running = &call;
    Jv input(JV_ARRAY(record.release(), values.release()));
    jq_start(state_, input.release(), 0);
    std::vector<Jv> outputs;
    std::optional<std::string> problem;  // its text may be empty
    for (;;) {
        Jv output(jq_next(state_));
        if (!output.isValid()) {
            if (jv_invalid_has_msg(output.copy()) != 0) {
                const Jv message(jv_invalid_get_msg(output.release()));
                const Jv text(
                    message.kind() == JV_KIND_STRING ? message.copy()
                                                     : jv_dump_string(message.copy(), 0)
                );
                problem = std::string(text.view().substr(0, kMessageBytesMax));
            }
            break;
        }
        outputs.push_back(std::move(output));
        if (outputs.size() > kOutputsMax) break;
    }
    running = nullptr;
    if (problem) throw sdk::Error::malformed("jq: " + *problem);
    if (outputs.size() > kOutputsMax)
        throw sdk::Error(
            FERRY_ERROR_LIMIT, "jq: more than " + std::to_string(kOutputsMax) + " outputs"
        );
    return outputs;
}

}  // namespace ferry::declarative
