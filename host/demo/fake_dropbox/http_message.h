#pragma once
// Requests and replies as values, so that the fake can be asked without a socket.

#include "base/clock.h"

#include <Poco/String.h>

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ferry::demo {

struct IgnoringCase {
    bool operator()(const std::string& a, const std::string& b) const {
        return Poco::icompare(a, b) < 0;
    }
};

struct Request {
    std::string method = "POST";
    std::string path;   ///< "/2/files/list_folder"
    std::string query;  ///< without "?", still encoded
    std::map<std::string, std::string, IgnoringCase> headers;
    std::string body;

    /// "" if there is none.
    std::string header(const std::string& name) const {
        const auto at = headers.find(name);
        return at == headers.end() ? std::string() : at->second;
    }
};

/// How the reply goes over the wire.
enum class WireForm : std::uint8_t {
    Plain,
    Truncated,  ///< full Content-Length, half the body, then the end
    Reset,      ///< headers and half the body, then a TCP reset
    Slow,       ///< the body in small pieces over `wire_time`
    Chunked,    ///< HTTP/1.1 chunked coding in small chunks
    Endless,    ///< a body that goes on until the client leaves (at most 64 MiB)
    NoReply,    ///< the connection is closed without a byte
};

struct Reply {
    int status = 200;
    std::string content_type = "application/json";
    std::string body;
    std::vector<std::pair<std::string, std::string>> headers;
    WireForm wire = WireForm::Plain;
    Milliseconds delay{0};      ///< before the first byte
    Milliseconds wire_time{0};  ///< how long a slow body takes
};

/// Decoded fields of a query or a form; later ones win.
std::map<std::string, std::string> parseForm(std::string_view text);

}  // namespace ferry::demo
