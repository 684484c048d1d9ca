// Goal: a request is understood the same in whatever pieces it comes, and what is too large,
// malformed or ambiguous is refused with the status that says so. Method: tables of requests, each
// given at once, byte by byte, and with another one behind it.

#include "http/request_reader.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

namespace ferry::http {
namespace {

using State = RequestReader::State;

constexpr std::size_t kBodyMax = 1000;

void give(RequestReader& reader, std::string_view bytes, std::size_t piece) {
    while (!bytes.empty() && reader.state() != State::Refused) {
        const std::span<char> space = reader.space();
        const std::size_t count = std::min({piece, space.size(), bytes.size()});
        std::memcpy(space.data(), bytes.data(), count);
        reader.added(count);
        bytes.remove_prefix(count);
    }
}

struct Good {
    const char* name;
    std::string bytes;
    std::string head;
    std::string body;
};

std::string withFields(const std::string& fields) {
    return "POST /a HTTP/1.1\r\n" + fields + "\r\n\r\n";
}

std::string postOf(std::size_t bytes) {
    return fmt::format("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n", bytes);
}

const std::string kChunked = "POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";

const Good kGood[] = {
    {"get", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", ""},
    {"bare_line_feeds", "GET / HTTP/1.0\nHost: a\n\n", "GET / HTTP/1.0\nHost: a\n\n", ""},
    {"empty_lines_before", "\r\n\r\n" + withFields("Host: a"), withFields("Host: a"), ""},
    {"no_length", withFields("Host: a"), withFields("Host: a"), ""},
    {"no_host_of_http_1_0", "GET / HTTP/1.0\r\n\r\n", "GET / HTTP/1.0\r\n\r\n", ""},
    {"empty_host", withFields("Host:"), withFields("Host:"), ""},
    {"host_of_ipv6", withFields("HOST: [::1]:8080"), withFields("HOST: [::1]:8080"), ""},
    {"length_0", postOf(0), postOf(0), ""},
    {"length_max",
     postOf(kBodyMax) + std::string(kBodyMax, 'x'),
     postOf(kBodyMax),
     std::string(kBodyMax, 'x')},
    {"chunks",
     kChunked + "3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\n\r\n",
     kChunked,
     "abc0123456789"},
    {"chunks_of_nothing", kChunked + "0\r\n\r\n", kChunked, ""},
    {"trailer", kChunked + "1\r\na\r\n0\r\nA: b\r\nC: d\r\n\r\n", kChunked, "a"},
    {"chunks_max",
     fmt::format("{}{:x}\r\n{}\r\n0\r\n\r\n", kChunked, kBodyMax, std::string(kBodyMax, 'x')),
     kChunked,
     std::string(kBodyMax, 'x')},
};

class GoodRequest : public testing::TestWithParam<Good> {};

TEST_P(GoodRequest, ArrivesWholeInAnyPieces) {
    const Good& good = GetParam();
    for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, std::size_t{100'000}}) {
        RequestReader reader(kBodyMax);
        EXPECT_FALSE(reader.hasBegun());
        give(reader, good.bytes.substr(0, good.bytes.size() - 1), piece);
        EXPECT_TRUE(reader.wantsBytes());
        EXPECT_TRUE(reader.hasBegun());
        give(reader, good.bytes.substr(good.bytes.size() - 1), piece);
        ASSERT_EQ(reader.state(), State::Ready) << reader.refusal().reason;
        EXPECT_FALSE(reader.wantsBytes());
        EXPECT_EQ(reader.head(), good.head);
        EXPECT_EQ(reader.takeBody(), good.body);
        reader.next();
        EXPECT_EQ(reader.state(), State::Head);
        EXPECT_FALSE(reader.hasBegun());
    }
}

TEST_P(GoodRequest, LeavesWhatComesAfterItAlone) {
    const Good& good = GetParam();
    RequestReader reader(kBodyMax);
    give(reader, good.bytes + good.bytes + "GET /half HT", 100'000);
    for (int i = 0; i < 2; ++i) {
        ASSERT_EQ(reader.state(), State::Ready) << i << reader.refusal().reason;
        EXPECT_EQ(reader.head(), good.head);
        EXPECT_EQ(reader.takeBody(), good.body);
        reader.next();
    }
    EXPECT_EQ(reader.state(), State::Head);
    give(reader, "TP/1.1\r\nHost: a\r\n\r\n", 100'000);
    EXPECT_EQ(reader.state(), State::Ready);
}

INSTANTIATE_TEST_SUITE_P(Each, GoodRequest, testing::ValuesIn(kGood), [](const auto& item) {
    return std::string(item.param.name);
});

std::string fields(int count) {
    std::string text = "Host: a";
    for (int i = 1; i < count; ++i)
        text += "\r\nA: b";
    return text;
}

struct Bad {
    const char* name;
    std::string bytes;
    int status;
};

const Bad kBad[] = {
    {"garbage", "hello\r\n", 400},
    {"tls", "\x16\x03\x01\x02\n", 400},
    {"endless_line", std::string(20'000, 'x'), 414},
    {"long_target", "GET /" + std::string(16'000, 'a') + " HTTP/1.1\r\n", 414},
    {"no_version", "GET /\r\n", 400},
    {"other_protocol", "GET / SPDY/3\r\n", 400},
    {"http_2", "PRI * HTTP/2.0\r\n", 505},
    {"space_in_target", "GET /a b HTTP/1.1\r\n", 400},
    {"control_in_target", "GET /a\tb HTTP/1.1\r\n", 400},
    {"empty_lines", "\r\n\r\n\r\n\r\n\r\n", 400},
    {"long_value", withFields("A: " + std::string(8'001, 'b')), 431},
    {"long_name", withFields(std::string(251, 'A') + ": b"), 431},
    {"many_fields", withFields(fields(101)), 431},
    {"large_head",
     withFields(
         "A: " + std::string(7'000, 'b') +
         [] {
             std::string more;
             for (int i = 0; i < 9; ++i)
                 more += "\r\nA: " + std::string(7'900, 'b');
             return more;
         }()
     ),
     431},
    {"no_colon", withFields("Host"), 400},
    {"space_before_colon", withFields("Content-Length : 3"), 400},
    {"folded", withFields("A: b\r\n c"), 400},
    {"nul_in_value", withFields(std::string("A: b\0c", 6)), 400},
    {"carriage_return_in_value", withFields("A: b\rContent-Length: 3"), 400},
    {"no_host", withFields("A: b"), 400},
    {"two_hosts", withFields("Host: a\r\nhost: a"), 400},
    {"host_with_a_path", withFields("Host: a/b"), 400},
    {"host_with_a_user", withFields("Host: u@a"), 400},
    {"host_list", withFields("Host: a, b"), 400},
    {"two_lengths", withFields("Content-Length: 3\r\nContent-Length: 3"), 400},
    {"length_and_chunked",
     withFields("Host: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked"),
     400},
    {"word_length", withFields("Content-Length: abc"), 400},
    {"negative_length", withFields("Content-Length: -3"), 400},
    {"list_length", withFields("Content-Length: 3, 3"), 400},
    {"huge_length", withFields("Content-Length: 99999999999999999999"), 400},
    {"empty_length", withFields("Content-Length:"), 400},
    {"too_long_body", postOf(kBodyMax + 1), 413},
    {"gzip", withFields("Transfer-Encoding: gzip, chunked"), 501},
    {"chunked_twice", withFields("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"), 501},
    {"chunk_too_long", kChunked + fmt::format("{:x}\r\n", kBodyMax + 1), 413},
    {"chunks_too_long", kChunked + fmt::format("1\r\na\r\n{:x}\r\n", kBodyMax), 413},
    {"chunk_huge", kChunked + "ffffffffffffffff\r\n", 400},
    {"chunk_without_size", kChunked + "\r\n", 400},
    {"chunk_of_garbage", kChunked + "zz\r\n", 400},
    {"chunk_negative", kChunked + "-1\r\n", 400},
    {"chunk_prefixed", kChunked + "0x1\r\n", 400},
    {"chunk_longer_than_said", kChunked + "3\r\nabcd\r\n", 400},
    {"chunk_shorter_than_said", kChunked + "5\r\nabc\r\n0\r\n\r\n", 400},
    {"chunk_bare_line_feed", kChunked + "3\nabc", 400},
    {"chunk_long_extension", kChunked + "3;" + std::string(300, 'x'), 400},
    {"trailer_too_long", kChunked + "0\r\n" + std::string(9'000, 'x'), 400},
};

class BadRequest : public testing::TestWithParam<Bad> {};

TEST_P(BadRequest, IsRefusedWithTheRightStatus) {
    const Bad& bad = GetParam();
    for (const std::size_t piece : {std::size_t{1}, std::size_t{100'000}}) {
        RequestReader reader(kBodyMax);
        give(reader, bad.bytes, piece);
        ASSERT_EQ(reader.state(), State::Refused) << piece;
        EXPECT_EQ(reader.refusal().status, bad.status) << reader.refusal().reason;
        EXPECT_STRNE(reader.refusal().reason, "");
    }
}

INSTANTIATE_TEST_SUITE_P(Each, BadRequest, testing::ValuesIn(kBad), [](const auto& item) {
    return std::string(item.param.name);
});

TEST(RequestReader, TheJustAllowedPasses) {
    for (const std::string& bytes :
         {withFields("Host: a\r\nA: " + std::string(8'000, 'b')),
          withFields("Host: a\r\n" + std::string(250, 'A') + ": b"),
          withFields(fields(100)),
          "GET /" + std::string(15'999, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n"}) {
        RequestReader reader(kBodyMax);
        give(reader, bytes, 100'000);
        EXPECT_EQ(reader.state(), State::Ready) << reader.refusal().reason;
    }
}

TEST(RequestReader, WhatEndsInTheMiddleIsRefusedAndWhatEndsBeforeIsNot) {
    for (const std::string& bytes :
         {std::string("GET / HT"), postOf(3) + "ab", kChunked + "3\r\nab"}) {
        RequestReader reader(kBodyMax);
        give(reader, bytes, 100'000);
        reader.ended();
        EXPECT_EQ(reader.state(), State::Refused) << bytes;
        EXPECT_EQ(reader.refusal().status, 400);
    }
    RequestReader silent(kBodyMax);
    silent.ended();
    EXPECT_EQ(silent.state(), State::Head);
}

TEST(RequestReader, ContinueIsDueOnceAndOnlyWhileTheBodyIsAwaited) {
    const std::string head = withFields("Host: a\r\nExpect: 100-Continue\r\nContent-Length: 3");
    RequestReader waiting(kBodyMax);
    give(waiting, head, 100'000);
    EXPECT_TRUE(waiting.takeContinue());
    EXPECT_FALSE(waiting.takeContinue());
    RequestReader whole(kBodyMax);
    give(whole, head + "abc", 100'000);
    EXPECT_FALSE(whole.takeContinue());
    RequestReader refused(kBodyMax);
    give(refused, withFields("Host: a\r\nExpect: 100-continue\r\nContent-Length: 1001"), 100'000);
    EXPECT_FALSE(refused.takeContinue());
}

TEST(RequestReader, ARefusalNamesTheTargetAndKnowsHead) {
    RequestReader reader(kBodyMax);
    give(reader, "HEAD /a/b?c HTTP/1.1\r\nno field\r\n", 100'000);
    EXPECT_EQ(reader.refusal().target, "/a/b?c");
    EXPECT_TRUE(reader.refusal().is_for_head);
    RequestReader early(kBodyMax);
    early.refuse(408, "late");
    EXPECT_EQ(early.refusal().target, "");
}

TEST(RequestReader, GivesTheMemoryOfALargeRequestBack) {
    RequestReader reader(1 << 20);
    give(reader, postOf(1 << 20) + std::string(1 << 20, 'x'), 100'000);
    ASSERT_EQ(reader.state(), State::Ready);
    EXPECT_GT(reader.bytesHeld(), std::size_t{1} << 20);
    reader.next();
    EXPECT_LE(reader.bytesHeld(), std::size_t{4096});
}

}  // namespace
}  // namespace ferry::http
