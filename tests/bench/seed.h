#pragma once
// Fills a hub's folder with running instances, as a hub would have written them.

#include "base/result.h"

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>

namespace ferry::bench {

struct SeedInstance {
    std::string account;
    std::string access_token;  ///< empty: no tokens are stored
    std::string refresh_token;
    std::string callback_url;  ///< empty: its events stay in the log
};

struct Seed {
    std::filesystem::path folder;  ///< the hub's
    std::string app_key;
    std::string app_secret;
    std::size_t count = 1;
    std::function<SeedInstance(std::size_t)> make;
};

/// Writes data/ferry.db and data/master.key. The instances have been drained of nothing yet.
Status seedInstances(const Seed& seed);

}  // namespace ferry::bench
