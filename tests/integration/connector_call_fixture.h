#pragma once
// A hub with one live instance, and callers with its Element token.

#include "base/encoding.h"
#include "integration/api_fixture.h"
#include "support/http/raw_client.h"

#include <fmt/format.h>

#include <memory>
#include <string>

namespace ferry::test {

class ConnectorCallTest : public ApiTest {
  protected:
    void SetUp() override {
        put("/Docs/a.txt", "hello");
        put("/Docs/b.txt", "the other one");
        put("/top.txt", "top");
        startWith("marketing");
        ASSERT_TRUE(hub_);
        const auto shown = json(200, "GET", fmt::format("/instances/{}", id()));
        element_ = connector(text(shown, "token"));
    }
    std::int64_t id() { return instance("marketing")->id.value; }

    /// With the instance's token, and held against the OpenAPI document.
    Answer get(const std::string& target) { return call("GET", target, {}, element_); }
    rapidjson::Document getJson(int status, const std::string& target) {
        return json(status, "GET", target, {}, element_);
    }
    /// A call through the proxy, whose answers the document leaves open.
    Answer proxy(
        std::string_view method,
        const std::string& path,
        std::vector<std::pair<std::string, std::string>> headers = {},
        std::string_view body = {}
    ) {
        headers.emplace_back("Authorization", element_);
        return ask(hub_->port(), method, "/elements/api-v2/proxy/" + path, headers, body);
    }
    /// The head of a request whose body the test sends itself.
    std::string head(
        const std::string& method, const std::string& target, const std::string& more
    ) {
        return fmt::format(
            "{} /elements/api-v2{} HTTP/1.1\r\nHost: h\r\nAuthorization: {}\r\n{}\r\n",
            method,
            target,
            element_,
            more
        );
    }
    static std::string decodedChunks(std::string_view chunks);

    std::string element_;  ///< value of the Authorization header
};

/// The bytes of a body in chunks; ends where they are malformed.
inline std::string ConnectorCallTest::decodedChunks(std::string_view chunks) {
    std::string all;
    for (;;) {
        const std::size_t line = chunks.find("\r\n");
        if (line == std::string_view::npos) return all;
        const std::size_t size = std::stoul(std::string(chunks.substr(0, line)), nullptr, 16);
        all.append(chunks.substr(line + 2, size));
        if (size == 0 || chunks.size() < line + 2 + size + 2) return all;
        chunks.remove_prefix(line + 2 + size + 2);
    }
}

}  // namespace ferry::test
