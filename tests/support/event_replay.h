#pragma once
// Replays an instance's event log over what its baseline found, as a customer would who keeps a
// copy of the account, and says where the copy and the log, or the copy and the account, disagree.

#include "demo/fake_dropbox/entry.h"
#include "model/event.h"
#include "model/object.h"
#include "store/store.h"

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace ferry::test {

/// All objects of the instance's index.
Result<std::vector<IndexedObject>> indexedObjects(store::Store& store, InstanceId instance);

/// All events of the instance, in order.
Result<std::vector<RecordedEvent>> eventsOf(store::Store& store, InstanceId instance);

class EventReplay {
  public:
    /// `who` begins every problem.
    explicit EventReplay(std::string who) : who_(std::move(who)) {}

    void setBaseline(const std::vector<IndexedObject>& objects);
    /// An event that repeats an id, does not fit what is there, or changes nothing is a problem.
    void apply(const RecordedEvent& event);
    /// Compares path, id, kind and content hash with what is really there.
    void compareWith(const std::vector<demo::EntryPtr>& entries);

    const std::vector<std::string>& problems() const { return problems_; }

  private:
    struct Known {
        std::string path_key;
        bool is_folder = false;
        std::string content_hash;
        std::string revision;
        std::int64_t size = -1;
    };
    struct Decoded;

    void applyTo(const Decoded& event);
    void problem(const std::string& text);

    const std::string who_;
    std::map<std::string, Known> objects_;  // by object id
    std::set<std::string> event_ids_;
    std::vector<std::string> problems_;
};

}  // namespace ferry::test
