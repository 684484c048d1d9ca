#pragma once
// What the tests of document hooks have in common: an account with a content host, requests as
// text.

#include "dropbox_fixture.h"

namespace ferry::test {

class DropboxDocuments : public DropboxTest {
  protected:
    static AbiAccount documentsAccount() {
        AbiAccount made = account();
        made.base_urls.emplace_back("content", "https://content.example.com");
        return made;
    }
    static std::string rpc(const std::string& route, const std::string& body) {
        return "POST https://api.example.com/2/" + route +
               "\nAuthorization: Bearer access-token\nContent-Type: application/json\n\n" + body;
    }
    AbiOutcome metadata(const std::string& ref, const Script& script) {
        return plugin_.metadata(documentsAccount(), tokens(), ref, script);
    }
    AbiOutcome download(
        const std::string& ref, const Script& script, const std::string& range = {}
    ) {
        return plugin_.download(documentsAccount(), tokens(), ref, range, script);
    }
    static AbiResponse lookupError(const std::string& tag) {
        return apiError(409, R"({".tag":"path","path":{".tag":")" + tag + R"("}})");
    }
};

}  // namespace ferry::test
