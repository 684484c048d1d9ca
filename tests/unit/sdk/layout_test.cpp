// Goal: the ABI is the same in C and C++, and no released field moves. Method: static assertions on
// the released layout, compiled in C++20 here and in C99 in layout.c.
#include <ferry/ferry.h>

#include <gtest/gtest.h>

#include <type_traits>

#define FERRY_LAYOUT_SIZE(type, size)                            \
    static_assert(sizeof(type) == (size) && alignof(type) <= 8); \
    static_assert(std::is_standard_layout_v<type> && std::is_trivially_copyable_v<type>);
#define FERRY_LAYOUT_FIELD(type, field, offset) static_assert(offsetof(type, field) == (offset));

#include "layout_1_0.inc"

extern "C" int ferryLayoutHolds(void);

namespace {

TEST(AbiLayout, IsTheReleasedOneInCAndCpp) {
    EXPECT_EQ(ferryLayoutHolds(), 1);
}

TEST(AbiLayout, FieldsAreSeenOnlyIfTheWriterHadThem) {
    ferry_page page{};
    page.struct_size = offsetof(ferry_page, next_cursor);
    EXPECT_TRUE(FERRY_HAS(&page, ferry_page, has_more));
    EXPECT_FALSE(FERRY_HAS(&page, ferry_page, next_cursor));
    // As a writer of 1.0 had it, and one byte less.
    page.struct_size = offsetof(ferry_page, flags);
    EXPECT_TRUE(FERRY_HAS(&page, ferry_page, next_cursor));
    EXPECT_FALSE(FERRY_HAS(&page, ferry_page, flags));
    page.struct_size -= 1;
    EXPECT_FALSE(FERRY_HAS(&page, ferry_page, next_cursor));
}

// An exception that crosses is a compile error.
static_assert(noexcept(ferry_advance_fn{}(nullptr, nullptr, nullptr, nullptr, nullptr)));

}  // namespace
