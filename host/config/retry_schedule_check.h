#pragma once
// When failed callbacks are tried again, as people write it.

#include "base/retry_schedule.h"
#include "config/field_table.h"
#include "config/reporter.h"
#include "config/yaml_node.h"

#include <optional>
#include <string_view>

namespace ferry::config {

/// What is wrong with a text for parseRetrySchedule, with the schedule that is meant, if one is
/// near.
std::optional<ValueProblem> checkRetrySchedule(std::string_view text);

/// Reads `delivery.retry_schedule` of ferry.yaml, if it is given: what checkRetrySchedule lets
/// through, or a list of waits.
void readRetrySchedule(const YamlNode& delivery, Reporter& reporter, RetryDelays& into);

}  // namespace ferry::config
