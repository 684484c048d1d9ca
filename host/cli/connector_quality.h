#pragma once
// How good a connector is, by what can be looked at: its manifest, its samples as they run now, and
// what a test has recorded of it.

#include "app/catalog.h"
#include "cli/connector_samples.h"

#include <string>
#include <string_view>
#include <vector>

namespace ferry::cli {

enum class Grade : std::uint8_t { Pass, Fail, NotNeeded };

std::string_view gradeName(Grade grade) noexcept;

struct QualityCheck {
    std::string_view name;
    Grade grade = Grade::Fail;
    std::string why;
};

/// All checks, in the order of sdk/declarative.md. `provider` runs the samples, by `clock`, which
/// is its own; nullptr: its library did not load.
std::vector<QualityCheck> qualityOf(
    const config::ConnectorManifest& manifest, pipeline::Provider* provider, SampleClock& clock
);

}  // namespace ferry::cli
