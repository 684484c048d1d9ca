#pragma once
// What the hub and ferry-plugin-probe agree on.

#include "plugin/child_process.h"

namespace ferry::plugin {

/// The plugin comes at kChildImageDescriptor, the answer goes to kChildAnswerDescriptor.
/// The answer: a rule name, a blank and a text; or this, if all went well.
inline constexpr char kProbeOk[] = "ok";

}  // namespace ferry::plugin
