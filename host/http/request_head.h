#pragma once
// From the head of a request, as the reader has accepted it, to our own values.

#include "http/message.h"

#include <string_view>

namespace ferry::http {

struct RequestHead {
    bool has_path = false;     ///< false: the target is not a path, and gets a 400
    bool keeps_alive = false;  ///< the client may send another request on the connection
    bool knows_chunks = false;
};

/// Puts method, target and header fields into `to`. `head` is RequestReader::head() of a request
/// that is Ready, so nothing in it is malformed but perhaps the target.
RequestHead readHead(std::string_view head, Request& to);

}  // namespace ferry::http
