#include "verify.h"

#include "form.h"
#include "json.h"
#include "text.h"

#include <algorithm>
#include <optional>

namespace ferry::declarative {
namespace {

constexpr std::size_t kCandidatesMax = 10;  // signatures in one header

/// What is signed may be made of the request alone.
class RequestSources final : public Sources {
  public:
    RequestSources(const sdk::WebhookRequestView& request, std::string_view timestamp)
        : request_(request), timestamp_(timestamp) {}

    Value outside(std::string_view key, Scratch& scratch) const override {
        const std::string_view name = key.substr(key.find(':') + 1);
        if (key.starts_with("header:")) {
            const std::string_view value = onlyHeader(request_.headers(), name);
            return value.empty() ? Value() : text(value);
        }
        auto value = queryValue(request_.query(), name);
        return value ? text(scratch.keep(std::move(*value))) : Value();
    }
    Value word(std::string_view name, Scratch& scratch) const override {
        if (name == "body") return text(request_.body());
        if (name == "timestamp") return text(timestamp_);
        if (name == "method") return text(request_.method());
        if (name == "path") return text(request_.path());
        if (name == "url") return text(scratch.keep(url()));
        if (name == "form") {
            const auto form = scratch.keep(sortedForm(request_.body()));
            return form.empty() ? Value() : text(form);
        }
        return {};
    }

  private:
    static Value text(std::string_view text) { return {Value::Kind::Text, text}; }
    /// As the provider has it: providers call nothing but https.
    std::string url() const {
        std::string url = "https://";
        url += onlyHeader(request_.headers(), "host");
        url += request_.path();
        if (!request_.query().empty()) url.append("?").append(request_.query());
        return url;
    }

    const sdk::WebhookRequestView& request_;
    std::string_view timestamp_;
};

/// The parts of `value` that begin with `prefix`, without it.
std::vector<std::string_view> candidates(
    std::string_view value, std::string_view separator, std::string_view prefix
) {
    std::vector<std::string_view> found;
    while (!value.empty() && found.size() < kCandidatesMax) {
        const std::size_t end =
            separator.empty() ? value.size() : std::min(value.find(separator), value.size());
        std::string_view part = value.substr(0, end);
        value.remove_prefix(std::min(end + separator.size(), value.size()));
        while (!separator.empty() && part.starts_with(' '))
            part.remove_prefix(1);
        if (part.size() <= prefix.size() || !part.starts_with(prefix)) continue;
        found.push_back(part.substr(prefix.size()));
    }
    return found;
}

}  // namespace

std::string_view onlyHeader(const sdk::FieldsView& headers, std::string_view name) noexcept {
    std::string_view value;
    bool is_there = false;
    for (std::size_t i = 0; i < headers.size(); ++i) {
        if (!sdk::detail::equalIgnoringCase(headers.name(i), name)) continue;
        if (is_there) return {};
        is_there = true;
        value = headers.value(i);
    }
    return value;
}

Verification::Verification(const rapidjson::Value& settings) {
    if (!settings.IsObject()) throw sdk::Error::invalid("settings: 'verify' has no object");
    const std::string method = textAt(settings, "method");
    method_ = method == "token"     ? Method::Token
              : method == "basic"   ? Method::Basic
              : method == "ed25519" ? Method::Ed25519
                                    : Method::Hmac;
    if (method_ == Method::Hmac && method != "hmac")
        throw sdk::Error::invalid("settings: there is no method '" + method + "' of 'verify'");
    const std::string hash = textAt(settings, "hash");
    hash_ = hash == "sha1"     ? FERRY_HASH_SHA1
            : hash == "sha512" ? FERRY_HASH_SHA512
                               : FERRY_HASH_SHA256;
    const std::string encoding = textAt(settings, "encoding");
    encoding_ = encoding == "base64"      ? FERRY_ENCODING_BASE64
                : encoding == "base64url" ? FERRY_ENCODING_BASE64URL
                                          : FERRY_ENCODING_HEX;
    header_ = textAt(settings, "header");
    query_ = textAt(settings, "query");
    is_in_body_ = settings.HasMember("body");
    if (is_in_body_) body_ = compilePointer(settings["body"]);
    prefix_ = textAt(settings, "prefix");
    separator_ = textAt(settings, "separator");
    timestamp_header_ = textAt(settings, "timestamp_header");
    timestamp_prefix_ = textAt(settings, "timestamp_prefix");
    has_time_in_body_ = settings.HasMember("timestamp_body");
    if (has_time_in_body_) timestamp_body_ = compilePointer(settings["timestamp_body"]);
    secret_prefix_ = textAt(settings, "secret_prefix");
    secret_encoding_ = textAt(settings, "secret_encoding");
    tolerance_ms_ = numberAt(settings, "tolerance_ms", tolerance_ms_);
    const auto content = settings.FindMember("signed");
    if (content != settings.MemberEnd()) signed_ = Expression(content->value);
}

bool Verification::isTimely(const sdk::Call& call, std::string_view timestamp) const {
    const auto time = parseTime(timestamp);
    if (!time) return false;
    return *time >= call.nowMs() - tolerance_ms_ && *time <= call.nowMs() + tolerance_ms_;
}

bool Verification::isBodyTimely(const sdk::Call& call, std::string_view body) const {
    if (!has_time_in_body_) return true;
    JsonDocument json;
    Scratch scratch;
    return json.parse(body) && isTimely(call, valueAt(json.root(), timestamp_body_, scratch).text);
}

std::string Verification::encode(const sdk::Crypto& crypto, std::string_view bytes) const {
    switch (encoding_) {
        case FERRY_ENCODING_BASE64:
            return crypto.base64(bytes);
        case FERRY_ENCODING_BASE64URL:
            return crypto.base64Url(bytes);
        default:
            return crypto.hex(bytes);
    }
}

bool Verification::isSigned(
    const sdk::Crypto& crypto,
    std::string_view secret,
    std::string_view content,
    std::string_view signature
) const {
    if (method_ == Method::Ed25519) {
        const std::string bytes = crypto.decode(encoding_, signature);
        // One signature has one form: nothing that only decodes to it is taken.
        return encode(crypto, bytes) == signature && crypto.verifyEd25519(secret, content, bytes);
    }
    return crypto.equalConstantTime(encode(crypto, crypto.hmac(hash_, secret, content)), signature);
}

std::string Verification::place() const {
    if (is_in_body_) return "the place in the body that 'body' names";
    return query_.empty() ? "the header '" + header_ + "'"
                          : "the parameter '" + query_ + "' of the URL";
}

std::string Verification::untimely(std::string_view where) const {
    return "the time in " + std::string(where) + " is no time within " +
           std::to_string(tolerance_ms_ / 1000) + " seconds of now";
}

std::string Verification::whyNot(
    const sdk::Call& call, const sdk::WebhookRequestView& request, std::string_view secret
) const {
    const sdk::Crypto crypto = call.crypto();
    std::string elsewhere;
    std::string_view value = onlyHeader(request.headers(), header_);
    if (!query_.empty() || is_in_body_) {
        JsonDocument body;
        Scratch place;
        if (!query_.empty())
            elsewhere = queryValue(request.query(), query_).value_or("");
        else if (body.parse(request.body()))
            elsewhere = valueAt(body.root(), body_, place).text;
        value = elsewhere;
    }
    if (value.empty()) return place() + " is missing, empty, or there twice";
    if (method_ == Method::Token) {
        const bool is_good = value.size() > prefix_.size() && value.starts_with(prefix_) &&
                             crypto.equalConstantTime(value.substr(prefix_.size()), secret);
        return is_good ? "" : place() + " does not have the secret";
    }
    if (method_ == Method::Basic) {
        const bool is_good = crypto.equalConstantTime("Basic " + crypto.base64(secret), value);
        return is_good ? "" : place() + " does not have the user and password of the secret";
    }

    std::string decoded;
    if (secret.starts_with(secret_prefix_)) secret.remove_prefix(secret_prefix_.size());
    if (secret_encoding_ == "hex" || secret_encoding_ == "base64") {
        const bool is_hex = secret_encoding_ == "hex";
        try {
            decoded = crypto.decode(is_hex ? FERRY_ENCODING_HEX : FERRY_ENCODING_BASE64, secret);
        } catch (const sdk::Error&) {
            return "the secret is no " + secret_encoding_ + ", as 'secret_encoding' says";
        }
        secret = decoded;
    }
    if (secret.empty()) return "the secret is empty";
    return whyNotSigned(call, request, secret, value);
}

std::string Verification::whyNotSigned(
    const sdk::Call& call,
    const sdk::WebhookRequestView& request,
    std::string_view secret,
    std::string_view value
) const {
    const sdk::Crypto crypto = call.crypto();
    std::string_view timestamp;
    if (!timestamp_header_.empty()) {
        const auto times = candidates(
            onlyHeader(request.headers(), timestamp_header_), separator_, timestamp_prefix_
        );
        if (times.size() != 1 || !isTimely(call, times.front()))
            return untimely("the header '" + timestamp_header_ + "'");
        timestamp = times.front();
    }
    Scratch scratch;
    const Value content = signed_.evaluate(RequestSources(request, timestamp), scratch);
    if (content.isMissing()) return "the request lacks what 'signed' names";
    bool is_good = false;  // all are tried, so that time does not tell which one fits
    for (const std::string_view signature : candidates(value, separator_, prefix_)) {
        try {
            is_good = isSigned(crypto, secret, content.text, signature) || is_good;
        } catch (const sdk::Error& error) {
            if (error.status() != FERRY_ERROR_MALFORMED) throw;
        }
    }
    if (!is_good) return place() + " has no signature that the secret makes of this request";
    return isBodyTimely(call, request.body()) ? "" : untimely("the body");
}

}  // namespace ferry::declarative
