// Goal: what a hook gives is kept whole or not at all. Method: records are handed to the sink as
// a plugin hands them, good ones and each kind that is refused.

#include "plugin/output_sink.h"

#include "plugin/limits.h"

#include <ferry/ferry.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <variant>

namespace ferry::plugin {
namespace {

ferry_str str(std::string_view text) {
    return {text.data(), text.size()};
}

ferry_object objectOf(std::string_view id) {
    ferry_object object{};
    object.struct_size = sizeof object;
    object.type = FERRY_OBJECT_FILE;
    object.object_id = str(id);
    object.name = str("a name that is longer than what a string holds by itself");
    object.size = -1;
    object.created_ms = object.modified_ms = object.client_modified_ms = FERRY_TIME_UNKNOWN;
    return object;
}

class Normalization : public ::testing::Test {
  protected:
    ferry_status event(std::uint32_t change, const ferry_object& object) {
        ferry_event event{};
        event.struct_size = sizeof event;
        event.change_index = change;
        event.type = FERRY_EVENT_UPDATED;
        event.object = &object;
        event.occurred_ms = FERRY_TIME_UNKNOWN;
        return sink_.abi()->event(sink_.abi(), &event);
    }
    ferry_status upsert(std::uint32_t change, const ferry_object& object) {
        const ferry_index_op op{
            sizeof op, change, FERRY_INDEX_UPSERT_FILE, FERRY_INDEX_EXISTED, &object, {}, {}};
        return sink_.abi()->index_op(sink_.abi(), &op);
    }
    ferry_status reject(std::uint32_t change) {
        const ferry_reject reject{
            sizeof reject, change, FERRY_ERROR_UNSUPPORTED, 0, str("not a file")};
        return sink_.abi()->reject(sink_.abi(), &reject);
    }

    OutputSink sink_{Output::Normalization, 3};
};

TEST_F(Normalization, KeepsEachKindWithAllItsTexts) {
    EXPECT_EQ(event(0, objectOf("id:1")), FERRY_OK);
    EXPECT_EQ(upsert(1, objectOf("id:2")), FERRY_OK);
    EXPECT_EQ(reject(2), FERRY_OK);

    ASSERT_EQ(sink_.normalized.size(), 3U);
    EXPECT_TRUE(sink_.problem().empty());
    const auto& told = std::get<ProviderEvent>(sink_.normalized[0]);
    EXPECT_EQ(told.object.object_id, "id:1");
    EXPECT_EQ(told.object.type, ObjectType::File);
    const auto& state = std::get<IndexOp>(sink_.normalized[1]);
    EXPECT_EQ(state.object.name, "a name that is longer than what a string holds by itself");
    EXPECT_TRUE(state.existed);
    const auto& refused = std::get<Reject>(sink_.normalized[2]);
    EXPECT_EQ(refused.change_index, 2U);
    EXPECT_EQ(refused.error.code, ErrorCode::Unsupported);
    EXPECT_EQ(refused.error.message, "not a file");
}

TEST_F(Normalization, NothingStaysOfARecordThatIsRefused) {
    ASSERT_EQ(event(1, objectOf("id:1")), FERRY_OK);
    ferry_object unnamed = objectOf("");
    ferry_object garbled = objectOf("id:2");
    garbled.modified_by = str("\xff");

    EXPECT_EQ(event(1, unnamed), FERRY_ERROR_MALFORMED);
    EXPECT_EQ(upsert(1, garbled), FERRY_ERROR_MALFORMED);
    EXPECT_EQ(event(3, objectOf("id:2")), FERRY_ERROR_MALFORMED);
    EXPECT_EQ(event(0, objectOf("id:2")), FERRY_ERROR_INVALID);
    EXPECT_EQ(reject(3), FERRY_ERROR_MALFORMED);

    EXPECT_EQ(sink_.normalized.size(), 1U);
    EXPECT_FALSE(sink_.problem().empty());
    EXPECT_EQ(event(1, objectOf("id:3")), FERRY_OK);
    EXPECT_EQ(sink_.normalized.size(), 2U);
}

TEST_F(Normalization, HasABoundOfOutputs) {
    const std::size_t most = std::max(3 * kOutputsPerChangeMax, kOutputsPerPageMin);
    for (std::size_t i = 0; i < most; ++i)
        ASSERT_EQ(event(0, objectOf("id:1")), FERRY_OK) << i;
    EXPECT_EQ(event(0, objectOf("id:1")), FERRY_ERROR_LIMIT);
    EXPECT_EQ(sink_.normalized.size(), most);
}

TEST(RegistrationOutput, HasASecretIfItsRecordIsLongEnoughForOne) {
    const std::string longest(kTextBytesMax, 'x');
    const auto given = [&](std::uint32_t size, std::string_view secret, OutputSink& sink) {
        const ferry_subscription record{size, 0, str("state"), 0, str(secret)};
        return sink.abi()->subscription(sink.abi(), &record);
    };
    OutputSink whole(Output::Registration);
    EXPECT_EQ(given(sizeof(ferry_subscription), longest, whole), FERRY_OK);
    EXPECT_EQ(whole.registration->secret.reveal(), longest);

    OutputSink earlier(Output::Registration);
    EXPECT_EQ(given(offsetof(ferry_subscription, secret), "not there", earlier), FERRY_OK);
    EXPECT_TRUE(earlier.registration->secret.empty());

    OutputSink refusing(Output::Registration);
    const std::uint32_t size = sizeof(ferry_subscription);
    EXPECT_EQ(given(size, longest + "x", refusing), FERRY_ERROR_LIMIT);
    EXPECT_EQ(given(size, "\xff", refusing), FERRY_ERROR_MALFORMED);
    EXPECT_FALSE(refusing.registration);
    EXPECT_EQ(refusing.problem().find("xxx"), std::string::npos) << "secrets are not told";
}

}  // namespace
}  // namespace ferry::plugin
