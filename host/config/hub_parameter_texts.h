#pragma once
// The hub's own parameters in the language of connector.yaml, so that there is one way to describe
// a parameter. Included by hub_parameters.cpp alone.

namespace ferry::config {

extern const char* const kEventParameters;
extern const char* const kCallbackParameters;
extern const char* const kPollingParameters;  ///< of connectors that know how to poll
extern const char* const kCallbackAccessParameters;

}  // namespace ferry::config
