// Goal: the OpenAPI document says what the router does. Method: the table of a hub without
// connectors, its document read back, and each operation sent through a router.

#include "api/api.h"
#include "store/sqlite/sqlite_api_key_store.h"
#include "store/sqlite/sqlite_store.h"
#include "support/fake_outbound.h"
#include "support/sim_clock.h"
#include "support/temp_dir.h"

#include <gtest/gtest.h>
#include <rapidjson/document.h>

#include <algorithm>
#include <set>

namespace ferry::api {
namespace {

class NoTokens final : public pipeline::TokenSource {
  public:
    void get(
        std::shared_ptr<const pipeline::InstanceSettings>,
        std::shared_ptr<pipeline::Provider>,
        std::optional<Secret>,
        Completion completion
    ) override {
        completion(fail(ErrorCode::Unavailable, "there are none"));
    }
};

class NoProviders final : public pipeline::ProviderDirectory {
  public:
    std::shared_ptr<pipeline::Provider> find(std::string_view) const override { return nullptr; }
};

class ApiTableTest : public testing::Test {
  protected:
    ApiTableTest() {
        api_.addTo(router_);
        const http::Response response = send("GET", "/openapi.json");
        document_.Parse(response.body.data(), response.body.size());
    }

    http::Response send(
        const std::string& method, const std::string& path, const std::string& authorization = {}
    ) {
        http::Request request;
        if (!authorization.empty()) request.headers.add("Authorization", authorization);
        request.method = method;
        request.raw_path = std::string(kBasePath) + path;
        request.request_id = "0123";
        return router_.handle(request);
    }

    void collectReferences(const rapidjson::Value& value, std::set<std::string>& found) {
        if (value.IsArray()) {
            for (const auto& item : value.GetArray())
                collectReferences(item, found);
        }
        if (!value.IsObject()) return;
        for (const auto& member : value.GetObject()) {
            if (std::string_view(member.name.GetString()) == "$ref") {
                found.insert(member.value.GetString());
            }
            collectReferences(member.value, found);
        }
    }

    test::TempDir folder_;
    test::SimClock clock_;
    SystemRandom random_;
    observe::Log log_{
        clock_, observe::LogLevel::Error, observe::LogFormat::Text, observe::Log::nowhere()};
    observe::Metrics metrics_;
    SealingKey key_ = *SealingKey::fromBytes(std::string(SealingKey::kBytes, 'k'));
    std::unique_ptr<store::sqlite::SqliteStore> store_ =
        *store::sqlite::SqliteStore::open((folder_.path() / "ferry.db").string());
    std::unique_ptr<store::sqlite::SqliteApiKeyStore> keys_ =
        *store::sqlite::SqliteApiKeyStore::open((folder_.path() / "keys.db").string());
    NoProviders providers_;
    config::ManifestSet manifests_;
    pipeline::SettingsCache settings_{store_->instances(), key_};
    NoTokens tokens_;
    test::FakeOutbound outbound_;
    oauth::AuthorizeUrls authorize_urls_{key_, store_->meta()};
    oauth::AccountAuthorizer authorizer_{
        oauth::OauthParts{
            store_->instances(),
            store_->tokens(),
            providers_,
            outbound_,
            key_,
            random_,
            clock_,
            log_,
            metrics_,
            "https://hub.example.com",
            [] {}},
        authorize_urls_,
        nullptr};
    pipeline::AccountPolicy account_{store_->meta()};
    Api api_{ApiParts{
        *store_,
        *keys_,
        providers_,
        [this] { return std::make_shared<const config::ManifestSet>(manifests_); },
        [] { return PluginStates(); },
        settings_,
        account_,
        [] {},
        [] {},
        [] {},
        [] {},
        [](InstanceId) {},
        key_,
        random_,
        clock_,
        log_,
        metrics_,
        authorizer_,
        authorize_urls_,
        [](InstanceId) {},
        "https://hub.example.com",
        "hub",
        Secret("u"),
        Secret("o"),
        Secret("c"),
        tokens_,
        outbound_,
        {{0, 1}, 8, 1}}};
    http::Router router_;
    rapidjson::Document document_;
};

TEST_F(ApiTableTest, DocumentIsJsonOfTheRightVersion) {
    ASSERT_FALSE(document_.HasParseError());
    EXPECT_STREQ(document_["openapi"].GetString(), "3.1.0");
    EXPECT_STREQ(
        document_["servers"][0]["url"].GetString(), "https://hub.example.com/elements/api-v2"
    );
}

TEST_F(ApiTableTest, EverySchemaThatIsNamedIsThere) {
    std::set<std::string> references;
    collectReferences(document_, references);

    EXPECT_FALSE(references.empty());
    for (const std::string& reference : references) {
        const std::string prefix = "#/components/schemas/";
        ASSERT_TRUE(reference.starts_with(prefix)) << reference;
        const std::string name = reference.substr(prefix.size());
        EXPECT_TRUE(document_["components"]["schemas"].HasMember(name.c_str())) << name;
    }
}

TEST_F(ApiTableTest, EveryOperationOfTheDocumentIsRoutedAndAsksWhoCalls) {
    std::size_t count = 0;
    for (const auto& path : document_["paths"].GetObject()) {
        for (const auto& operation : path.value.GetObject()) {
            std::string method = operation.name.GetString();
            std::transform(method.begin(), method.end(), method.begin(), [](unsigned char c) {
                return static_cast<char>(std::toupper(c));
            });
            std::string target = path.name.GetString();
            for (const std::string& name : parametersOfPath(target))
                target.replace(target.find("{" + name + "}"), name.size() + 2, "1");
            const http::Response response = send(method, target);
            const auto& security = operation.value["security"];
            const bool asks = std::none_of(
                                  security.Begin(),
                                  security.End(),
                                  [](const auto& way) { return way.ObjectEmpty(); }
                              ) &&
                              !security.Empty();
            EXPECT_TRUE(response.status == 401 || !asks) << method << " " << target;
            EXPECT_NE(response.status, 405) << method << " " << target;
            EXPECT_EQ(response.body.find("no such path"), std::string::npos) << target;
            ++count;
        }
    }
    std::size_t rows = 0;
    for (const Route& route : api_.table().routes())
        rows += route.is_hub_resource ? 2 : 1;
    EXPECT_EQ(count, rows);
}

TEST_F(ApiTableTest, WhereNobodyNeedsToSayWhoHeIsAWrongHeaderIsRefused) {
    const std::string path = "/elements/plain/oauth/url";
    EXPECT_EQ(send("GET", path).status, 404);
    EXPECT_EQ(send("GET", path, "Bearer u").status, 404);
    EXPECT_EQ(send("GET", path, "Bearer wrong").status, 401);
    EXPECT_EQ(send("GET", path, " ").status, 401);
}

TEST_F(ApiTableTest, AnEmptyHeaderIsNoGuess) {
    for (int i = 0; i < 200; ++i)
        ASSERT_EQ(send("GET", "/elements", " ").status, 401);
    EXPECT_EQ(send("GET", "/elements", "Bearer wrong").status, 401);
}

TEST_F(ApiTableTest, WhatIsOfNoOperationIsInTheDescription) {
    const std::string said = document_["info"]["description"].GetString();
    for (const char* part : {"HEAD", "404", "405", "414", "431", "/openapi.json", "/events/{key}"})
        EXPECT_NE(said.find(part), std::string::npos) << part;

    EXPECT_EQ(send("HEAD", "/elements", "Bearer u").status, 200);
    EXPECT_EQ(send("HEAD", "/openapi.json").status, 200);
    EXPECT_EQ(send("GET", "/nothing").status, 404);
    const http::Response refused = send("DELETE", "/openapi.json");
    EXPECT_EQ(refused.status, 405);
    EXPECT_EQ(refused.headers.get("Allow"), "GET");
}

TEST_F(ApiTableTest, AConnectorWithoutOauthHasNoUrl) {
    manifests_["plain"].key = "plain";

    const http::Response response = send("GET", "/elements/plain/oauth/url");

    EXPECT_EQ(response.status, 400);
    EXPECT_NE(response.body.find("'plain' has no OAuth 2"), std::string::npos) << response.body;
}

TEST_F(ApiTableTest, WhatIsNotInTheTableIsNotRouted) {
    EXPECT_EQ(send("GET", "/nothing").status, 404);
    EXPECT_EQ(send("DELETE", "/elements").status, 405);
}

}  // namespace
}  // namespace ferry::api
