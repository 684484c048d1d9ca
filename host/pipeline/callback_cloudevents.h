#pragma once
// CloudEvents 1.0 in its three HTTP modes. Included by callback_body.cpp alone, and by tests.

#include "http/message.h"
#include "pipeline/callback_body.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ferry::pipeline {

/// Names and values of the context attributes, but for `datacontenttype`, which is always
/// application/json:
///
/// - `id`: the event's. With `source`, `/hubs/<hub>/instances/<instance>`, it stays the same
///   whenever the event is delivered.
/// - `type`: `com.<connector>.<object type>.<event type>`, such as com.dropbox.file.created, as the
///   specification's own adapters for GitHub and GitLab name what they pass on.
/// - `subject`: the path, or the object's id if it has none; U+FFFD stands for characters that no
///   attribute may hold. `time`: when it happened.
/// - `sequence`: the event's number in the log; values of one source sort as its events came about.
/// - `partitionkey`: the object's id.
/// - `traceparent`: the trace of the delivery, with a span of the delivery's own; the header of
/// this
///   name has that of the attempt.
///
/// Source: CloudEvents 1.0.2, and its extensions "Sequence", "Partitioning" and "Distributed
/// Tracing".
std::vector<std::pair<std::string_view, std::string>> cloudEventAttributes(
    const CallbackPage& page, const RecordedEvent& event
);

/// application/cloudevents+json: the page's first event.
void renderStructuredCloudEvent(const CallbackPage& page, JsonWriter& json);
/// application/cloudevents-batch+json: all events of the page.
void renderCloudEventBatch(const CallbackPage& page, JsonWriter& json);
/// The first event's data; the rest is in the headers.
void renderCloudEventData(const CallbackPage& page, JsonWriter& json);
/// `ce-` headers of the page's first event.
void addCloudEventHeaders(const CallbackPage& page, http::Headers& headers);

/// A value as the header of an attribute has it: all but U+0021 to U+007E, and '"' and '%',
/// percent-encoded. Source: HTTP Protocol Binding for CloudEvents 1.0.2, 3.1.3.2.
std::string encodeCloudEventHeader(std::string_view value);

}  // namespace ferry::pipeline
