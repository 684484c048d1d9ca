// Goal: every scripted fault happens on the calls it was meant for, and only there. Method: a table
// over the kinds with what to find in the answer; the same call right afterwards is well again.

#include "unit/demo/fake_fixture.h"

#include <functional>

namespace ferry::demo {
namespace {

struct Case {
    const char* name;
    Fault fault;
    int status;
    const char* words;  ///< in the body
};

void PrintTo(const Case& test_case, std::ostream* out) {
    *out << test_case.name;
}

Fault made(
    FaultKind kind, const std::function<void(Fault&)>& with = [](Fault&) {}
) {
    Fault fault;
    fault.kind = kind;
    with(fault);
    return fault;
}

class ListingFault : public FakeFixture, public testing::WithParamInterface<Case> {
  protected:
    ListingFault() {
        (void)fake.putFile(account, "/Docs/Sub/a.txt", "x");
        (void)fake.putFile(account, "/Docs/b.txt", "y");
    }
    Reply list() { return call("files/list_folder", R"({"path":"","recursive":true,"limit":2})"); }
};

TEST_P(ListingFault, HappensOnceAndLeavesNoTrace) {
    fake.faults().add({"files/*", GetParam().fault, 1, 1});
    const Reply before = list();
    const Reply wrong = list();
    const Reply after = list();

    EXPECT_EQ(wrong.status, GetParam().status);
    EXPECT_NE(wrong.body.find(GetParam().words), std::string::npos) << wrong.body;
    for (const Reply* well : {&before, &after}) {
        EXPECT_EQ(well->status, 200);
        EXPECT_EQ(parsed(*well)["entries"].Size(), 2U);
        EXPECT_EQ(well->body.find("hologram"), std::string::npos);
    }
    EXPECT_EQ(fake.faults().waiting(), 0U);
}

INSTANTIATE_TEST_SUITE_P(
    Kinds,
    ListingFault,
    testing::Values(
        Case{
            "Reset",
            made(FaultKind::UnionError, [](Fault& f) { f.tag = "reset"; }),
            409,
            R"("error":{".tag":"reset"})"},
        Case{
            "NestedUnion",
            made(FaultKind::UnionError, [](Fault& f) { f.tag = "path/not_found"; }),
            409,
            R"({".tag":"path","path":{".tag":"not_found"}})"},
        Case{
            "Forbidden",
            made(
                FaultKind::UnionError,
                [](Fault& f) {
                    f.status = 403;
                    f.tag = "team_access_denied";
                }
            ),
            403,
            "team_access_denied"},
        Case{
            "MissingScope",
            made(
                FaultKind::UnionError,
                [](Fault& f) {
                    f.status = 401;
                    f.tag = "missing_scope";
                    f.text = "files.metadata.read";
                }
            ),
            401,
            R"("required_scope":"files.metadata.read")"},
        Case{"BadCall", made(FaultKind::BadCall), 400, "Error in call to API function"},
        Case{"InvalidRoot", made(FaultKind::InvalidRoot), 422, "root_namespace_id"},
        Case{
            "RateLimitJson",
            made(FaultKind::RateLimit, [](Fault& f) { f.retry_after = 15; }),
            429,
            R"("retry_after":15)"},
        Case{"RateLimitBare", made(FaultKind::RateLimit), 429, "too_many_requests"},
        Case{
            "ServerError",
            made(FaultKind::ServerError, [](Fault& f) { f.status = 503; }),
            503,
            "<html>"},
        Case{"HtmlBody", made(FaultKind::HtmlBody), 200, "<html>"},
        Case{"NotJson", made(FaultKind::NotJson), 200, "nonsense"},
        Case{"EmptyPage", made(FaultKind::EmptyPageWithMore), 200, R"({"entries":[],)"},
        Case{"UnknownTag", made(FaultKind::UnknownTag), 200, "hologram"},
        Case{"UnknownFields", made(FaultKind::UnknownFields), 200, "x_new_struct"},
        Case{"NullPaths", made(FaultKind::NullPaths), 200, R"("path_lower":null)"},
        Case{
            "WrongParentCase",
            made(FaultKind::WrongParentCase),
            200,
            R"("path_display":"/dOCS/b.txt")"},
        Case{"OneEntry", made(FaultKind::OneEntryPage), 200, R"("}],"cursor":)"},
        Case{
            "ChildFirst",
            made(FaultKind::ChildBeforeParent),
            200,
            R"({"entries":[{".tag":"file","name":"b.txt")"},
        Case{"DuplicatePage", made(FaultKind::DuplicatePage), 200, R"("has_more":true)"}
    ),
    [](const auto& test) { return test.param.name; }
);

class Paging : public ListingFault {};

TEST_F(Paging, EmptyPageGivesANewCursorThatStandsWhereItStood) {
    const Json first = parsed(list());
    const std::string cursor = first["cursor"].GetString();
    fake.faults().nextListing(FaultKind::EmptyPageWithMore, 2);
    const Json empty = parsed(callContinue(cursor));
    EXPECT_TRUE(empty["has_more"].GetBool());
    EXPECT_NE(empty["cursor"].GetString(), cursor);
    const Json second_empty = parsed(callContinue(empty["cursor"].GetString()));
    const Json page = parsed(callContinue(second_empty["cursor"].GetString()));
    EXPECT_EQ(page["entries"].Size(), 2U);
    EXPECT_FALSE(page["has_more"].GetBool());
}

TEST_F(Paging, DuplicatePageComesAgainWithTheOldCursor) {
    const Json first = parsed(list());
    const std::string cursor = first["cursor"].GetString();
    fake.faults().nextListing(FaultKind::DuplicatePage);
    const Json page = parsed(callContinue(cursor));
    EXPECT_EQ(page["cursor"].GetString(), cursor);
    const Json again = parsed(callContinue(cursor));
    EXPECT_TRUE(again["entries"] == page["entries"]);
}

TEST_F(Paging, PagesCanBeLargerOrSmallerThanAskedFor) {
    fake.faults().nextListing(FaultKind::OneEntryPage);
    EXPECT_EQ(parsed(list())["entries"].Size(), 1U);
    fake.faults().nextListing(FaultKind::LimitOvershoot);
    EXPECT_EQ(parsed(list())["entries"].Size(), 4U);
}

TEST_F(Paging, MissingContentHashLeavesOnlyThatOut) {
    fake.faults().nextListing(FaultKind::MissingContentHash, 2);
    const Json first = parsed(list());
    const Json page = parsed(callContinue(first["cursor"].GetString()));
    for (const auto& entry : page["entries"].GetArray()) {
        EXPECT_FALSE(entry.HasMember("content_hash"));
        EXPECT_EQ(entry.HasMember("rev"), entry.HasMember("size"));
    }
}

TEST_F(Paging, RateLimitsTellTheirTimeInHeaderBodyOrNowhere) {
    fake.faults().rateLimit("files/list_folder", 300, true);
    const Reply text = list();
    EXPECT_EQ(text.content_type, "text/plain; charset=utf-8");
    EXPECT_EQ(headerOf(text, "Retry-After"), "300");
    fake.faults().rateLimit("files/list_folder", std::nullopt);
    const Reply silent = list();
    EXPECT_EQ(headerOf(silent, "Retry-After"), "");
    EXPECT_EQ(silent.body.find("retry_after"), std::string::npos);
}

TEST(Faults, TakeEffectOneACallInTheOrderTheyWereAdded) {
    Faults faults;
    faults.next("a|b", FaultKind::HtmlBody, 2);
    faults.next("b*", FaultKind::Gzip);
    faults.next("*", FaultKind::NotJson);

    EXPECT_EQ(faults.take("webhook"), std::nullopt);
    EXPECT_EQ(faults.take("b")->kind, FaultKind::HtmlBody);
    EXPECT_EQ(faults.take("bc")->kind, FaultKind::Gzip);
    EXPECT_EQ(faults.take("a")->kind, FaultKind::HtmlBody);
    EXPECT_EQ(faults.take("a")->kind, FaultKind::NotJson);
    EXPECT_EQ(faults.take("a"), std::nullopt);
}

TEST(Faults, EveryKindHasAName) {
    for (int number = 0; number <= static_cast<int>(FaultKind::UnknownAccount); ++number) {
        const auto kind = static_cast<FaultKind>(number);
        EXPECT_EQ(faultKindOf(faultKindName(kind)), kind) << number;
    }
    EXPECT_EQ(faultKindOf("no such"), std::nullopt);
}

}  // namespace
}  // namespace ferry::demo
