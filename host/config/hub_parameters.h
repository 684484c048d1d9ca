#pragma once
// The parameters of an instance that the hub itself reads, and so every connector has: how events
// are told, and how their callbacks are made. A manifest need not declare them.

#include "config/field_table.h"

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace ferry::config {

/// Those of them that the hub sends to.
inline constexpr std::array<std::string_view, 2> kCallbackUrlKeys = {
    "event.notification.callback.url", "event.notification.oauth2.token.url"};

inline constexpr std::string_view kObjectTypesFilter = "event.notification.filter.object.types";

/// In the order of their documentation. A connector may say one of them in its own words, and
/// require it, but not give it another type.
const std::vector<Field>& hubParameters();

/// `filter` is the parameter kObjectTypesFilter of a connector whose events are about
/// `object_types`: without `other` among these, its instances can filter by no other types.
void limitObjectTypes(Field& filter, const std::vector<std::string>& object_types);

/// The same of connectors with the section 'polling'.
const std::vector<Field>& pollingParameters();

}  // namespace ferry::config
