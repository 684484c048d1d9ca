#pragma once
// Replies that go over the wire in a way no HTTP server would choose.

#include "demo/fake_dropbox/http_message.h"
#include "demo/fake_dropbox/world.h"

namespace Poco::Net {
class HTTPServerRequest;
}

namespace ferry::demo {

/// Takes the socket away from Poco, writes `reply` in its WireForm, and closes.
/// Throws Poco::Exception when the client leaves.
void sendRaw(World& world, Poco::Net::HTTPServerRequest& request, const Reply& reply);

}  // namespace ferry::demo
