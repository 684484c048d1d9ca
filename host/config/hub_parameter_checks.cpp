#include "config/hub_parameter_checks.h"

#include "base/certificate.h"
#include "base/number_text.h"
#include "base/signing_key.h"
#include "config/header_lines.h"
#include "config/hub_parameter_use.h"
#include "config/retry_schedule_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace ferry::config {

namespace {

using Values = std::map<std::string, std::string>;

constexpr std::string_view kCallbackUrl = "event.notification.callback.url";
constexpr std::string_view kSignatureKey = "event.notification.signature.key";
constexpr std::string_view kFormat = "event.notification.format";
constexpr std::string_view kHandshake = "event.notification.cloudevents.handshake";
constexpr std::string_view kHeaders = "event.notification.callback.headers";
constexpr std::string_view kUserName = "event.notification.basic.username";
constexpr std::string_view kPassword = "event.notification.basic.password";
constexpr std::string_view kBearerToken = "event.notification.bearer.token";
constexpr std::string_view kTokenUrl = "event.notification.oauth2.token.url";
constexpr std::string_view kCertificate = "event.notification.tls.client.certificate";
constexpr std::string_view kCertificateKey = "event.notification.tls.client.key";
constexpr std::string_view kAuthorities = "event.notification.tls.ca";
constexpr std::int64_t kRateMax = 9'999'999;  ///< as the pattern has it
/// A bundle of an organization's own authorities; the system's is thrice as large.
constexpr std::size_t kPemBytesMax = 64 * 1024;
/// Long enough to get a new certificate in most organizations.
constexpr std::chrono::milliseconds kEndsSoon{std::int64_t{14} * 86'400'000};

std::optional<ValueProblem> checkKeys(std::string_view text) {
    auto fault = checkSigningKeys(text, SystemClock().wallNow());
    if (!fault) return std::nullopt;
    return ValueProblem{std::move(fault->message), std::move(fault->suggestion)};
}

/// A number that the pattern would refuse without a word of how much it may be.
std::optional<ValueProblem> checkRate(std::string_view text) {
    const std::string_view digits = text.substr(0, text.find('/'));
    const bool is_number = !digits.empty() && digits.find_first_not_of("0123456789") == digits.npos;
    const auto count = parseInteger(digits);
    if (!is_number || (count && *count <= kRateMax)) return std::nullopt;
    return ValueProblem{
        fmt::format("is more than {}", kRateMax), "leave it out for no limit at all"};
}

std::optional<ValueProblem> checkCertificate(std::string_view text) {
    const auto fault = certificateFault(text);
    if (!fault) return std::nullopt;
    return ValueProblem{*fault, "write ${file:/path/to/certificate.pem}"};
}

std::optional<ValueProblem> checkPrivateKey(std::string_view text) {
    auto fault = privateKeyFault(text);
    if (!fault) return std::nullopt;
    return ValueProblem{
        std::move(*fault),
        "write ${file:/path/to/key.pem}; openssl pkey -in locked.pem -out key.pem decrypts one"};
}

/// What goes there leaves no wire.
bool isOnThisMachine(std::string_view url) {
    const auto rest = url.substr(url.find("//") + 2);
    return rest.starts_with("127.") || rest.starts_with("localhost") || rest.starts_with("[::1]");
}

class TogetherCheck {
  public:
    TogetherCheck(const Values& values, const std::function<bool(std::string_view)>& is_unknown)
        : values_(values), is_unknown_(is_unknown) {}

    std::vector<ParameterProblem> run() {
        checkHandshake();
        checkAuthorization();
        checkPair();
        checkEnd(kCertificate);
        checkEnd(kAuthorities);
        checkSignatureKeys();
        checkSchemes();
        return std::move(problems_);
    }

  private:
    std::string_view valueOf(std::string_view key) const {
        const auto found = values_.find(std::string(key));
        return found == values_.end() ? std::string_view() : std::string_view(found->second);
    }
    bool isGiven(std::string_view key) const { return !valueOf(key).empty() || is_unknown_(key); }

    void say(
        Severity severity,
        ProblemPlace place,
        std::string_view key,
        std::string message,
        std::string suggestion
    ) {
        problems_.push_back(
            {severity, place, std::string(key), true, std::move(message), std::move(suggestion)}
        );
    }

    void checkHandshake() {
        if (valueOf(kHandshake) != "true" || is_unknown_(kFormat)) return;
        if (valueOf(kFormat) == "cloudevents") return;
        say(Severity::Error,
            ProblemPlace::Key,
            kHandshake,
            fmt::format("'{}' needs '{}' to be cloudevents", kHandshake, kFormat),
            "remove it, or change the format");
    }

    /// A callback has one Authorization header.
    void checkAuthorization() {
        std::vector<std::string_view> given;
        for (const std::string_view key : {kUserName, kBearerToken, kTokenUrl}) {
            if (isGiven(key)) given.push_back(key);
        }
        if (hasAuthorizationLine(valueOf(kHeaders))) given.push_back(kHeaders);
        for (std::size_t i = 1; i < given.size(); ++i) {
            say(Severity::Error,
                ProblemPlace::Key,
                given[i],
                fmt::format(
                    "'{}' and '{}' both make the Authorization header of callbacks",
                    given[0],
                    given[i]
                ),
                "remove one of them");
        }
    }

    void checkPair() {
        const std::string_view certificate = valueOf(kCertificate);
        const std::string_view key = valueOf(kCertificateKey);
        if (!isGiven(kCertificateKey) || is_unknown_(kCertificate)) return;
        if (certificate.empty()) {
            say(Severity::Error,
                ProblemPlace::Key,
                kCertificateKey,
                fmt::format("'{}' is of no use without '{}'", kCertificateKey, kCertificate),
                "add the certificate");
        } else if (!key.empty() && !keyFitsCertificate(certificate, key)) {
            say(Severity::Error,
                ProblemPlace::Value,
                kCertificateKey,
                fmt::format(
                    "the key in '{}' is not that of the first certificate in '{}'",
                    kCertificateKey,
                    kCertificate
                ),
                "give the pair that was made together");
        }
    }

    /// Warnings: an instance that was good yesterday must not be missing after a restart.
    void checkEnd(std::string_view key) {
        const auto end = certificateEnd(valueOf(key));
        const auto life = end ? certificateLife(*end, kEndsSoon) : CertificateLife::Good;
        if (life == CertificateLife::Good) return;
        const bool is_over = life == CertificateLife::Over;
        say(Severity::Warning,
            ProblemPlace::Key,
            key,
            fmt::format(
                "a certificate in '{}' {} at {}",
                key,
                is_over ? "ended" : "ends",
                formatRfc3339(*end)
            ),
            is_over ? "replace it: callbacks that need it fail" : "replace it in time");
    }

    /// Warnings, for the same reason.
    void checkSignatureKeys() {
        const auto remarks = signingKeyRemarks(valueOf(kSignatureKey), SystemClock().wallNow());
        for (const SigningKeyFault& remark : remarks) {
            const std::string message = fmt::format("'{}' {}", kSignatureKey, remark.message);
            say(Severity::Warning, ProblemPlace::Value, kSignatureKey, message, remark.suggestion);
        }
    }

    /// What is given and has no effect, or a worse one than it seems.
    void checkSchemes() {
        const std::string_view url = valueOf(kCallbackUrl);
        const bool is_plain = url.starts_with("http:");
        for (const std::string_view key : {kPassword, kBearerToken, kTokenUrl}) {
            if (!is_plain || !isGiven(key) || isOnThisMachine(url)) continue;
            say(Severity::Warning,
                ProblemPlace::Key,
                key,
                "the Authorization header goes to a callback URL that is http without encryption",
                "use https");
        }
        for (const std::string_view key : {kCertificate, kAuthorities}) {
            if (!is_plain || !isGiven(key)) continue;
            say(Severity::Warning,
                ProblemPlace::Key,
                key,
                fmt::format("'{}' is not used for a callback URL that is http", key),
                "use https");
        }
        if (valueOf(kTokenUrl).starts_with("http:")) {
            say(Severity::Warning,
                ProblemPlace::Key,
                kTokenUrl,
                "the client secret goes to a token URL that is http without encryption",
                "use https");
        }
    }

    const Values& values_;
    const std::function<bool(std::string_view)>& is_unknown_;
    std::vector<ParameterProblem> problems_;
};

}  // namespace

ParameterCheckFunction hubParameterCheck(std::string_view key) {
    if (key == kSignatureKey) return checkKeys;
    if (key == "event.notification.retry.schedule") return checkRetrySchedule;
    if (key == "event.notification.rate.limit") return checkRate;
    if (key == kHeaders) return checkHeaderLines;
    if (key == kCertificate || key == kAuthorities) return checkCertificate;
    if (key == kCertificateKey) return checkPrivateKey;
    return nullptr;
}

std::size_t hubParameterBytesMax(std::string_view key) {
    const bool is_pem = key == kCertificate || key == kAuthorities || key == kCertificateKey;
    return is_pem ? kPemBytesMax : kValueBytesMax;
}

std::vector<ParameterProblem> checkHubParametersTogether(
    const Values& values, const std::function<bool(std::string_view key)>& is_unknown
) {
    auto problems = TogetherCheck(values, is_unknown).run();
    for (ParameterProblem& problem : adviseOnUse(values, is_unknown))
        problems.push_back(std::move(problem));
    return problems;
}

}  // namespace ferry::config
