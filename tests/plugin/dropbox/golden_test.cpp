// Goal: what pages of Dropbox become, seen whole. Method: each folder of tests/golden/dropbox holds
// a list_folder answer (input.json) and the operations that come of it, through fetch and normalize
// (expected.json). FERRY_UPDATE_GOLDEN=1 writes the latter anew: read the difference.

#include "dropbox_fixture.h"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace ferry::test {
namespace {

namespace fs = std::filesystem;

fs::path goldenFolder() {
    const char* source_dir = std::getenv("FERRY_SOURCE_DIR");
    return fs::path(source_dir != nullptr ? source_dir : ".") / "tests/golden/dropbox";
}

std::string read(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
}

std::string actionName(ferry_index_action action) {
    const char* names[] = {"ignore", "upsert_file", "upsert_folder", "remove"};
    return names[action];
}

std::string render(const AbiIndexOp& op) {
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
    writer.StartObject();
    const auto text = [&](const std::string& key, const std::string& value) {
        writer.Key(key.c_str());
        writer.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
    };
    const auto number = [&](const char* key, std::int64_t value, std::int64_t unknown) {
        if (value == unknown) return;
        writer.Key(key);
        writer.Int64(value);
    };
    number("change", op.change, -1);
    text("op", actionName(op.action));
    if ((op.flags & FERRY_INDEX_REPLACES_CHILDREN) != 0) text("replaces", "children");
    for (const auto& [name, value] : op.texts)
        text(name, value);
    if (op.has_object) {
        number("size", op.size, -1);
        number("created_ms", op.created_ms, FERRY_TIME_UNKNOWN);
        number("modified_ms", op.modified_ms, FERRY_TIME_UNKNOWN);
        number("client_modified_ms", op.client_modified_ms, FERRY_TIME_UNKNOWN);
    }
    writer.EndObject();
    return buffer.GetString();
}

/// One JSON array, an element a line.
std::string render(const AbiOutcome& outcome) {
    std::vector<std::string> lines;
    for (const AbiIndexOp& op : outcome.index_ops)
        lines.push_back(render(op));
    for (const AbiReject& reject : outcome.rejects)
        lines.push_back(
            R"({"change":)" + std::to_string(reject.change) + R"(,"reject":")" + reject.message +
            "\"}"
        );
    std::string text = "[\n";
    for (std::size_t i = 0; i < lines.size(); ++i)
        text += lines[i] + (i + 1 < lines.size() ? ",\n" : "\n");
    return text + "]\n";
}

class Golden : public DropboxTest {};

TEST_F(Golden, PagesBecomeTheExpectedOperations) {
    const bool is_update = std::getenv("FERRY_UPDATE_GOLDEN") != nullptr;
    int cases = 0;
    for (const auto& entry : fs::directory_iterator(goldenFolder())) {
        SCOPED_TRACE(entry.path().filename().string());
        ++cases;
        const AbiOutcome page = plugin_.fetch(
            account(),
            tokens(),
            FERRY_FETCH_BASELINE,
            "",
            {AbiResponse::json(200, read(entry.path() / "input.json"))}
        );
        ASSERT_EQ(page.status, FERRY_OK) << page.message;
        const AbiOutcome outcome = plugin_.normalize(page.changes);
        ASSERT_EQ(outcome.status, FERRY_OK) << outcome.message;
        EXPECT_EQ(outcome.violation, "");
        EXPECT_EQ(outcome.index_ops.size() + outcome.rejects.size(), page.changes.size());

        const fs::path expected = entry.path() / "expected.json";
        if (is_update) std::ofstream(expected, std::ios::binary) << render(outcome);
        EXPECT_EQ(read(expected), render(outcome));
    }
    EXPECT_GE(cases, 4);
}

}  // namespace
}  // namespace ferry::test
