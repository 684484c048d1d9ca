#include "config/operator_section.h"

#include "base/duration_text.h"
#include "base/signing_key.h"
#include "config/node_reader.h"

namespace ferry::config {

void readOperator(const YamlNode& section, Reporter& reporter, OperatorConfig& into) {
    into.callback_url = textOf(section, "callback_url");
    into.signature_key = Secret(textOf(section, "signature_key"));
    if (const YamlNode* after = given(section, "failing_after")) {
        into.failing_after = parseDuration(after->text).value_or(into.failing_after);
    }
    const YamlNode* key = given(section, "signature_key");
    if (key == nullptr) return;
    if (section.find("callback_url") == nullptr) {
        reporter.warnAtKey(
            *section.findKey("signature_key"),
            "'operator.signature_key' signs nothing: there is no 'operator.callback_url'",
            "add operator.callback_url, or remove the key"
        );
    }
    const TimePoint now = SystemClock().wallNow();
    for (const SigningKeyFault& remark : signingKeyRemarks(key->text, now)) {
        reporter.warnAtValue(
            *key, Visibility::Hidden, "'signature_key' " + remark.message, remark.suggestion
        );
    }
    if (const auto fault = checkSigningKeys(key->text, now)) {
        reporter.atValue(
            *key,
            Visibility::Hidden,
            "the value of 'signature_key' " + fault->message,
            fault->suggestion
        );
    }
}

}  // namespace ferry::config
