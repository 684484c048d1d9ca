#include "observe/log.h"

#include "base/json_writer.h"
#include "base/utf8.h"
#include "observe/log_trace.h"

#include <unistd.h>

#include <algorithm>

namespace ferry::observe {
namespace {

std::string_view levelName(LogLevel level) {
    switch (level) {
        case LogLevel::Debug:
            return "debug";
        case LogLevel::Info:
            return "info";
        case LogLevel::Warning:
            return "warning";
        case LogLevel::Error:
            return "error";
    }
    return "error";
}

/// A trace that there is none of is no field.
bool isLeftOut(const Field& field) {
    return field.name == "trace" && field.value.empty();
}

/// In quotes, with those inside told apart from the last.
std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out.push_back('\\');
        out.push_back(c);
    }
    out.push_back('"');
    return out;
}

std::string textLine(
    TimePoint time,
    LogLevel level,
    std::string_view component,
    std::string_view message,
    std::initializer_list<Field> fields,
    const std::string& trace
) {
    std::string line = formatRfc3339(time);
    line.append(" ").append(levelName(level)).append(" ").append(component).append(": ");
    line.append(toPrintable(message));  // from outside, it may hold line ends or terminal codes
    for (const Field& field : fields) {
        if (isLeftOut(field)) continue;
        line.append(" ").append(field.name).append("=");
        const bool is_quoted = field.value.find_first_of(" =\"") != std::string::npos;
        line.append(is_quoted ? quoted(toPrintable(field.value)) : toPrintable(field.value));
    }
    if (!trace.empty()) line.append(" trace=").append(trace);
    line.push_back('\n');
    return line;
}

std::string jsonLine(
    TimePoint time,
    LogLevel level,
    std::string_view component,
    std::string_view message,
    std::initializer_list<Field> fields,
    const std::string& trace
) {
    JsonWriter json;
    json.beginObject();
    json.field("time", formatRfc3339(time));
    json.field("level", levelName(level));
    json.field("component", component);
    // From outside, they may hold bytes that no JSON text can.
    json.field("message", toValidUtf8(message));
    for (const Field& field : fields)
        if (!isLeftOut(field)) json.field(field.name, toValidUtf8(field.value));
    if (!trace.empty()) json.field("trace", trace);
    json.endObject();
    return json.take() + "\n";
}

/// Of the thread; empty if a field names one, or there is none.
std::string traceBeside(std::initializer_list<Field> fields) {
    const bool has_own = std::any_of(fields.begin(), fields.end(), [](const Field& field) {
        return field.name == "trace";
    });
    return has_own ? std::string() : currentTrace();
}

}  // namespace

Log::Sink Log::standardError() {
    return [](std::string_view line) {
        // A log that can't be written is not worth a failure of its own.
        [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
    };
}

Log::Sink Log::nowhere() {
    return [](std::string_view) {};
}

void Log::write(
    LogLevel level,
    std::string_view component,
    std::string_view message,
    std::initializer_list<Field> fields
) {
    if (!isOn(level)) return;
    const TimePoint time = clock_.wallNow();
    const std::string trace = traceBeside(fields);
    const std::string line = format_ == LogFormat::Json
                                 ? jsonLine(time, level, component, message, fields, trace)
                                 : textLine(time, level, component, message, fields, trace);
    const std::lock_guard lock(mutex_);
    sink_(line);
}

}  // namespace ferry::observe
