#pragma once
// Whose webhook it is: by the URL it came to, the header that names instances, and the accounts in
// it. The step of the intake between parsing and verifying.

#include "base/result.h"
#include "http/message.h"
#include "model/ids.h"
#include "pipeline/instance_lookup.h"
#include "pipeline/stages.h"

#include <optional>
#include <string_view>
#include <vector>

namespace ferry::pipeline {

/// Instances that the header of one webhook may name: no more than there are secrets that are tried
/// (kNotificationSecretsMax), so that the right one is among them.
inline constexpr std::size_t kNamedInstancesMax = 64;

/// `Element-Instances: id1,id2` of a webhook: it is for these and no others. nullopt without the
/// header. It can't keep from an instance what the provider sends, for the provider sends no such
/// header; nor can it reach one whose secret did not sign the body.
/// Errors: InvalidArgument if it is no list of decimal ids, or one of more than kNamedInstancesMax.
Result<std::optional<std::vector<InstanceId>>> namedInstances(const http::Headers& headers);

/// The running instances that a notification may be for, before anything of it is verified.
/// `of_url` is the instance whose URL it came to, if it is one's own; `named` those of the header,
/// which are looked up if the notification names no accounts, and otherwise narrow what the
/// accounts say.
/// Errors: NotFound if the URL's instance is unknown, or if nothing says whose it is; the store's.
Result<LookupResult> findTargets(
    InstanceLookup& lookup,
    std::string_view connector_key,
    std::optional<InstanceId> of_url,
    const std::optional<std::vector<InstanceId>>& named,
    const Notification& notification
);

}  // namespace ferry::pipeline
