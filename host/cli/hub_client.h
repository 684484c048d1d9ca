#pragma once
// The hub that runs on the store of a configuration, as commands that change something see it: one
// process owns the store, so they ask it over its REST API.

#include "app/control_file.h"
#include "base/result.h"
#include "config/hub_config.h"
#include "http/outbound.h"
#include "model/ids.h"

#include <rapidjson/document.h>

#include <memory>
#include <string>
#include <string_view>

namespace ferry::cli {

/// An answer of 2xx.
struct HubAnswer {
    rapidjson::Document body;
    std::string next_page;  ///< of the header that pages have; empty: it was the last one
    ReplayId replay;        ///< the job that does what was asked for; none: it is done
};

/// Threads: one. Make it after app::Signals, as it has a thread.
class HubClient {
  public:
    /// Errors: NotFound if no hub runs on the store, saying what to do; those of readControlFile.
    static Result<HubClient> connect(const config::HubConfig& config);

    /// One request to `target`, below /elements/api-v2; `body` is JSON or empty.
    /// Errors: as the hub says, in its words; Unavailable if no answer came.
    Result<HubAnswer> call(
        std::string_view method, const std::string& target, std::string body = {}
    );

  private:
    HubClient(app::ControlFile control, std::unique_ptr<http::Outbound> outbound);

    app::ControlFile control_;
    std::unique_ptr<http::Outbound> outbound_;
};

}  // namespace ferry::cli
