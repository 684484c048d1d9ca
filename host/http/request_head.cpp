#include "http/request_head.h"

#include "base/ascii.h"
#include "base/encoding.h"

#include <algorithm>

namespace ferry::http {
namespace {

/// Takes the next line off `rest`, without its end.
std::string_view takeLine(std::string_view& rest) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
}

void readTarget(std::string_view target, Request& to) {
    to.raw_path = pathOf(target);
    if (const auto question = target.find('?'); question != std::string_view::npos) {
        to.query = target.substr(question + 1);
    }
}

bool readPath(Request& to) {
    auto path = percentDecode(to.raw_path, false);
    if (!path || path->empty() || path->front() != '/' || path->find('\0') != std::string::npos) {
        return false;
    }
    to.path = std::move(*path);
    return true;
}

}  // namespace

RequestHead readHead(std::string_view head, Request& to) {
    const std::string_view line = takeLine(head);
    const std::size_t first = line.find(' ');
    const std::size_t last = line.rfind(' ');
    to.method = line.substr(0, first);
    readTarget(line.substr(first + 1, last - first - 1), to);
    to.headers.reserve(static_cast<std::size_t>(std::count(head.begin(), head.end(), '\n')));
    while (!head.empty()) {
        const std::string_view field = takeLine(head);
        if (field.empty()) break;
        const std::size_t colon = field.find(':');
        to.headers.add(
            std::string(field.substr(0, colon)), std::string(trimBlanks(field.substr(colon + 1)))
        );
    }
    RequestHead read;
    read.knows_chunks = line.substr(last + 1) == "HTTP/1.1";
    // As Poco reads it, so that it is the same for whoever answers.
    const std::string wish = lowerAscii(to.headers.get("connection").value_or(""));
    read.keeps_alive = read.knows_chunks ? wish != "close" : wish == "keep-alive";
    read.has_path = readPath(to);
    return read;
}

}  // namespace ferry::http
