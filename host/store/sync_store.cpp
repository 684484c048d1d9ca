#include "store/sync_store.h"

namespace ferry::store {

std::string storageKey(const IndexedObject& object) {
    // Provider paths never begin with a control character, so the two kinds of key can't meet.
    return object.path_key.empty() ? "\x01" + object.object_id : object.path_key;
}

}  // namespace ferry::store
