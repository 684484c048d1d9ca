#pragma once
// What the hub and ferry-plugin-probe agree on.

namespace ferry::plugin {

inline constexpr int kProbeImageDescriptor = 3;   ///< the plugin, to be loaded
inline constexpr int kProbeAnswerDescriptor = 4;  ///< where the answer is written to
/// The answer: a rule name, a blank and a text; or this, if all went well.
inline constexpr char kProbeOk[] = "ok";

}  // namespace ferry::plugin
