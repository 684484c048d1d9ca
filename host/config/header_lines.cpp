#include "config/header_lines.h"

#include "base/ascii.h"
#include "base/hub_headers.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string>
#include <vector>

namespace ferry::config {

namespace {

bool isHeaderLine(std::string_view line) {
    static const auto form = Pattern::compile("[A-Za-z0-9!#$%&'*+.^_`|~-]+:[^\r\n]*\r?");
    return form && form->matches(std::string(line));
}

/// Strict receivers refuse the whole request for one.
bool hasControlCharacter(std::string_view line) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    return std::any_of(line.begin(), line.end(), [](char c) {
        return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F;
    });
}

}  // namespace

bool isHeaderName(std::string_view name) {
    return name.find_first_of(":\r\n") == name.npos && isHeaderLine(std::string(name) + ":");
}

std::optional<ValueProblem> checkHeaderLines(std::string_view text) {
    constexpr std::size_t kToldMax = 5;
    std::vector<std::string> faults;
    for (std::size_t number = 1; !text.empty() && faults.size() < kToldMax; ++number) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string_view line = text.substr(0, end);
        const std::string_view name = line.substr(0, line.find(':'));
        if (!isHeaderLine(line)) {
            faults.push_back(fmt::format("line {} is no 'Name: value'", number));
        } else if (hasControlCharacter(line)) {
            faults.push_back(
                fmt::format("line {} has a control character, which no header may have", number)
            );
        } else if (isHubHeader(name)) {
            faults.push_back(
                fmt::format("line {} has '{}', which the hub sets itself", number, name)
            );
        }
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    if (faults.empty()) return std::nullopt;
    return ValueProblem{
        fmt::format("is wrong: {}", fmt::join(faults, ", ")), "correct or remove what is named"};
}

bool hasAuthorizationLine(std::string_view headers) {
    const std::string lower = lowerAscii(headers);
    return lower.starts_with("authorization:") || lower.find("\nauthorization:") != lower.npos;
}

}  // namespace ferry::config
