#pragma once
// Whether a replay names object types that there can be.

#include "api/api_parts.h"
#include "base/result.h"
#include "model/replay.h"

namespace ferry::api {

/// Fails if one of the replay's object types is none that the connectors of its instances (of all
/// that there are, if it names none) tell of. Where one of them tells of types that it does not
/// name (`other`), or is not loaded, anything may be.
/// Errors: InvalidArgument with the type that is meant, if one is near; as the store.
Status checkObjectTypes(const ApiParts& parts, const Replay& replay);

}  // namespace ferry::api
