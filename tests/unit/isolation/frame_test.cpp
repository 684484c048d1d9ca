// Goal: every value comes out as it went in, and no frame, whatever is in it, does more than be
// refused. Method: one value of each kind, written, read and written again; then thousands of
// frames that were changed at random.

#include "isolation/frame.h"

#include "isolation/codec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace ferry::isolation {
namespace {

using testing::HasSubstr;

IndexedObject anObject() {
    IndexedObject object;
    object.object_id = "id:1";
    object.path_key = "/ä/b";
    object.path = "/Ä/B";
    object.name = "B";
    object.kind = ObjectKind::Folder;
    object.size = -1;
    object.modified_ms = 1'750'000'000'000;
    return object;
}

pipeline::OperationResult aResult() {
    pipeline::OperationResult result;
    result.tokens = TokenSet{
        Secret("access"), Secret("refresh"), fromEpochMilliseconds(1'750'000'000'000), "a b", "me"};
    result.identity = AccountIdentity{"id", "label", "{}"};
    result.page =
        pipeline::ChangePage{{"raw", std::string("\0\xff", 2)}, "cursor", true, {"x", ""}, true};
    result.document = anObject();
    result.documents = pipeline::DocumentPage{{anObject(), anObject()}, ""};
    result.storage = pipeline::StorageUsage{7, std::nullopt};
    result.link = pipeline::DocumentLink{
        "https://content.example/a", fromEpochMilliseconds(1'750'000'000'000)};
    result.registration = pipeline::WebhookRegistration{"{}", std::nullopt, Secret("key")};
    return result;
}

pipeline::OperationStep aRequest() {
    http::OutboundRequest request;
    request.method = "GET";
    request.url = "https://api.example/list?a=b";
    request.headers.add("Authorization", "Bearer x");
    request.body = std::string("\0\x80", 2);
    request.stream.emplace();
    return request;
}

std::vector<NormalizedChange> theChanges() {
    DirectEvent event;
    event.type = EventType::Moved;
    event.object = anObject();
    event.object.object_type = "issue";
    event.properties = "{}";
    std::vector<NormalizedChange> changes;
    for (auto& action : std::initializer_list<decltype(NormalizedChange::action)>{
             UpsertObject{anObject(), "{\"a\":1}", true},
             RemovePath{"/a", "/A"},
             RemoveObject{"id:2"},
             event,
             IgnoreChange{"why"},
             RejectChange{"no"}})
        changes.push_back({action, ""});
    return changes;
}

template <typename T>
std::string frameOf(const Result<T>& result) {
    FrameWriter writer;
    writeResult(writer, result);
    return std::string(writer.content());
}

/// Reads it as T and writes that; what the reader found wrong, if it did.
template <typename T>
std::string again(const std::string& frame, Sender sender = Sender::Plugin) {
    FrameReader reader(frame, sender);
    const auto result = readResult<T>(reader);
    return result ? frameOf<T>(*result) : "refused: " + std::string(reader.problem());
}

TEST(Frame, ResultsComeOutAsTheyWentIn) {
    const auto steps = {
        frameOf<pipeline::OperationStep>(aResult()), frameOf<pipeline::OperationStep>(aRequest())};
    for (const std::string& frame : steps)
        EXPECT_EQ(again<pipeline::OperationStep>(frame), frame);
    const std::string changes = frameOf<std::vector<NormalizedChange>>(theChanges());
    EXPECT_EQ(again<std::vector<NormalizedChange>>(changes), changes);
    const pipeline::Notification notification{{"a", "b"}, {{"a", "1", "h", std::string("\0", 1)}}};
    const std::string notice = frameOf<pipeline::Notification>(notification);
    EXPECT_EQ(again<pipeline::Notification>(notice), notice);
    Error error(ErrorCode::RateLimited, "slow down", Milliseconds(1'500));
    error.provider_message = "too many";
    const std::string failed = frameOf<void>(fail(error));
    EXPECT_EQ(again<void>(failed), failed);
    EXPECT_EQ(again<void>(frameOf<void>({})), frameOf<void>({}));
    http::Response response;
    response.headers.add("X-A", "b");
    response.body = "body";
    using Challenge = std::optional<http::Response>;
    EXPECT_EQ(again<Challenge>(frameOf<Challenge>(response)), frameOf<Challenge>(response));
    EXPECT_EQ(again<Challenge>(frameOf<Challenge>(Challenge())), frameOf<Challenge>(Challenge()));
}

TEST(Frame, ARequestOfAPluginIsOneToAProvider) {
    const std::string frame = frameOf<pipeline::OperationStep>(aRequest());
    FrameReader kept(frame, Sender::Plugin);
    const auto step = readResult<pipeline::OperationStep>(kept);
    ASSERT_TRUE(step && *step) << kept.problem();
    const auto& request = std::get<http::OutboundRequest>(**step);
    EXPECT_EQ(request.traffic, http::Traffic::Provider);
    ASSERT_TRUE(request.stream);
    EXPECT_NE(request.stream->response_body, nullptr);
    EXPECT_EQ(request.tls, nullptr);
}

TEST(Frame, ALinkOfAPluginLeadsToTheWeb) {
    const auto frameWith = [](pipeline::DocumentLink link) {
        pipeline::OperationResult result;
        result.link = std::move(link);
        return frameOf<pipeline::OperationStep>(result);
    };
    const auto script = frameWith({"javascript:alert(1)", std::nullopt});
    EXPECT_EQ(again<pipeline::OperationStep>(script), "refused: a link is neither http nor https");
    const auto late = frameWith({"https://a.example/", fromEpochMilliseconds(1LL << 60)});
    EXPECT_EQ(again<pipeline::OperationStep>(late), "refused: a time is out of range");
}

TEST(Frame, ARegistrationOfAPluginHasAState) {
    pipeline::OperationResult result;
    result.registration = pipeline::WebhookRegistration{"", std::nullopt, {}};
    const std::string empty = frameOf<pipeline::OperationStep>(result);
    EXPECT_EQ(again<pipeline::OperationStep>(empty), "refused: a registration has no state");
    result.registration = {"s", fromEpochMilliseconds(1LL << 60), {}};
    const std::string late = frameOf<pipeline::OperationStep>(result);
    EXPECT_EQ(again<pipeline::OperationStep>(late), "refused: a time is out of range");
}

TEST(Frame, WhatTheFlowReliesOnIsAskedForOfPluginsAlone) {
    const auto with = [](auto change) {
        pipeline::OperationStep step = aRequest();
        change(std::get<http::OutboundRequest>(step));
        return frameOf<pipeline::OperationStep>(step);
    };
    const std::pair<std::string, const char*> kCases[] = {
        {with([](auto& r) { r.url = "file:///etc/passwd"; }), "http or https URL"},
        {with([](auto& r) { r.headers.add("A", "b\r\nHost: c"); }), "that HTTP forbids"},
        {with([](auto& r) { r.method = "GET /"; }), "a method is none"},
        {with([](auto& r) { r.timeout = Milliseconds(0); }), "timeout is out of range"},
        {with([](auto& r) { r.response_bytes_max = 1U << 30U; }), "limit of an answer"},
        {with([](auto& r) { r.url += "\xff"; }), "not UTF-8"},
    };
    for (const auto& [frame, problem] : kCases) {
        EXPECT_THAT(again<pipeline::OperationStep>(frame), HasSubstr(problem));
        EXPECT_EQ(again<pipeline::OperationStep>(frame, Sender::Hub), frame) << problem;
    }
    pipeline::OperationResult no_id;
    no_id.document.emplace();
    EXPECT_THAT(
        again<pipeline::OperationStep>(frameOf<pipeline::OperationStep>(no_id)), HasSubstr("no id")
    );
}

TEST(Frame, AListLongerThanItsFrameTakesNoMemory) {
    FrameWriter writer;
    writer(true, std::string());
    std::string frame(writer.content());
    frame.replace(1, 4, "\xff\xff\xff\xff");
    EXPECT_THAT(again<std::vector<std::string>>(frame), HasSubstr("longer than its frame"));
    EXPECT_THAT(again<std::string>(frame), HasSubstr("longer than its frame"));
    EXPECT_THAT(again<std::string>(frameOf<std::string>("a") + "b"), HasSubstr("left"));
}

/// One change of bytes: flipped, cut, repeated, or a length that says something else.
std::string mutated(std::string frame, std::mt19937& random) {
    const auto below = [&](std::size_t bound) { return bound == 0 ? 0 : random() % bound; };
    for (std::size_t times = 1 + below(3); times > 0 && !frame.empty(); --times) {
        const std::size_t at = below(frame.size());
        switch (below(5)) {
            case 0:
                frame[at] = static_cast<char>(frame[at] ^ (1 << below(8)));
                break;
            case 1:
                frame[at] = static_cast<char>(random());
                break;
            case 2:
                frame.resize(at);
                break;
            case 3:
                frame.insert(at, frame.substr(below(frame.size()), below(20)));
                break;
            default:
                for (std::size_t i = at; i < std::min(at + 4, frame.size()); ++i)
                    frame[i] = static_cast<char>(below(2) == 0 ? 0xff : 0);
        }
    }
    return frame;
}

TEST(Frame, TenThousandMutatedFramesDoNoHarm) {
    constexpr unsigned kSeed = 20261129;
    std::mt19937 random(kSeed);
    const std::string steps[] = {
        frameOf<pipeline::OperationStep>(aResult()), frameOf<pipeline::OperationStep>(aRequest())};
    const std::string changes = frameOf<std::vector<NormalizedChange>>(theChanges());
    int refused = 0;
    int taken = 0;
    for (int i = 0; i < 10'000; ++i) {
        const bool is_changes = i % 3 == 0;
        const std::string frame = mutated(is_changes ? changes : steps[i % 2], random);
        // What is taken is sound: it goes through once more unchanged.
        const std::string once = is_changes ? again<std::vector<NormalizedChange>>(frame)
                                            : again<pipeline::OperationStep>(frame);
        if (once.starts_with("refused: ")) {
            ++refused;
            continue;
        }
        ++taken;
        const std::string twice = is_changes ? again<std::vector<NormalizedChange>>(once)
                                             : again<pipeline::OperationStep>(once);
        ASSERT_EQ(once, twice) << "seed " << kSeed << ", frame " << i;
    }
    EXPECT_GT(refused, 1'000);
    EXPECT_GT(taken, 500);
}

}  // namespace
}  // namespace ferry::isolation
