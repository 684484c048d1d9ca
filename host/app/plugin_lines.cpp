#include "app/plugin_lines.h"

#include <string>

namespace ferry::app {

void PluginLines::write(const plugin::LogLine& line) {
    observe::LogLevel level = observe::LogLevel::Info;
    switch (line.level) {
        case plugin::LogLevel::Debug:
            level = observe::LogLevel::Debug;
            break;
        case plugin::LogLevel::Info:
            level = observe::LogLevel::Info;
            break;
        case plugin::LogLevel::Warning:
            level = observe::LogLevel::Warning;
            break;
        case plugin::LogLevel::Error:
            level = observe::LogLevel::Error;
            break;
    }
    std::string message = line.message;
    for (const plugin::Field& field : line.fields) {
        message += " " + field.name + "=" + field.value;
    }
    log_.write(level, "plugin", message, {{"plugin", line.plugin}, {"account", line.account}});
}

}  // namespace ferry::app
