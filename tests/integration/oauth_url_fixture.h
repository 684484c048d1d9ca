#pragma once
// Verbs of a caller that leads a user through the consent page by itself.

#include "base/encoding.h"
#include "integration/api_fixture.h"

#include <fmt/format.h>

namespace ferry::test {

inline constexpr const char* kTarget = "/elements/dropbox/oauth/url";

class OauthUrlFixture : public ApiTest {
  protected:
    void SetUp() override { startHub(); }

    /// The query that the vendor's page shows.
    std::string query(const std::string& more = {}) const {
        return fmt::format(
            "?apiKey={}&apiSecret={}&callbackUrl={}{}",
            app_.key,
            app_.secret,
            percentEncode(kRedirectUri),
            more
        );
    }
    /// The URL that the hub gives.
    std::string urlOf(const std::string& target, const std::string& authorization = platform()) {
        const auto answer = json(200, "GET", target, {}, authorization);
        EXPECT_EQ(text(answer, "element"), "dropbox");
        return text(answer, "oauthUrl");
    }
    /// What the user's browser brings back after "Allow".
    std::string consent(const std::string& url) const {
        EXPECT_TRUE(url.starts_with(fake_->url() + "/oauth2/authorize?")) << url;
        EXPECT_EQ(ask(portOf(url), "GET", targetOf(url)).status, 200) << "the page is shown";
        const Answer answer = ask(
            portOf(url),
            "POST",
            "/oauth2/authorize",
            {{"Content-Type", "application/x-www-form-urlencoded"}},
            url.substr(url.find('?') + 1) + "&decision=allow&account_id=" + percentEncode(account_)
        );
        EXPECT_EQ(answer.status, 302) << answer.body;
        const auto location = answer.headers.find("location");
        return location == answer.headers.end() ? "" : location->second;
    }
    static std::string valueIn(const std::string& url, const std::string& name) {
        http::Request request;
        request.query = url.substr(url.find('?') + 1);
        return request.queryValue(name).value_or("(none)");
    }
    std::string codeOf(const std::string& url) const { return valueIn(consent(url), "code"); }
    std::string bodyWith(const std::string& code, const std::string& name) const {
        return fmt::format(
            R"({{"providerData":{{"code":"{}"}},"name":"{}","configuration":{}}})",
            code,
            name,
            configuration()
        );
    }
    /// Makes an instance with the code; sets token_.
    void expectRuns(const std::string& code, const std::string& name) {
        const auto made = json(200, "POST", "/elements/dropbox/instances", bodyWith(code, name));
        EXPECT_EQ(text(made, "state"), "running") << dump(made);
        EXPECT_EQ(text(made, "accountId"), account_);
        token_ = text(made, "token");
    }
};

}  // namespace ferry::test
