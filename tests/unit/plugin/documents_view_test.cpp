// Goal: the document hooks of a plugin are called as the ABI says, a streamed answer passes the
// plugin by, and plugins that lack the extension say so. Method: the sample plugin, and one that
// has none.

#include "plugin/documents_view.h"

#include "plugin/auth_view.h"
#include "plugin_fixture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ferry::plugin::test {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

class DocumentsViewTest : public PluginTest {
  protected:
    std::shared_ptr<PluginInstance> sample_ = make("sample", "1.2.3");
    DocumentsView view_{sample_};
    TokenSet tokens_{Secret("a"), Secret("r"), "", std::nullopt, "", "", Secret()};
};

TEST_F(DocumentsViewTest, MetadataGoesThere) {
    auto operation = view_.metadata(aCall(), anAccount(), tokens_, {"id:1", ""});
    ASSERT_TRUE(operation) << operation.error().message;
    auto step = operation->advance(aCall());
    ASSERT_TRUE(step) << step.error().message;
    const HttpRequest& request = std::get<NeedHttp>(*step).request;
    EXPECT_EQ(request.url, "https://api.example/metadata?id=id:1&path=");
    EXPECT_FALSE(request.streams_answer);
    const HttpResponse answer = anAnswer("a.txt");
    step = operation->advance(aCall(), &answer);
    ASSERT_TRUE(step) << step.error().message;
    const Object& object = std::get<Document>(*step).object;
    EXPECT_EQ(object.type, ObjectType::File);
    EXPECT_EQ(object.name, "a.txt");
    EXPECT_EQ(object.size, 3);
    EXPECT_FALSE(object.modified);
}

TEST_F(DocumentsViewTest, RefusalsHaveCodesOfTheirOwn) {
    for (const auto& [status, code] :
         {std::pair{404, ErrorCode::NotFound}, std::pair{409, ErrorCode::Conflict}}) {
        auto operation = view_.metadata(aCall(), anAccount(), tokens_, {"", "/a"});
        (void)operation->advance(aCall());
        const HttpResponse answer = anAnswer("", status);
        EXPECT_EQ(operation->advance(aCall(), &answer).error().code, code);
    }
}

TEST_F(DocumentsViewTest, AListHasItsObjectsAndItsEnd) {
    auto operation = view_.list(aCall(), anAccount(), tokens_, {{"", "/a"}, "C", 7});
    auto step = operation->advance(aCall());
    EXPECT_EQ(std::get<NeedHttp>(step.value()).request.url, "https://api.example/list?C&7");
    const HttpResponse answer = anAnswer("xyz");
    step = operation->advance(aCall(), &answer);
    ASSERT_TRUE(step) << step.error().message;
    const DocumentPage& page = std::get<DocumentPage>(*step);
    ASSERT_THAT(page.objects, SizeIs(3));
    EXPECT_EQ(page.objects[2].object_id, "z");
    EXPECT_EQ(page.next_cursor, "C+");
}

TEST_F(DocumentsViewTest, ADownloadPassesThePluginBy) {
    auto operation = view_.download(aCall(), anAccount(), tokens_, {{"id:1", ""}, "bytes=0-1"});
    auto step = operation->advance(aCall());
    ASSERT_TRUE(step) << step.error().message;
    const HttpRequest& request = std::get<NeedHttp>(*step).request;
    EXPECT_TRUE(request.streams_answer);
    EXPECT_EQ(request.headers.at(0).value, "bytes=0-1");
    HttpResponse answer = anAnswer("");
    answer.is_body_streamed = true;
    step = operation->advance(aCall(), &answer);
    ASSERT_TRUE(step) << step.error().message;
    EXPECT_EQ(std::get<Download>(*step).object.name, "Ann");

    auto refused = view_.download(aCall(), anAccount(), tokens_, {{"id:1", ""}, ""});
    (void)refused->advance(aCall());
    const HttpResponse no = anAnswer("no such file", 404);
    const auto end = refused->advance(aCall(), &no);
    EXPECT_EQ(end.error().code, ErrorCode::NotFound);
    EXPECT_THAT(end.error().message, HasSubstr("no such file")) << "it comes whole";
}

TEST_F(DocumentsViewTest, RevisionsAreAListOfTheirOwn) {
    auto operation = view_.revisions(aCall(), anAccount(), tokens_, {{"", "/a"}, "r7", 3});
    auto step = operation->advance(aCall());
    EXPECT_EQ(
        std::get<NeedHttp>(step.value()).request.url, "https://api.example/revisions?/a&r7&3"
    );
    const HttpResponse answer = anAnswer("r6");
    step = operation->advance(aCall(), &answer);
    ASSERT_TRUE(step) << step.error().message;
    const DocumentPage& page = std::get<DocumentPage>(*step);
    ASSERT_THAT(page.objects, SizeIs(1));
    EXPECT_EQ(page.objects[0].revision, "r6");
    EXPECT_EQ(page.next_cursor, "");
}

TEST_F(DocumentsViewTest, StorageHasALimitOrNone) {
    const auto end = [&](int status) {
        auto operation = view_.storage(aCall(), anAccount(), tokens_);
        auto step = operation->advance(aCall());
        EXPECT_EQ(std::get<NeedHttp>(step.value()).request.url, "https://api.example/storage");
        const HttpResponse answer = anAnswer("12345", status);
        return operation->advance(aCall(), &answer);
    };
    const auto limited = end(200);
    ASSERT_TRUE(limited) << limited.error().message;
    EXPECT_EQ(std::get<Storage>(*limited).used, 5);
    EXPECT_EQ(std::get<Storage>(*limited).total, 100);
    EXPECT_EQ(std::get<Storage>(end(202).value()).total, std::nullopt);
    EXPECT_THAT(end(201).error().message, HasSubstr("negative"));
}

TEST_F(DocumentsViewTest, ALinkIsOfTheWebAndMayExpire) {
    const auto end = [&](const std::string& body, int status) {
        auto operation = view_.link(aCall(), anAccount(), tokens_, {"", "/a.txt"});
        auto step = operation->advance(aCall());
        EXPECT_EQ(std::get<NeedHttp>(step.value()).request.url, "https://api.example/link?/a.txt");
        const HttpResponse answer = anAnswer(body, status);
        return operation->advance(aCall(), &answer);
    };
    const auto limited = end("https://dl.example/x", 200);
    ASSERT_TRUE(limited) << limited.error().message;
    EXPECT_EQ(std::get<Link>(*limited).url, "https://dl.example/x");
    EXPECT_EQ(std::get<Link>(*limited).expires_at, fromEpochMilliseconds(7));
    EXPECT_EQ(std::get<Link>(end("http://dl.example/x", 202).value()).expires_at, std::nullopt);
    for (const char* wrong : {"javascript:alert(1)", "/x", "httpsx://a"})
        EXPECT_THAT(end(wrong, 200).error().message, HasSubstr("neither http nor https")) << wrong;
    EXPECT_FALSE(end("", 200));
}

TEST_F(DocumentsViewTest, OtherHooksMayNotStream) {
    auto operation = AuthView(sample_).refresh(aCall(), anAccount("stream"), tokens_);
    const auto step = operation->advance(aCall());
    ASSERT_FALSE(step);
    EXPECT_THAT(step.error().message, HasSubstr("may not stream"));
}

TEST_F(DocumentsViewTest, PluginsWithoutTheExtensionLoadAndSaySo) {
    const DocumentsView old(make("rogue", "1.0.0"));
    EXPECT_EQ(
        old.metadata(aCall(), anAccount(), tokens_, {"id:1", ""}).error().code,
        ErrorCode::Unsupported
    );
    EXPECT_EQ(old.storage(aCall(), anAccount(), tokens_).error().code, ErrorCode::Unsupported);
    EXPECT_EQ(
        old.link(aCall(), anAccount(), tokens_, {"id:1", ""}).error().code, ErrorCode::Unsupported
    );
    EXPECT_EQ(
        view_.search(aCall(), anAccount(), tokens_, {{}, "x", "", 0}).error().code,
        ErrorCode::Unsupported
    ) << "a hook that the plugin lacks";
}

}  // namespace
}  // namespace ferry::plugin::test
