// Goal: hooks a class lacks are NULL slots, security hooks fail closed, and long records from a
// newer host are read with their stride. Method: the tables of small classes are called by hand.
#include "fake_call.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace ferry::sdk::test {
namespace {

class Nothing : public Plugin {};

class Signer : public Plugin {
  public:
    bool verifySignature(const Call&, const WebhookRequestView& request, const FieldsView& secrets)
        const {
        const std::string_view answer = request.header("X-Answer");
        if (answer == "throw") throw std::runtime_error("parser");
        if (answer == "error") throw Error::unavailable("later");
        return answer == secrets.get("wanted");
    }
};

template <typename P>
const void* extension(const char* id) {
    return detail::Adapter<P>::module("x", "1").get_extension(id);
}

TEST(Adapter, ClassWithoutHooksHasNoExtensions) {
    for (const char* id :
         {FERRY_EXT_AUTH, FERRY_EXT_WEBHOOK, FERRY_EXT_CHANGES, FERRY_EXT_NORMALIZE, "x/1"})
        EXPECT_EQ(extension<Nothing>(id), nullptr) << id;
}

TEST(Adapter, MissingHookIsANullSlot) {
    const auto* webhook = static_cast<const ferry_webhook_1*>(extension<Signer>(FERRY_EXT_WEBHOOK));
    ASSERT_NE(webhook, nullptr);
    EXPECT_NE(webhook->verify_signature, nullptr);
    EXPECT_EQ(webhook->verify_challenge, nullptr);
    EXPECT_EQ(webhook->parse_notification, nullptr);
    EXPECT_EQ(extension<Signer>(FERRY_EXT_AUTH), nullptr);
}

TEST(Adapter, VerifySignatureFailsClosed) {
    const ferry_module module = detail::Adapter<Signer>::module("signer", "1");
    const ferry_host host = fakeHost();
    const FakeCall call;
    ferry_setup setup{};
    setup.struct_size = sizeof setup;
    void* self = nullptr;
    ASSERT_EQ(module.create(&host, call.abi(), &setup, &self), FERRY_OK);
    const auto* webhook = static_cast<const ferry_webhook_1*>(extension<Signer>(FERRY_EXT_WEBHOOK));

    for (const char* answer : {"good", "bad", "throw", "error", ""}) {
        // As from a newer host: longer records, found by their stride.
        struct Longer {
            ferry_field field;
            char more[24];
        } secrets[2] = {
            {{sizeof(Longer), 0, toStr("other"), toStr("bad")}, "??????????????????????"},
            {{sizeof(Longer), 0, toStr("wanted"), toStr("good")}, "??????????????????????"}
        };
        const ferry_field header{sizeof(ferry_field), 0, toStr("x-answer"), toStr(answer)};
        ferry_webhook_request request{};
        request.struct_size = sizeof request;
        request.headers = {&header, sizeof header, 1};
        const ferry_status wanted =
            std::string_view(answer) == "good" ? FERRY_OK : FERRY_ERROR_BAD_SIGNATURE;
        EXPECT_EQ(
            webhook->verify_signature(
                self, call.abi(), &request, {&secrets[0].field, sizeof(Longer), 2}
            ),
            wanted
        ) << answer;
    }
    module.destroy(self);
}

TEST(Adapter, EntrySuitsOnlyHostsOfItsMajorAndEnoughMinor) {
    ferry_host host = fakeHost();
    EXPECT_TRUE(detail::suits(host, 0));
    EXPECT_TRUE(detail::suits(host, FERRY_ABI_MINOR));
    EXPECT_FALSE(detail::suits(host, FERRY_ABI_MINOR + 1));
    host.abi_minor = 7;
    EXPECT_TRUE(detail::suits(host, 7));
    host.abi_major = 2;
    EXPECT_FALSE(detail::suits(host, 0));
}

}  // namespace
}  // namespace ferry::sdk::test
