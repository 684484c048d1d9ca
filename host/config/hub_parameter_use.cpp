#include "config/hub_parameter_use.h"

#include "base/number_text.h"

#include <fmt/format.h>

#include <array>
#include <utility>

namespace ferry::config {

namespace {

using Values = std::map<std::string, std::string>;

constexpr std::string_view kFormat = "event.notification.format";
constexpr std::string_view kMode = "event.notification.cloudevents.mode";
constexpr std::string_view kRaw = "event.notification.raw";
constexpr std::string_view kUserName = "event.notification.basic.username";
constexpr std::string_view kPassword = "event.notification.basic.password";
constexpr std::string_view kTokenUrl = "event.notification.oauth2.token.url";
/// What says nothing without kTokenUrl.
constexpr std::array<std::string_view, 6> kTokenSettings = {
    "event.notification.oauth2.client.id",
    "event.notification.oauth2.client.secret",
    "event.notification.oauth2.client.authentication",
    "event.notification.oauth2.scope",
    "event.notification.oauth2.audience",
    "event.notification.oauth2.tls"};
constexpr std::string_view kSizeMin = "event.notification.filter.size.min";
constexpr std::string_view kSizeMax = "event.notification.filter.size.max";
constexpr std::string_view kEventTypes = "event.notification.filter.event.types";
constexpr std::string_view kObjectTypes = "event.notification.filter.object.types";
constexpr std::string_view kMoves = "event.notification.moves";
constexpr std::string_view kOrdering = "event.notification.ordering";
constexpr std::string_view kConcurrency = "event.notification.concurrency";

class UseCheck {
  public:
    UseCheck(const Values& values, const std::function<bool(std::string_view)>& is_unknown)
        : values_(values), is_unknown_(is_unknown) {}

    std::vector<ParameterProblem> run() {
        checkAuthorization();
        checkFormat();
        checkFilter();
        checkSizes();
        checkOrder();
        return std::move(problems_);
    }

  private:
    std::string_view valueOf(std::string_view key) const {
        const auto found = values_.find(std::string(key));
        return found == values_.end() ? std::string_view() : std::string_view(found->second);
    }
    bool isGiven(std::string_view key) const { return !valueOf(key).empty() || is_unknown_(key); }

    void warn(std::string_view key, std::string message, std::string suggestion) {
        problems_.push_back(
            {Severity::Warning,
             ProblemPlace::Key,
             std::string(key),
             true,
             std::move(message),
             std::move(suggestion)}
        );
    }

    void warnWithout(std::string_view key, std::string_view needed, std::string suggestion) {
        if (!isGiven(key) || isGiven(needed)) return;
        warn(key, fmt::format("'{}' is not used without '{}'", key, needed), std::move(suggestion));
    }

    /// The callbacks go without what was meant.
    void checkAuthorization() {
        warnWithout(kPassword, kUserName, "add the user name, or remove the password");
        for (const std::string_view key : kTokenSettings)
            warnWithout(key, kTokenUrl, "add the token URL, or remove it");
    }

    void checkFormat() {
        if (is_unknown_(kFormat)) return;
        const bool is_cloud = valueOf(kFormat) == "cloudevents";
        const std::string_view mode = valueOf(kMode);
        if (!is_cloud && (mode == "binary" || mode == "structured")) {
            warn(
                kMode,
                fmt::format("'{}' is not used unless '{}' is cloudevents", kMode, kFormat),
                fmt::format("write '{}: cloudevents', or remove it", kFormat)
            );
        }
        if (is_cloud && valueOf(kRaw) == "all") {
            warn(
                kRaw,
                fmt::format("'{}' is not used where '{}' is cloudevents", kRaw, kFormat),
                "remove it"
            );
        }
    }

    /// Filters that nothing passes.
    void checkFilter() {
        if (valueOf(kEventTypes) == "MOVED" && valueOf(kMoves) == "deleted-created") {
            warn(
                kEventTypes,
                fmt::format(
                    "nothing is delivered: with '{}: deleted-created' no event is MOVED", kMoves
                ),
                "write DELETED,CREATED, or remove one of them"
            );
        }
        for (const std::string_view key : {kSizeMin, kSizeMax}) {
            if (valueOf(key).empty() || valueOf(kObjectTypes) != "folder") continue;
            warn(
                key,
                fmt::format("'{}' is not used: '{}' lets no file through", key, kObjectTypes),
                "remove one of them"
            );
        }
    }

    void checkSizes() {
        const auto least = parseInteger(valueOf(kSizeMin));
        const auto greatest = parseInteger(valueOf(kSizeMax));
        if (!least || !greatest || *least <= *greatest) return;
        warn(
            kSizeMin,
            fmt::format(
                "'{}' is more than '{}': no event of a file of known size is delivered",
                kSizeMin,
                kSizeMax
            ),
            "exchange them, or remove one"
        );
    }

    void checkOrder() {
        const auto concurrency = parseInteger(valueOf(kConcurrency));
        if (valueOf(kOrdering) != "instance" || !concurrency || *concurrency < 2) return;
        warn(
            kConcurrency,
            fmt::format(
                "'{}' is not used: with '{}: instance' one callback is sent after another",
                kConcurrency,
                kOrdering
            ),
            fmt::format("remove it, or write '{}: object'", kOrdering)
        );
    }

    const Values& values_;
    const std::function<bool(std::string_view)>& is_unknown_;
    std::vector<ParameterProblem> problems_;
};

}  // namespace

std::vector<ParameterProblem> adviseOnUse(
    const Values& values, const std::function<bool(std::string_view key)>& is_unknown
) {
    return UseCheck(values, is_unknown).run();
}

}  // namespace ferry::config
