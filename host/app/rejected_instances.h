#pragma once
// Declared instances that have an error: remembered in the store at each reload, so that whoever
// lists the instances sees that they are not there, and why.

#include "base/result.h"
#include "config/diagnostic.h"
#include "config/instance_file.h"
#include "store/store.h"

#include <string>
#include <vector>

namespace ferry::app {

struct RejectedEntry {
    std::string name;            ///< "" if even that can't be told, as of a file that is no YAML
    std::string source;          ///< "file:line", or the file
    std::string why;             ///< the first error about it; never holds a secret
    std::string connector = {};  ///< "" if it names none that there is
};

/// Replaces what is remembered by what `load` rejected; `found` are the findings of that load.
/// Writes only if something has changed.
Status rememberRejected(
    const config::InstanceLoad& load, const config::Diagnostics& found, store::MetaStore& meta
);

/// What the last reload rejected, in the order of files and lines. An instance that ran before runs
/// on, and is among the stored ones as well.
Result<std::vector<RejectedEntry>> rejectedInstances(store::MetaStore& meta);

}  // namespace ferry::app
