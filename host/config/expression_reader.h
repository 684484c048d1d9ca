#pragma once
// The expressions of connectors without code: where a value comes from, and what is made of it.
// They are read and checked here, with line and column, and handed to the plugin as a tree in JSON,
// so that there is one grammar. sdk/declarative.md describes it for authors.

#include "base/json_writer.h"
#include "config/field_table.h"
#include "config/reporter.h"
#include "config/yaml_node.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ferry::config {

/// Expressions within expressions.
inline constexpr std::size_t kExpressionDepthMax = 8;

/// What can stand in `${...}` and alone, beside literal text.
enum class SourceSet : std::uint8_t {
    Webhook,  ///< /pointer, body:/pointer, header:name, query:name, polled:resource
    Signed,   ///< body, timestamp, method, url, path, header:name, query:name
    Account,  ///< /pointer into an answer, access_token, [id_]token:/pointer, config:key,
              ///< base_url:name
    Grant,    ///< config:key, base_url:name: what is known before there is a token
    Poll,  ///< cursor, page, page_number, offset, since..., access_token, config:key, base_url:name
    Challenge,     ///< as Webhook, and crc
    Subscription,  ///< webhook_url, secret, nonce, expires..., kept:name, and as Poll the account's
    Answer,        ///< /pointer, header:name, link:relation
};

/// True if `text` is a source, or has the form of one.
bool isSource(std::string_view text, SourceSet sources);

/// True for a text that stands for itself: neither a source nor a template with one.
bool isConstant(const YamlNode& expression, SourceSet sources);

/// The fields of an expression that is a mapping.
const FieldTable& expressionFields();

/// Reads expressions of one document and writes them as JSON:
/// "text" | {"path":[...]} | {"body":[...]} | {"header":h} | {"query":q} | {"name":n} | ... |
/// {"join":[...]} | {"first":[...]} | {"of":e,"lookup":{...},"else":e} | {"of":e,"as":step} |
/// {"when":[...],"then":e,"else":e}
/// What is wrong goes to the reporter; then what was written is of no use. One thread.
class ExpressionReader {
  public:
    /// Both outlive it.
    ExpressionReader(Reporter& reporter, JsonWriter& json, SourceSet sources)
        : reporter_(reporter), json_(json), sources_(sources) {}

    /// `allowed`: the words that the value can be; checked as far as it is written out.
    void read(const YamlNode& node, const std::vector<std::string>& allowed = {});
    /// Text with `${source}` in it; a text that begins with '/' is no source here.
    void readTemplate(const YamlNode& scalar);
    /// A mapping of sources to values, lists of values, `{exists: true}`, `{begins_with: text}`
    /// or `{ends_with: text}`: all must hold.
    void readCondition(const YamlNode& node);
    /// One source alone.
    void readSource(const YamlNode& scalar);
    /// A pointer into JSON, as a list of its parts.
    void readPointer(const YamlNode& scalar);

  private:
    /// True if what stands there is unknown, as a finding told already.
    bool passOver(const YamlNode& node);
    void readMapping(const YamlNode& node, const std::vector<std::string>& allowed);
    void readLookup(const YamlNode& node, const std::vector<std::string>& allowed);
    void readItems(const YamlNode& node, const std::vector<std::string>& allowed);
    void readTest(const YamlNode& source, const YamlNode& wanted);
    void writeLiteral(const YamlNode& node, const std::vector<std::string>& allowed);
    bool writeSource(std::string_view source, const YamlNode& at);
    void writeParts(std::string_view pointer, const YamlNode& at);
    void complain(const YamlNode& at, std::string message, std::string suggestion = {});

    Reporter& reporter_;
    JsonWriter& json_;
    const SourceSet sources_;
    std::size_t depth_ = 0;
};

}  // namespace ferry::config
