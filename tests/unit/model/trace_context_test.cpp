// Goal: traces are read and written as W3C Trace Context 1 says. Method: its own example, and what
// it says of malformed headers (2.2 and 4.3 there).

#include "model/trace_context.h"

#include "support/seeded_random.h"

#include <gtest/gtest.h>

namespace ferry {
namespace {

constexpr std::string_view kHeader = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
constexpr std::string_view kId = "0af7651916cd43dd8448eb211c80319c";

TEST(TraceContextTest, ReadsIdAndFlag) {
    const auto trace = parseTraceparent(kHeader);
    ASSERT_TRUE(trace);
    EXPECT_EQ(traceIdText(*trace), kId);
    EXPECT_TRUE(trace->is_sampled);

    std::string header(kHeader);
    header.replace(53, 2, "00");
    EXPECT_FALSE(parseTraceparent(header)->is_sampled);
    header.replace(53, 2, "03");
    EXPECT_TRUE(parseTraceparent(header)->is_sampled) << "other flags are left alone";
}

TEST(TraceContextTest, WritesWhatItReads) {
    const SpanId span{0xb7, 0xad, 0x6b, 0x71, 0x69, 0x20, 0x33, 0x31};
    auto trace = *parseTraceparent(kHeader);
    EXPECT_EQ(traceparentText(trace, span), kHeader);
    trace.is_sampled = false;
    EXPECT_EQ(traceparentText(trace, span).substr(53), "00");
}

TEST(TraceContextTest, ReadsLaterVersionsAsFarAsItKnowsThem) {
    std::string header(kHeader);
    header.replace(0, 2, "cc");
    EXPECT_TRUE(parseTraceparent(header));
    EXPECT_TRUE(parseTraceparent(header + "-what-the-future-will-be-like"));
    EXPECT_FALSE(parseTraceparent(header + ".what-the-future-will-be-like"));
}

TEST(TraceContextTest, RefusesWhatIsMalformed) {
    const auto with = [](std::size_t at, std::string_view text) {
        std::string header(kHeader);
        return header.replace(at, text.size(), text);
    };
    const std::string headers[] = {
        "",
        "00",
        std::string(kHeader.substr(0, 54)),
        std::string(kHeader) + "-",
        std::string(kHeader) + "0",
        with(0, "ff"),
        with(0, "0G"),
        with(2, "_"),
        with(35, "_"),
        with(52, "_"),
        with(3, "0AF7"),
        with(3, "\xc3\xa4"),
        with(36, "B7"),
        with(53, "0x"),
        with(3, std::string(32, '0')),
        with(36, std::string(16, '0')),
        std::string(55, '-'),
        std::string(55, '\0'),
    };
    for (const std::string& header : headers)
        EXPECT_FALSE(parseTraceparent(header)) << header;
}

TEST(TraceContextTest, BeginsTracesOfTheirOwn) {
    test::SeededRandom random(1);
    const TraceContext one = beginTrace(random);
    const TraceContext other = beginTrace(random);
    EXPECT_TRUE(one);
    EXPECT_NE(one, other);
    EXPECT_EQ(traceIdText(one).size(), 32U);
    EXPECT_EQ(traceIdText(TraceContext()), "");
}

}  // namespace
}  // namespace ferry
