#pragma once
// A webhook notice as it goes out: body, signature, and what faults make of them.

#include "demo/fake_dropbox/world.h"

#include <string>
#include <string_view>
#include <vector>

namespace ferry::demo {

/// Lower-case hex HMAC-SHA256 of the raw body under the app's secret (X-Dropbox-Signature).
std::string noticeSignature(std::string_view secret, std::string_view body);

/// One notice for each webhook URI of the app, faults applied: fewer or more than that then.
/// Takes the world's lock.
std::vector<Notice> renderNotices(World& world, const Notice& marked);

}  // namespace ferry::demo
