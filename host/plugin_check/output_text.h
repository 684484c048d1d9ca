#pragma once
// What a plugin gave to its host, as text: to compare runs, and to show.

#include "plugin/output_sink.h"

#include <string>

namespace ferry::plugin_check {

/// "POST url\nname: value\n\nbody".
std::string textOf(const plugin::HttpRequest& request);
/// All outputs but the request, one in a line.
std::string textOf(const plugin::OutputSink& sink);

}  // namespace ferry::plugin_check
