#pragma once
// Structured log lines: time, level, component, message, fields. Secrets can't get in: a Secret
// has no conversion to text, and `Field` takes text only.

#include "base/clock.h"

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <mutex>
#include <string>
#include <string_view>

namespace ferry::observe {

enum class LogLevel : std::uint8_t { Debug, Info, Warning, Error };
enum class LogFormat : std::uint8_t { Text, Json };

struct Field {
    std::string_view name;
    std::string value;

    Field(std::string_view field_name, std::string_view text) : name(field_name), value(text) {}
    Field(std::string_view field_name, std::int64_t number)
        : name(field_name), value(std::to_string(number)) {}
};

/// Writes lines to a sink. Threads: any; lines are never mixed.
class Log {
  public:
    using Sink = std::function<void(std::string_view line)>;

    Log(const Clock& clock, LogLevel least, LogFormat format, Sink sink)
        : clock_(clock), least_(least), format_(format), sink_(std::move(sink)) {}

    /// To standard error.
    static Sink standardError();
    /// Nowhere: for tests.
    static Sink nowhere();

    /// True if lines of this level are written: for those whose making is worth saving.
    bool isOn(LogLevel level) const noexcept { return level >= least_; }

    void write(
        LogLevel level,
        std::string_view component,
        std::string_view message,
        std::initializer_list<Field> fields = {}
    );

    void debug(
        std::string_view component,
        std::string_view message,
        std::initializer_list<Field> fields = {}
    ) {
        write(LogLevel::Debug, component, message, fields);
    }
    void info(
        std::string_view component,
        std::string_view message,
        std::initializer_list<Field> fields = {}
    ) {
        write(LogLevel::Info, component, message, fields);
    }
    void warning(
        std::string_view component,
        std::string_view message,
        std::initializer_list<Field> fields = {}
    ) {
        write(LogLevel::Warning, component, message, fields);
    }
    void error(
        std::string_view component,
        std::string_view message,
        std::initializer_list<Field> fields = {}
    ) {
        write(LogLevel::Error, component, message, fields);
    }

  private:
    const Clock& clock_;
    const LogLevel least_;
    const LogFormat format_;
    const Sink sink_;
    std::mutex mutex_;
};

}  // namespace ferry::observe
