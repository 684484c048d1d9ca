#pragma once
// The loaded Dropbox plugin, and the accounts and answers that its tests have in common.

#include "support/abi_host.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

namespace ferry::test {

inline std::string pluginFile() {
    const char* build_dir = std::getenv("FERRY_BUILD_DIR");
    return std::string(build_dir != nullptr ? build_dir : ".") + "/plugins/dropbox/libdropbox.so";
}

inline const std::string kTeamState = R"({"root_namespace_id":"777","home_namespace_id":"111"})";
inline const std::string kOwnState = R"({"root_namespace_id":"111","home_namespace_id":"111"})";

class DropboxTest : public testing::Test {
  protected:
    static AbiAccount account(Pairs more = {}) {
        AbiAccount made;
        made.configuration = {
            {"authentication.type", "oauth2"},
            {"oauth.api.key", "appkey"},
            {"oauth.api.secret", "appsecret"}};
        for (auto& pair : more)
            made.configuration.push_back(std::move(pair));
        made.base_urls = {{"www", "https://www.example.com"}, {"api", "https://api.example.com"}};
        return made;
    }
    static AbiAccount teamAccount(Pairs more = {}) {
        AbiAccount made = account(std::move(more));
        made.state = kTeamState;
        return made;
    }
    static AbiAccount apiKeyAccount() {
        AbiAccount made;
        made.configuration = {
            {"authentication.type", "apiKey"},
            {"oauth.api.secret", "appsecret"},
            {"dropbox.authorization.apikey", "handmade-token"}};
        return made;
    }
    static AbiTokens tokens() {
        AbiTokens made;
        made.access_token = "access-token";
        made.refresh_token = "refresh-token";
        made.token_type = "bearer";
        made.scope = "account_info.read";
        made.account_id = "dbid:AAA";
        return made;
    }
    static AbiResponse page(
        const std::string& entries, const std::string& cursor, bool has_more = false
    ) {
        return AbiResponse::json(
            200,
            R"({"entries":[)" + entries + R"(],"cursor":")" + cursor + R"(","has_more":)" +
                (has_more ? "true}" : "false}")
        );
    }
    static AbiResponse apiError(int status, const std::string& error) {
        return AbiResponse::json(status, R"({"error_summary":"x/..","error":)" + error + "}");
    }

    AbiPlugin plugin_{pluginFile(), "dropbox"};
};

}  // namespace ferry::test
