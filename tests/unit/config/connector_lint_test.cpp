// Goal: a file that is meant to be a connector is checked as one, however little of it is there, and
// what is none is told. Method: files in a temporary folder.

#include "config/lint.h"
#include "unit/config/config_test_support.h"

#include <gtest/gtest.h>

namespace ferry::config {
namespace {

TEST(ConnectorLint, AConnectorThatIsBegunIsLintedAsOne) {
    const TempFolder folder;
    const auto found = [&](const std::string& name, const std::string& text) {
        return printed(lintConnectors({folder.write(name, text)}, {}));
    };
    const std::string begun =
        found("foo.yaml", "key: foo\nname: Foo\nnotifications:\n  verify: [{method: hmca}]\n");
    EXPECT_NE(begun.find("foo.yaml:4:21: error"), std::string::npos) << begun;
    EXPECT_NE(begun.find("the key 'events' is missing"), std::string::npos) << begun;
    EXPECT_EQ(begun.find("no connector"), std::string::npos) << begun;
    EXPECT_NE(found("b.yaml", "nmae: Foo\n").find("did you mean 'name'"), std::string::npos);
    EXPECT_NE(found("c.yaml", "").find("error"), std::string::npos);

    const std::string instances = found("i.yaml", "instances: [{name: a, key: foo}]\n");
    EXPECT_NE(instances.find("i.yaml:1:1: error: these are instances"), std::string::npos);
    EXPECT_NE(found("h.yaml", "listen: a\n").find("this is a ferry.yaml"), std::string::npos);
    const std::string whole = printed(lintConnectors({folder.path()}, {}));
    EXPECT_NE(whole.find("error: this is a folder"), std::string::npos) << whole;
    EXPECT_NE(printed(lintConnectors({folder.path() / "no.yaml"}, {})), "");
}

}  // namespace
}  // namespace ferry::config
