// Goal: the id that a document shows leads back to it, however a caller puts it into a URL. Method:
// ids of odd paths, decoded as the router does.

#include "api/document_json.h"

#include "base/encoding.h"

#include <gtest/gtest.h>

namespace ferry::api {
namespace {

TEST(DocumentJson, AnIdIsThePathEncodedTwice) {
    EXPECT_EQ(documentId("/test"), "%252Ftest");
    EXPECT_EQ(documentId("/"), "%252F");
    EXPECT_EQ(documentId(""), "%252F");
}

TEST(DocumentJson, AnIdLeadsBackToItsPath) {
    for (const char* path :
         {"/test", "/a b/100%.txt", "/%2F", "/a/%25", "/\xC3\xA9", "/x?y#z", "/id:abc"}) {
        const std::string in_url = documentId(path);
        const auto routed = percentDecode(in_url, false);
        ASSERT_TRUE(routed);
        const auto ref = documentRefOfId(*routed);
        ASSERT_TRUE(ref) << path;
        EXPECT_EQ(ref->path, path);
        EXPECT_EQ(ref->object_id, "");
        const auto by_client = documentRefOfId(in_url);  // that has encoded what it was shown
        ASSERT_TRUE(by_client) << path;
        EXPECT_EQ(by_client->path, path);
    }
    EXPECT_TRUE(documentRefOfId("%2F")->isTop());
    EXPECT_TRUE(documentRefOfId("/")->isTop()) << "the refId of the top folder";
    EXPECT_EQ(documentRefOfId("/a/b/")->path, "/a/b") << "encoded once is understood as well";
}

TEST(DocumentJson, OtherIdsAreTheProviders) {
    const auto ref = documentRefOfId("id:a4ayc_80_OEAAAAAAAAAXw");
    ASSERT_TRUE(ref);
    EXPECT_EQ(ref->object_id, "id:a4ayc_80_OEAAAAAAAAAXw");
    EXPECT_FALSE(documentRefOfId("\xFF"));
    EXPECT_FALSE(documentRefOfId("%2F%FF"));
    EXPECT_FALSE(documentRefOfPath("a/b"));
    EXPECT_FALSE(documentRefOfPath(std::string_view("/a\0b", 4)));
    EXPECT_TRUE(documentRefOfPath("")->isTop());
}

TEST(DocumentJson, ShowsWhatIsKnown) {
    IndexedObject file;
    file.object_id = "id:x";
    file.name = "a.txt";
    file.path = "/Docs/a.txt";
    file.size = 0;
    file.modified_ms = 1'769'860'800'000;
    file.revision = "r";
    JsonWriter json;
    writeDocument(json, file);
    EXPECT_EQ(
        json.take(),
        R"({"id":"%252FDocs%252Fa.txt","refId":"id:x","name":"a.txt","path":"/Docs/a.txt",)"
        R"("directory":false,"size":0,"modifiedDate":"2026-01-31T12:00:00Z","tags":[],)"
        R"("parentFolderId":"%252FDocs","revision":"r"})"
    );
    IndexedObject folder;
    folder.object_id = "id:y";
    folder.name = "Docs";
    folder.path = "/Docs";
    folder.kind = ObjectKind::Folder;
    folder.created_ms = 1'769'860'800'000;
    JsonWriter other;
    writeDocument(other, folder);
    EXPECT_EQ(
        other.take(),
        R"({"id":"%252FDocs","refId":"id:y","name":"Docs","path":"/Docs","directory":true,)"
        R"("size":0,"createdDate":"2026-01-31T12:00:00Z","tags":[],"parentFolderId":"%252F"})"
    );
    JsonWriter top;
    writeTopFolder(top);
    EXPECT_EQ(
        top.take(),
        R"({"id":"%252F","refId":"/","name":"","path":"/","directory":true,"size":0,"tags":[]})"
    );
}

}  // namespace
}  // namespace ferry::api
