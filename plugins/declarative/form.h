#pragma once
// Webhooks that are a form or a query: pairs of names and values, as the JSON that records are.

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace ferry::declarative {

/// The pairs of a form (application/x-www-form-urlencoded) as a JSON object of texts, in their
/// order; of a name that comes more than once the list of its values. Names in `without` are left
/// out. nullopt if it has no pair, more than 1,000, or one that is badly encoded or not UTF-8.
std::optional<std::string> formAsJson(
    std::string_view form, std::span<const std::string> without = {}
);

/// What providers sign of a form: its names and values one behind another, sorted by name, of a
/// name that comes more than once each value once. Empty where formAsJson is nullopt.
std::string sortedForm(std::string_view form);

/// True for the Content-Type of a form, and for none at all.
bool mayBeForm(std::string_view content_type) noexcept;

}  // namespace ferry::declarative
