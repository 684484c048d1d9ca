#include "pipeline/event_filter.h"

#include "base/ascii.h"

#include <algorithm>

namespace ferry::pipeline {
namespace {

std::vector<std::string_view> partsOf(std::string_view path) {
    std::vector<std::string_view> parts;
    while (path.starts_with('/'))
        path.remove_prefix(1);
    while (!path.empty()) {
        const std::size_t end = std::min(path.find('/'), path.size());
        parts.push_back(path.substr(0, end));
        path.remove_prefix(std::min(end + 1, path.size()));
    }
    return parts;
}

/// One name against one part of a pattern: a star that failed is tried again with one byte more.
bool matchesName(std::string_view pattern, std::string_view name) {
    std::size_t at = 0;
    std::size_t in_name = 0;
    std::size_t star = std::string_view::npos;
    std::size_t star_in_name = 0;
    while (in_name < name.size()) {
        if (at < pattern.size() && pattern[at] == '*') {
            star = at++;
            star_in_name = in_name;
        } else if (at < pattern.size() && (pattern[at] == '?' || lowerAscii(pattern[at]) == lowerAscii(name[in_name]))) {
            ++at;
            ++in_name;
        } else if (star != std::string_view::npos) {
            at = star + 1;
            in_name = ++star_in_name;
        } else {
            return false;
        }
    }
    while (at < pattern.size() && pattern[at] == '*')
        ++at;
    return at == pattern.size();
}

template <typename T, typename U>
bool holds(const std::vector<T>& values, const U& value) {
    return std::find(values.begin(), values.end(), value) != values.end();
}

}  // namespace

bool matchesPath(std::string_view pattern, std::string_view path) {
    const std::vector<std::string_view> patterns = partsOf(pattern);
    const std::vector<std::string_view> names = partsOf(path);
    // As matchesName, with names in place of bytes and '**' in place of '*'.
    std::size_t at = 0;
    std::size_t in_names = 0;
    std::size_t star = std::string_view::npos;
    std::size_t star_in_names = 0;
    while (in_names < names.size()) {
        if (at < patterns.size() && patterns[at] == "**") {
            star = at++;
            star_in_names = in_names;
        } else if (at < patterns.size() && matchesName(patterns[at], names[in_names])) {
            ++at;
            ++in_names;
        } else if (star != std::string_view::npos) {
            at = star + 1;
            in_names = ++star_in_names;
        } else {
            return false;
        }
    }
    while (at < patterns.size() && patterns[at] == "**")
        ++at;
    return at == patterns.size();
}

bool EventFilter::isEmpty() const noexcept {
    return event_types.empty() && object_types.empty() && paths.empty() && !size_min && !size_max;
}

bool EventFilter::admits(const FilterSubject& subject) const {
    if (!event_types.empty() && !holds(event_types, subject.type)) return false;
    if (!isObjectNamed(object_types, subject.kind, subject.object_type)) return false;
    if (subject.kind == ObjectKind::File && subject.size >= 0) {
        if (size_min && subject.size < *size_min) return false;
        if (size_max && subject.size > *size_max) return false;
    }
    const auto matches = [&](std::string_view path) {
        return !path.empty() &&
               std::any_of(paths.begin(), paths.end(), [&](const std::string& pattern) {
                   return matchesPath(pattern, path);
               });
    };
    return paths.empty() || matches(subject.path) || matches(subject.previous_path);
}

}  // namespace ferry::pipeline
