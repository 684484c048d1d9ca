#include "config/hub_parameter_texts.h"

namespace ferry::config {

const char* const kPollingParameters = R"yaml(
parameters:
  - key: event.vendor.type
    name: Source of changes
    description: >-
      webhook (also written webhooks), or polling: then the provider is asked for changes alone, and
      webhooks are refused. Left out: webhooks, if the connector takes them.
    type: enum
    values: [webhook, webhooks, polling]
  - key: event.poller.refresh_interval
    name: Poll interval
    description: >-
      Of an instance that polls: the time between polls as long as they find something. A number alone
      is minutes. The connector's if not given.
    type: string
    pattern: "[1-9][0-9]{0,4}|([0-9]+[smhd])*0*[1-9][0-9]*[smhd]([0-9]+[smhd])*"
    pattern_message: write minutes, or a time such as 30s, 5m or 1h
    example: 5m
  - key: event.poller.max_interval
    name: Longest poll interval
    description: >-
      The time between polls after many that found nothing; the connector's if not given.
    type: duration
    min: 1s
    max: 7d
    example: 1h
)yaml";

}  // namespace ferry::config
