#include "plugin_check/golden.h"

#include "base/ascii.h"

#include <fmt/format.h>

#include <fstream>
#include <iterator>
#include <sstream>

namespace ferry::plugin_check {
namespace fs = std::filesystem;
namespace {

/// The first line in which two texts differ, as "line 3 is "a", and was "b"".
std::string firstDifference(const std::string& found, const std::string& wanted) {
    std::istringstream found_lines(found);
    std::istringstream wanted_lines(wanted);
    for (int line = 1;; ++line) {
        std::string is;
        std::string was;
        const bool has_is = static_cast<bool>(std::getline(found_lines, is));
        const bool has_was = static_cast<bool>(std::getline(wanted_lines, was));
        if (!has_is && !has_was) return "it differs in its last line";
        if (!has_is) return fmt::format("line {} is missing: \"{}\"", line, was);
        if (!has_was) return fmt::format("line {} is new: \"{}\"", line, is);
        if (is != was) return fmt::format("line {} is \"{}\", and was \"{}\"", line, is, was);
    }
}

}  // namespace

std::string goldenFileName(std::string_view name) {
    std::string file;
    for (const char c : lowerAscii(name)) {
        const bool is_plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (is_plain)
            file += c;
        else if (!file.empty() && file.back() != '-')
            file += '-';
    }
    while (!file.empty() && file.back() == '-')
        file.pop_back();
    return file + ".txt";
}

Outcome compareGolden(const GoldenFiles& files, std::string_view name, const std::string& text) {
    const fs::path path = files.folder / goldenFileName(name);
    if (files.are_written) {
        std::error_code ignored;
        fs::create_directories(files.folder, ignored);
        std::ofstream out(path, std::ios::binary);
        out << text;
        out.close();
        return out ? pass() : fail(fmt::format("can't write {}", path.string()));
    }
    std::ifstream in(path, std::ios::binary);
    if (!in)
        return fail(
            fmt::format("there is no {}; look at what --update-golden writes there", path.string())
        );
    const std::string wanted{std::istreambuf_iterator<char>(in), {}};
    if (text == wanted) return pass();
    return fail(fmt::format("{}: {}", path.string(), firstDifference(text, wanted)));
}

}  // namespace ferry::plugin_check
