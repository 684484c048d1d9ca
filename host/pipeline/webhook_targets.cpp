#include "pipeline/webhook_targets.h"

#include "base/number_text.h"

#include <fmt/format.h>

#include <algorithm>

namespace ferry::pipeline {
namespace {

std::string_view trim(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// True if it brings a change without an account.
bool needsInstance(const Notification& notification) {
    const auto& changes = notification.changes;
    return std::any_of(changes.begin(), changes.end(), [](const BroughtChange& change) {
        return change.account.empty();
    });
}

Result<LookupResult> byNames(
    InstanceLookup& lookup, std::string_view connector_key, const std::vector<InstanceId>& named
) {
    LookupResult result;
    for (const InstanceId id : named) {
        auto found = lookup.byInstance(connector_key, id, {});
        if (!found && found.error().code == ErrorCode::NotFound) continue;
        if (!found) return fail(std::move(found.error()));
        result.matches.insert(result.matches.end(), found->matches.begin(), found->matches.end());
        result.accounts.insert(
            result.accounts.end(), found->accounts.begin(), found->accounts.end()
        );
    }
    return result;
}

void keepNamed(LookupResult& found, const std::vector<InstanceId>& named) {
    LookupResult kept;
    kept.unknown_accounts = found.unknown_accounts;
    for (std::size_t i = 0; i < found.matches.size(); ++i) {
        if (!std::binary_search(named.begin(), named.end(), found.matches[i].instance)) continue;
        kept.matches.push_back(found.matches[i]);
        kept.accounts.push_back(std::move(found.accounts[i]));
    }
    found = std::move(kept);
}

}  // namespace

Result<std::optional<std::vector<InstanceId>>> namedInstances(const http::Headers& headers) {
    const auto header = headers.get("Element-Instances");
    if (!header) return std::optional<std::vector<InstanceId>>();
    std::vector<InstanceId> named;
    std::string_view rest = *header;
    for (bool is_last = false; !is_last;) {
        const std::size_t comma = rest.find(',');
        is_last = comma == std::string_view::npos;
        const auto number = parseInteger(trim(rest.substr(0, comma)));
        if (!number || *number < 1 || named.size() == kNamedInstancesMax) {
            return fail(
                ErrorCode::InvalidArgument,
                fmt::format(
                    "the header Element-Instances takes the ids of at most {} instances, with "
                    "commas between them",
                    kNamedInstancesMax
                )
            );
        }
        named.emplace_back(*number);
        if (!is_last) rest.remove_prefix(comma + 1);
    }
    std::sort(named.begin(), named.end());
    named.erase(std::unique(named.begin(), named.end()), named.end());
    return std::optional(std::move(named));
}

Result<LookupResult> findTargets(
    InstanceLookup& lookup,
    std::string_view connector_key,
    std::optional<InstanceId> of_url,
    const std::optional<std::vector<InstanceId>>& named,
    const Notification& notification
) {
    if (of_url) {
        FERRY_TRY_ASSIGN(
            LookupResult found, lookup.byInstance(connector_key, *of_url, notification.accounts)
        );
        if (named) keepNamed(found, *named);
        return found;
    }
    const bool needs_instance = needsInstance(notification);
    if (named && (needs_instance || notification.accounts.empty())) {
        return byNames(lookup, connector_key, *named);
    }
    if (needs_instance) {
        return fail(
            ErrorCode::NotFound,
            "webhooks of this connector come to the URL of an instance, "
            "/elements/api-v2/events/{key}/{base64 of its id}"
        );
    }
    FERRY_TRY_ASSIGN(LookupResult found, lookup.byAccounts(connector_key, notification.accounts));
    if (named) keepNamed(found, *named);
    return found;
}

}  // namespace ferry::pipeline
