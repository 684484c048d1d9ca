#include "config/challenge_reader.h"

#include "base/ascii.h"
#include "config/constant_checks.h"
#include "config/expression_reader.h"
#include "config/node_reader.h"
#include "config/request_checks.h"

#include <fmt/format.h>

#include <string>
#include <string_view>

namespace ferry::config {

namespace {

constexpr std::int64_t kStatusOk = 200;

class ChallengeReader {
  public:
    ChallengeReader(const YamlNode& node, Reporter& reporter, JsonWriter& json)
        : node_(node), reporter_(reporter), json_(json) {}

    bool write() {
        json_.beginObject();
        copyText(json_, node_, "method");
        copyText(json_, node_, "content_type", "text/plain");
        const auto status = parseInteger(textOf(node_, "status")).value_or(kStatusOk);
        if (status != kStatusOk) json_.field("status", status);
        if (const YamlNode* when = node_.find("when"); when != nullptr && !when->isNull()) {
            json_.key("when");
            expression().readCondition(*when);
        }
        json_.key("reply");
        const YamlNode* crc = given(node_, "crc");
        reply(*node_.find("reply"), crc != nullptr);
        if (crc != nullptr) signature(*crc);
        if (const YamlNode* headers = given(node_, "headers")) this->headers(*headers);
        const bool is_verified = textOf(node_, "verified") == "true";
        if (is_verified) json_.field("verified", true);
        json_.endObject();
        return is_verified || crc != nullptr;
    }

  private:
    ExpressionReader expression(SourceSet sources = SourceSet::Webhook) {
        return {reporter_, json_, sources};
    }

    void reply(const YamlNode& reply, bool is_signed) {
        const bool is_empty = reply.isScalar() && reply.text.empty() && !reply.isGap();
        if (!is_empty && !reply.isGap() && textOf(node_, "status") == "204")
            reporter_.atValue(
                reply, Visibility::Shown, "an answer of status 204 has no body", "write reply: ''"
            );
        if (!is_empty) {
            expression(is_signed ? SourceSet::Challenge : SourceSet::Webhook).read(reply);
        } else {
            json_.string("");
            const bool is_known = !isUnknown(node_, "headers") && !isUnknown(node_, "when");
            const bool is_told =
                given(node_, "headers") != nullptr || given(node_, "when") != nullptr || !is_known;
            if (!is_told && !is_signed)
                reporter_.atValue(
                    reply,
                    Visibility::Shown,
                    "nothing says which requests are this challenge",
                    "give 'when', or 'headers' of the answer"
                );
        }
        if (is_signed && !reply.isGap() && reply.text.find("${crc}") == reply.text.npos)
            reporter_.atValue(
                reply, Visibility::Shown, "the signature is not in the reply", "put ${crc} into it"
            );
    }

    void signature(const YamlNode& crc) {
        json_.key("crc").beginObject();
        json_.key("token");
        const YamlNode& token = *crc.find("token");
        expression().read(token);
        refuseConstants(token, {.sources = SourceSet::Webhook, .every = "challenge"}, reporter_);
        copyText(json_, crc, "hash", "sha256");
        copyText(json_, crc, "encoding", "base64");
        json_.endObject();
    }

    void headers(const YamlNode& headers) {
        if (!headers.isMapping()) {
            reporter_.atValue(
                headers, Visibility::Shown, "'headers' takes a mapping of names to expressions"
            );
            return;
        }
        json_.key("headers").beginObject();
        for (std::size_t entry = 0; entry < headers.entryCount(); ++entry) {
            const YamlNode& name = headers.key(entry);
            checkHeaderName(name, reporter_);
            if (lowerAscii(name.text) == "content-type")
                reporter_.atKey(
                    name, "the type of the answer has a key of its own", "write 'content_type'"
                );
            json_.key(name.text);
            expression().read(headers.value(entry));
        }
        json_.endObject();
    }

    const YamlNode& node_;
    Reporter& reporter_;
    JsonWriter& json_;
};

}  // namespace

bool writeChallenge(const YamlNode& node, Reporter& reporter, JsonWriter& json) {
    return ChallengeReader(node, reporter, json).write();
}

}  // namespace ferry::config
