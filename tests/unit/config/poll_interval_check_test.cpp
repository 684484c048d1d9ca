// Goal: times between polls that an instance can't have are refused at the instance, wherever it
// comes from. Method: instance files and flat texts against a small connector that polls.

#include "config/instance_file.h"
#include "config/parameter_validator.h"
#include "unit/config/config_test_support.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace ferry::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

ConnectorManifest pollingConnector(std::string_view interval) {
    Diagnostics out;
    auto manifest = readManifestText(
        "acme.yaml",
        fmt::format(
            "key: acme\nname: Acme\nhub: general\nversion: 1.0.0\nplugin: declarative\nabi: 1\n"
            "egress: [acme.example]\n"
            "events: {{object_types: [thing], event_types: [CREATED, UPDATED], methods: [polling]}}"
            "\npolling: {{{} resources: [{{name: things, "
            "list: {{url: https://acme.example, records: /}}}}]}}\n"
            "map: [{{event: changed, type: thing, id: /id}}]\n",
            interval
        ),
        out
    );
    EXPECT_THAT(out.items(), IsEmpty());
    return manifest.value_or(ConnectorManifest());
}

std::vector<std::string> intervalProblems(
    const ConnectorManifest& connector, std::string_view least, std::string_view most
) {
    const ParameterValue values[] = {
        {"event.poller.refresh_interval", least}, {"event.poller.max_interval", most}};
    std::vector<std::string> all;
    for (const ParameterProblem& problem : validateParameters(connector, values).problems)
        all.push_back(problem.key + ": " + problem.message);
    return all;
}

TEST(PollIntervalCheck, TheLeastIsNotMoreThanTheMost) {
    const ConnectorManifest connector = pollingConnector("");
    EXPECT_THAT(intervalProblems(connector, "1h", "1h"), IsEmpty());
    EXPECT_THAT(intervalProblems(connector, "60", "1h"), IsEmpty());
    EXPECT_THAT(intervalProblems(connector, "60", ""), IsEmpty());
    EXPECT_THAT(
        intervalProblems(connector, "61", "1h"),
        ElementsAre("event.poller.refresh_interval: the value of 'event.poller.refresh_interval' "
                    "is more than that of 'event.poller.max_interval'")
    );
    EXPECT_THAT(intervalProblems(connector, "2h", "90m"), testing::SizeIs(1));
    // One mistake, one finding.
    EXPECT_THAT(intervalProblems(connector, "soon", "1m"), ElementsAre(HasSubstr("write minutes")));
}

TEST(PollIntervalCheck, IsToldAtTheInstance) {
    YamlDocument document;
    Diagnostics out;
    ASSERT_TRUE(parseYaml(
        "a.yaml",
        "name: one\nkey: acme\nconfiguration:\n  event.poller.refresh_interval: 20m\n"
        "  event.poller.max_interval: 10m\n",
        document,
        out
    ));
    InstanceLoad load;
    ManifestSet known;
    known.emplace("acme", pollingConnector(""));
    readInstances(document, known, {}, load, out);
    ASSERT_EQ(out.items().size(), 1U);
    EXPECT_EQ(load.rejected.size(), 1U);
    EXPECT_THAT(
        describe(out.items()[0]),
        HasSubstr("a.yaml:4:34: error: the value of 'event.poller.refresh_interval' is more than")
    );
}

}  // namespace
}  // namespace ferry::config
