#pragma once
// Files and folders as the documents hub shows them, and the ids that callers give back.

#include "base/json_writer.h"
#include "base/result.h"
#include "model/object.h"
#include "pipeline/documents.h"

#include <string>
#include <string_view>

namespace ferry::api {

/// The id of what is at `path`: the path, percent-encoded twice, so that it survives being put into
/// a URL as it is. "/" or empty is the top folder.
std::string documentId(std::string_view path);

/// What a caller means by `id`, which the router has decoded once: a path that is still encoded
/// once (or no more), or else an id of the provider's. Errors: InvalidArgument.
Result<pipeline::DocumentRef> documentRefOfId(std::string_view id);
/// What a caller means by `path`: absolute; "/" or empty is the top folder. Errors:
/// InvalidArgument.
Result<pipeline::DocumentRef> documentRefOfPath(std::string_view path);

/// Writes the object {id, refId, name, path, directory, ...}.
void writeDocument(JsonWriter& json, const IndexedObject& object);
/// The same for the top folder, which providers have no metadata of, and no id: its path is both.
void writeTopFolder(JsonWriter& json);

}  // namespace ferry::api
