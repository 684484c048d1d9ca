#pragma once
// The instance file that tests change in one place at a time.

#include "config/instance_file.h"
#include "unit/config/config_test_support.h"

#include <gtest/gtest.h>

#include <string>

namespace ferry::config {

inline constexpr const char* kGood = R"(instances:
  - name: marketing
    key: dropbox
    tags: [tenant-7, "eu"]
    configuration:
      authentication.type: oauth2
      oauth.callback.url: https://hub.example.com/oauth/callback
      oauth.api.key: ${env:APP_KEY}
      oauth.api.secret: ${env:APP_SECRET}
      event.notification.enabled: true
      event.notification.callback.url: https://app.example.com/events
)";

inline ReferenceOptions variables() {
    return withVariables({{"APP_KEY", "app-key"}, {"APP_SECRET", "hunter2"}, {"EMPTY", ""}});
}

inline std::string changed(const std::string& from, const std::string& to) {
    std::string text = kGood;
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return text.replace(at, from.size(), to);
}

}  // namespace ferry::config
