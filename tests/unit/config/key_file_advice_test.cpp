// Goal: lint tells of a key file with which the hub would not start, where it is named or where the
// data is, and of nothing else. Method: folders with a ferry.yaml, and a check that is told what
// to say.

#include "config/lint.h"
#include "unit/config/config_test_support.h"

#include <gtest/gtest.h>

#include <optional>

namespace ferry::config {
namespace {

class KeyFileAdvice : public testing::Test {
  protected:
    std::string lint(const std::string& text, std::optional<std::string> fault) {
        folder_.write("ferry.yaml", text);
        const auto check = [&](const std::filesystem::path& path) {
            asked_.push_back(path.lexically_relative(folder_.path()).string());
            return fault;
        };
        ReferenceOptions references;
        references.mode = ReferenceMode::CheckFormOnly;
        const Diagnostics out =
            lintFiles({folder_.path() / "ferry.yaml"}, dropboxAlone(), references, {}, check);
        EXPECT_FALSE(out.hasErrors()) << printed(out);
        return printed(out);
    }

    const TempFolder folder_;
    std::vector<std::string> asked_;
};

TEST_F(KeyFileAdvice, ANamedOneIsWarnedOfAtItsName) {
    folder_.write("the.key", "abc");
    const std::string found = lint("encryption: {key_file: ./the.key}\n", "it does not hold a key");
    EXPECT_NE(
        found.find("ferry.yaml:1:24: warning: the hub does not start: it does not hold a key"),
        std::string::npos
    ) << found;
    EXPECT_EQ(asked_, std::vector<std::string>{"the.key"});
    EXPECT_EQ(lint("encryption: {key_file: ./the.key}\n", std::nullopt), "");
}

TEST_F(KeyFileAdvice, TheOneBesideTheDataIsAskedForWhereNoneIsNamed) {
    folder_.write("data/master.key", "abc");
    folder_.write("other/master.key", "abc");
    EXPECT_NE(
        lint("listen: 127.0.0.1:0\n", "x").find("ferry.yaml: warning: the hub does not start: x"),
        std::string::npos
    );
    EXPECT_NE(lint("data_dir: other\n", "x").find("ferry.yaml:1:11: warning"), std::string::npos);
    EXPECT_EQ(asked_, (std::vector<std::string>{"data/master.key", "other/master.key"}));
}

TEST_F(KeyFileAdvice, AMissingOneIsWarnedOfIfItIsNamedAlone) {
    EXPECT_EQ(lint("listen: 127.0.0.1:0\n", "x"), "");
    EXPECT_NE(
        lint("encryption: {key_file: ./the.key}\n", "x").find("there is no key file"),
        std::string::npos
    );
    EXPECT_EQ(lint("encryption: {key_file: \"${env:KEY}\"}\n", "x"), "");
    EXPECT_TRUE(asked_.empty());
}

}  // namespace
}  // namespace ferry::config
