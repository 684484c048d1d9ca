// Goal: receivers find the keys that verify callbacks in the form that their libraries read.
// Method: the published key of RFC 8037, whose thumbprint is published too.

#include "pipeline/callback_public_keys.h"

#include "base/encoding.h"

#include <gtest/gtest.h>

namespace ferry::pipeline {
namespace {

std::vector<SigningKey> published() {
    return readSigningKeys(
        "whsk_" + base64Encode(base64Decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A").value())
    );
}

TEST(CallbackPublicKeys, AreThoseOfRfc8037) {
    EXPECT_EQ(
        renderPublicKeys(published(), TimePoint()),
        R"({"keys":[{"kty":"OKP","crv":"Ed25519","use":"sig","alg":"EdDSA",)"
        R"("kid":"kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k",)"
        R"("x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",)"
        R"("whpk":"whpk_11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="}]})"
    );
}

TEST(CallbackPublicKeys, AreThoseThatSignNow) {
    std::vector<SigningKey> keys = published();
    keys.push_back(readSigningKeys("a shared secret").front());
    keys.front().ends_at = TimePoint(Milliseconds(10));

    EXPECT_NE(renderPublicKeys(keys, TimePoint(Milliseconds(9))), "");
    EXPECT_EQ(renderPublicKeys(keys, TimePoint(Milliseconds(10))), "");
    EXPECT_EQ(renderPublicKeys({}, TimePoint()), "");
}

}  // namespace
}  // namespace ferry::pipeline
