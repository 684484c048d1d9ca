// Goal: InstanceStore finds what is looked for, in every driver, and renames.
// Method: each documented sentence as one test, on a fresh store.

#include "contract/store_contract.h"

#include <fmt/format.h>

namespace ferry::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class InstanceSearchContract : public StoreContract {
  protected:
    store::InstanceStore& instances() { return store().instances(); }

    InstanceId addTagged(
        const std::string& name, std::vector<std::string> tags, const std::string& key = "dropbox"
    ) {
        Instance instance = anInstance(name);
        instance.tags = std::move(tags);
        instance.connector_key = key;
        const auto ids = valueOf(instances().put(std::span(&instance, 1), at(0)));
        return ids.empty() ? InstanceId() : ids.front();
    }

    std::vector<std::string> names(const store::InstanceSearch& search) {
        std::vector<std::string> found;
        for (const Instance& instance : valueOf(instances().search(search)))
            found.push_back(instance.name);
        return found;
    }
};
FERRY_CONTRACT(InstanceSearchContract);

TEST_P(InstanceSearchContract, WithoutAFilterFindsAll) {
    EXPECT_THAT(names({}), IsEmpty());
    addTagged("b", {});
    addTagged("a", {"x"});

    EXPECT_THAT(names({}), ElementsAre("b", "a"));
}

TEST_P(InstanceSearchContract, FindsWhatHasEveryTag) {
    addTagged("none", {});
    addTagged("red", {"red"});
    addTagged("both", {"blue", "red", "green"});
    addTagged("quoted", {"a \"quoted\" tag", "%"});

    EXPECT_THAT(names({.tags = {"red"}}), ElementsAre("red", "both"));
    EXPECT_THAT(names({.tags = {"red", "blue"}}), ElementsAre("both"));
    EXPECT_THAT(names({.tags = {"red", "red"}}), ElementsAre("red", "both"));
    EXPECT_THAT(names({.tags = {"a \"quoted\" tag"}}), ElementsAre("quoted"));
    for (const char* tag : {"re", "RED", "quoted", "_", "", "red\",\"green"})
        EXPECT_THAT(names({.tags = {tag}}), IsEmpty()) << tag;
}

TEST_P(InstanceSearchContract, FindsTextInNamesAndConnectorKeys) {
    addTagged("Alice's", {});
    addTagged("malice", {}, "box");
    addTagged("100 %", {}, "drop_box");
    addTagged("\xC3\x84rger", {}, "other");

    EXPECT_THAT(names({.text = "ALICE"}), ElementsAre("Alice's", "malice"));
    EXPECT_THAT(names({.text = "dropbox"}), ElementsAre("Alice's"));
    EXPECT_THAT(names({.text = "Box"}), ElementsAre("Alice's", "malice", "100 %"));
    EXPECT_THAT(names({.text = "%"}), ElementsAre("100 %"));
    EXPECT_THAT(names({.text = "_"}), ElementsAre("100 %"));
    EXPECT_THAT(names({.text = "'"}), ElementsAre("Alice's"));
    EXPECT_THAT(names({.text = "\xC3\x84rg"}), ElementsAre("\xC3\x84rger"));
    EXPECT_THAT(names({.text = "\xC3\xA4RG"}), ElementsAre("\xC3\x84rger"));
    EXPECT_THAT(names({.text = "nobody"}), IsEmpty());
}

TEST_P(InstanceSearchContract, FindsWhatMeetsAllConditions) {
    addTagged("one", {"x"});
    addTagged("one more", {"x"}, "box");
    addTagged("two", {"x"}, "box");
    addTagged("one less", {"y"}, "box");

    EXPECT_THAT(names({.connector_key = "box"}), ElementsAre("one more", "two", "one less"));
    EXPECT_THAT(names({.connector_key = "bo"}), IsEmpty());
    EXPECT_THAT(
        names({.tags = {"x"}, .text = "one", .connector_key = "box"}), ElementsAre("one more")
    );
}

TEST_P(InstanceSearchContract, GoesOnAfterAnId) {
    for (int i = 0; i < 10; ++i)
        addTagged(fmt::format("n{}", i), {i % 2 == 0 ? "even" : "odd"});

    store::InstanceSearch search{.tags = {"even"}, .limit = 2};
    std::vector<std::string> found;
    for (;;) {
        const auto page = valueOf(instances().search(search));
        EXPECT_LE(page.size(), 2U);
        if (page.empty()) break;
        for (const Instance& instance : page)
            found.push_back(instance.name);
        search.after = page.back().id;
    }

    EXPECT_THAT(found, ElementsAre("n0", "n2", "n4", "n6", "n8"));
}

TEST_P(InstanceSearchContract, ReconfiguringRenamesUnlessTheNameIsTaken) {
    const InstanceId id = addTagged("before", {});
    addTagged("taken", {});
    Instance instance = *valueOf(instances().find(id));

    instance.name = "after";
    EXPECT_OK(instances().reconfigure(std::span(&instance, 1)));
    EXPECT_EQ(valueOf(instances().findByName("after")).value_or(Instance{}).id, id);
    EXPECT_FALSE(valueOf(instances().findByName("before")));

    instance.name = "taken";
    const Status refused = instances().reconfigure(std::span(&instance, 1));
    EXPECT_EQ(codeOf(refused), ErrorCode::Conflict);
    EXPECT_THAT(refused.error().message, HasSubstr("the name is taken"));
    EXPECT_TRUE(valueOf(instances().findByName("after")));
}

}  // namespace
}  // namespace ferry::test
