// Goal: bytes come out as they went in, no more are held than allowed, and each end learns of the
// other's end or failure whether it blocks or waits for its wake-up.
// Method: small pipes, both ends on one thread or on two.

#include "http/body_pipe.h"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>

namespace ferry::http {
namespace {

constexpr Milliseconds kNow{0};
constexpr Milliseconds kLong{30000};

std::string readOnce(BodyPipe& pipe, std::size_t size, Milliseconds patience = kNow) {
    std::string bytes(size, '\0');
    const auto got = pipe.read(bytes, patience);
    if (!got) return "error: " + std::string(errorCodeName(got.error().code));
    bytes.resize(*got);
    return bytes;
}

TEST(BodyPipe, GivesBytesInOrderAroundItsEnd) {
    BodyPipe pipe(8);
    std::string all;
    std::string expected;
    for (int i = 0; i < 50; ++i) {
        const std::string piece(
            static_cast<std::size_t>(1 + i % 5), static_cast<char>('a' + i % 26)
        );
        ASSERT_EQ(pipe.offer(piece), BodyPipe::Offer::Taken) << i;
        expected += piece;
        all += readOnce(pipe, 3);
        all += readOnce(pipe, 8 - 3);
        if (all.ends_with("deadline_exceeded")) all.resize(all.rfind("error"));
    }
    EXPECT_EQ(all, expected);
}

TEST(BodyPipe, TakesAllOfAnOfferOrNothing) {
    BodyPipe pipe(8);
    EXPECT_EQ(pipe.offer("12345678"), BodyPipe::Offer::Taken);
    EXPECT_EQ(pipe.offer("9"), BodyPipe::Offer::Full);
    EXPECT_EQ(pipe.write("9", kNow).error().code, ErrorCode::DeadlineExceeded);
    EXPECT_EQ(readOnce(pipe, 3), "123");
    EXPECT_EQ(pipe.offer("abcd"), BodyPipe::Offer::Full);
    EXPECT_EQ(pipe.write("abcd", kNow).value(), 3U) << "a write takes what there is room for";
    EXPECT_EQ(readOnce(pipe, 100), "45678abc");
}

TEST(BodyPipe, EndsAfterItsLastByte) {
    BodyPipe pipe(8);
    pipe.offer("ab");
    EXPECT_EQ(readOnce(pipe, 8), "ab");
    EXPECT_EQ(readOnce(pipe, 8), "error: deadline_exceeded") << "not the end: more may come";
    pipe.offer("c");
    pipe.finish();
    pipe.fail(Error(ErrorCode::Unavailable, "too late to fail"));
    EXPECT_EQ(readOnce(pipe, 8), "c");
    EXPECT_EQ(readOnce(pipe, 8), "");
    EXPECT_EQ(readOnce(pipe, 8), "");
}

TEST(BodyPipe, FailsAfterWhatWasWritten) {
    BodyPipe pipe(8);
    pipe.offer("ab");
    pipe.fail(Error(ErrorCode::Unavailable, "cut"));
    pipe.finish();
    EXPECT_EQ(readOnce(pipe, 8), "ab");
    EXPECT_EQ(readOnce(pipe, 8), "error: unavailable");
    EXPECT_EQ(pipe.poll({}).value().error().message, "cut");
}

TEST(BodyPipe, TellsTheWriterThatNobodyReads) {
    BodyPipe pipe(8);
    pipe.offer("12345678");
    std::thread reader([&] { pipe.abandon(); });
    EXPECT_EQ(pipe.write("9", kLong).error().code, ErrorCode::Cancelled);
    reader.join();
    EXPECT_EQ(pipe.offer("9"), BodyPipe::Offer::Gone);
}

TEST(BodyPipe, WakesAWriterWhenHalfIsFree) {
    BodyPipe pipe(8);
    int wakes = 0;
    pipe.setWake([&] { ++wakes; });
    pipe.offer("12345678");
    readOnce(pipe, 8);
    EXPECT_EQ(wakes, 0) << "nobody was refused";
    pipe.offer("12345678");
    pipe.offer("9");
    readOnce(pipe, 3);
    EXPECT_EQ(wakes, 0) << "not for each piece";
    readOnce(pipe, 1);
    EXPECT_EQ(wakes, 1);
    readOnce(pipe, 4);
    EXPECT_EQ(wakes, 1) << "once for each refusal";
}

TEST(BodyPipe, WakesAReaderForBytesEndAndFailure) {
    for (int what = 0; what < 3; ++what) {
        BodyPipe pipe(8);
        char bytes[8];
        int wakes = 0;
        pipe.setWake([&] { ++wakes; });
        ASSERT_FALSE(pipe.poll(bytes)) << "empty";
        if (what == 0) pipe.offer("a");
        if (what == 1) pipe.finish();
        if (what == 2) pipe.fail(Error(ErrorCode::Unavailable, "cut"));
        EXPECT_EQ(wakes, 1) << what;
        EXPECT_TRUE(pipe.poll(bytes)) << what;
    }
}

TEST(BodyPipe, CarriesMuchBetweenTwoThreads) {
    constexpr std::size_t kTotal = 4 << 20;
    BodyPipe pipe(1000);
    std::thread writer([&] {
        std::string piece(777, 'x');
        for (std::size_t sent = 0; sent < kTotal;) {
            for (std::size_t i = 0; i < piece.size(); ++i)
                piece[i] = static_cast<char>((sent + i) % 251);
            sent += pipe.write(std::string_view(piece).substr(0, kTotal - sent), kLong)
                        .value_or(kTotal);
        }
        pipe.finish();
    });
    std::size_t received = 0;
    bool is_same = true;
    char bytes[613];
    for (;;) {
        const std::size_t got = pipe.read(bytes, kLong).value_or(0);
        if (got == 0) break;
        for (std::size_t i = 0; i < got; ++i)
            is_same = is_same && bytes[i] == static_cast<char>((received + i) % 251);
        received += got;
    }
    writer.join();
    EXPECT_EQ(received, kTotal);
    EXPECT_TRUE(is_same);
}

}  // namespace
}  // namespace ferry::http
