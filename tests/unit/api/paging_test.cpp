// Goal: pages are asked for as the contract says, and what is no page is refused. Method: queries.

#include "api/paging.h"

#include <gtest/gtest.h>

namespace ferry::api {
namespace {

http::Request asking(const std::string& query) {
    http::Request request;
    request.query = query;
    return request;
}

TEST(Paging, HasADefaultAndALargestSize) {
    struct Case {
        const char* query;
        std::size_t want;
    };
    for (const Case& it :
         {Case{"", 200},
          Case{"pageSize=", 200},
          Case{"pageSize=1", 1},
          Case{"pageSize=499", 499},
          Case{"pageSize=500", 500},
          Case{"pageSize=501", 500},
          Case{"pageSize=99999999999999999999", 500},
          Case{"page=1&pageSize=3", 3}}) {
        const auto got = readPaging(asking(it.query), "things");
        ASSERT_TRUE(got) << it.query << ": " << got.error().message;
        EXPECT_EQ(got->page_size, it.want) << it.query;
        EXPECT_EQ(got->after, 0) << it.query;
    }
}

TEST(Paging, RefusesWhatIsNoPage) {
    for (const char* query :
         {"pageSize=0",
          "pageSize=-1",
          "pageSize=x",
          "pageSize=1x",
          "page=2",
          "page=0",
          "page=x",
          "nextPage=x",
          "nextPage=MQ"}) {
        const auto got = readPaging(asking(query), "things");
        ASSERT_FALSE(got) << query;
        EXPECT_EQ(got.error().code, ErrorCode::InvalidArgument) << query;
    }
}

TEST(Paging, SaysWhatIsWrongWithASize) {
    const auto message = [](const std::string& value) {
        return readPaging(asking("pageSize=" + value), "things").error().message;
    };
    EXPECT_EQ(
        message("-1"),
        "pageSize is '-1': give a whole number from 1 to 500; a larger one counts as 500"
    );
    EXPECT_LT(message(std::string(5'000, 'x')).size(), 150U) << "it is not quoted at length";
}

TEST(Paging, GoesOnAfterTheLastItem) {
    const std::string token = nextPageToken("things", 4711);

    const auto got = readPaging(asking("nextPage=" + token), "things");
    ASSERT_TRUE(got) << got.error().message;
    EXPECT_EQ(got->after, 4711);
    // Callers that count pages as well have their token, which is what counts.
    EXPECT_TRUE(readPaging(asking("page=2&nextPage=" + token), "things"));
    EXPECT_FALSE(readPaging(asking("nextPage=" + token), "others"));
    EXPECT_FALSE(readPaging(asking("nextPage=" + nextPageToken("things", -1)), "things"));
}

TEST(Paging, TellsOfItsPageInHeaders) {
    http::Response response;

    addListHeaders(response, {2, 5, nextPageToken("things", 2)});

    EXPECT_EQ(response.headers.get("Elements-Returned-Count"), "2");
    EXPECT_EQ(response.headers.get("Elements-Total-Count"), "5");
    EXPECT_EQ(response.headers.get("Elements-Next-Page-Token"), nextPageToken("things", 2));

    http::Response last;
    addListHeaders(last, {0, std::nullopt, std::nullopt});
    EXPECT_EQ(last.headers.get("Elements-Returned-Count"), "0");
    EXPECT_EQ(last.headers.get("Elements-Total-Count"), std::nullopt);
    EXPECT_EQ(last.headers.get("Elements-Next-Page-Token"), std::nullopt);
}

}  // namespace
}  // namespace ferry::api
