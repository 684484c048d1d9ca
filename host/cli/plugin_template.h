#pragma once
// The files that `ferry plugin new` writes.

#include <string>
#include <string_view>
#include <vector>

namespace ferry::cli {

struct TemplateFile {
    std::string path;  ///< within the new folder
    std::string text;
    std::string_view what;  ///< in a few words
};

/// With the name of the plugin put in.
std::vector<TemplateFile> pluginTemplate(std::string_view name);

}  // namespace ferry::cli
