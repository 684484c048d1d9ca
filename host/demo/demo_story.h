#pragma once
// What happens in the account during the demo, and which events must come of it.

#include "base/result.h"
#include "demo/fake_dropbox/fake_dropbox.h"

#include <functional>
#include <string>
#include <vector>

namespace ferry::demo {

struct ExpectedEvent {
    std::string type;
    std::string object_type;
    std::string path;
    std::string previous_path;
};

struct StoryStep {
    std::string told;  ///< what the reader sees
    std::function<Status(FakeDropbox&, const std::string& account)> change;
    std::vector<ExpectedEvent> expected;
};

/// Created, updated, moved and deleted, for files and folders, below the folder `root`.
std::vector<StoryStep> story(const std::string& root);

}  // namespace ferry::demo
