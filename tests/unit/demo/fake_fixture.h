#pragma once
// What the tests of the fake share: a clock they own, calls without a socket, and a mirror that
// applies listing entries by the rules of the API's documentation.

#include "base/clock.h"
#include "demo/fake_dropbox/fake_dropbox.h"

#include <gtest/gtest.h>
#include <rapidjson/document.h>

#include <map>
#include <string>

namespace ferry::demo {

class TestClock final : public Clock {
  public:
    TimePoint now() const override { return time_; }
    TimePoint wallNow() const override { return time_; }
    void advance(Milliseconds by) { time_ += by; }

  private:
    TimePoint time_ = fromEpochMilliseconds(1'771'692'221'000);  // 2026-02-21T16:43:41Z
};

using Json = rapidjson::Document;

inline Json parsed(const Reply& reply) {
    Json json;
    json.Parse(reply.body.data(), reply.body.size());
    EXPECT_FALSE(json.HasParseError()) << reply.status << " " << reply.body;
    return json;
}

inline std::string headerOf(const Reply& reply, std::string_view name) {
    for (const auto& [key, value] : reply.headers) {
        if (key == name) return value;
    }
    return {};
}

/// One app, one account, linked.
class FakeFixture : public testing::Test {
  protected:
    FakeFixture() : FakeFixture(FakeDropboxOptions{}) {}
    explicit FakeFixture(FakeDropboxOptions options) : fake(byHand(std::move(options)), clock) {
        App spec;
        spec.redirect_uris = {"https://hub.example.com/oauth/callback"};
        app = fake.addApp(spec);
        account = fake.addAccount("Ada Lovelace", "ada@example.com");
        tokens = fake.link(app.key, account);
    }

    static FakeDropboxOptions byHand(FakeDropboxOptions options) {
        options.sends_by_hand = true;
        return options;
    }

    Reply call(std::string_view route, std::string body, std::string path_root = {}) {
        Request request;
        request.path = "/2/" + std::string(route);
        request.headers["Authorization"] = "Bearer " + tokens.access_token;
        request.headers["Content-Type"] = "application/json";
        if (!path_root.empty()) request.headers["Dropbox-API-Path-Root"] = path_root;
        request.body = std::move(body);
        return fake.handle(request);
    }

    Reply callContinue(const std::string& cursor) {
        return call("files/list_folder/continue", R"({"cursor":")" + cursor + R"("})");
    }

    TestClock clock;
    FakeDropbox fake;
    App app;
    std::string account;
    IssuedTokens tokens;
};

/// path_lower -> "folder" or "file <rev>", kept by applying entries in order (files.stone,
/// list_folder: how to apply file, folder and deleted entries).
class Mirror {
  public:
    void apply(const rapidjson::Value& entries) {
        for (const auto& entry : entries.GetArray()) {
            const std::string path = entry["path_lower"].GetString();
            const std::string tag = entry[".tag"].GetString();
            if (tag == "deleted") {
                removeTree(path);
            } else if (tag == "folder") {
                makeParents(path);
                items_[path] = "folder";
            } else {
                makeParents(path);
                removeTree(path);
                items_[path] = std::string("file ") + entry["rev"].GetString();
            }
        }
    }
    const std::map<std::string, std::string>& items() const { return items_; }

  private:
    void removeTree(const std::string& path) {
        std::erase_if(items_, [&](const auto& item) {
            return item.first == path || item.first.starts_with(path + "/");
        });
    }
    void makeParents(const std::string& path) {
        for (std::size_t at = path.find('/', 1); at != std::string::npos;
             at = path.find('/', at + 1)) {
            std::string& parent = items_[path.substr(0, at)];
            if (parent != "folder") parent = "folder";
        }
    }

    std::map<std::string, std::string> items_;
};

}  // namespace ferry::demo
