#include "demo/fake_dropbox/content_hash.h"

#include "base/crypto.h"
#include "base/encoding.h"

namespace ferry::demo {

std::string contentHash(std::string_view content) {
    std::string digests;
    for (std::size_t at = 0; at < content.size(); at += kContentHashBlockBytes) {
        digests += asText(sha256(content.substr(at, kContentHashBlockBytes)));
    }
    return hexEncode(asText(sha256(digests)));
}

}  // namespace ferry::demo
