#pragma once
// What a plugin could change about the process that it runs in.

#include <map>
#include <string>
#include <vector>

namespace ferry::plugin_check {

/// Each part as text, so that a difference can be shown.
struct ProcessState {
    std::vector<std::string> threads;                ///< ids
    std::map<std::string, std::string> files;        ///< descriptor -> what it leads to
    std::map<std::string, std::string> signals;      ///< number -> handler and flags; and the mask
    std::map<std::string, std::string> locale;       ///< category -> name
    std::map<std::string, std::string> environment;  ///< folder, umask, rounding, variables

    static ProcessState now();
};

/// "4 -> /dev/null is new; ..."; empty if both are the same.
std::string difference(
    const std::map<std::string, std::string>& before,
    const std::map<std::string, std::string>& after
);

}  // namespace ferry::plugin_check
