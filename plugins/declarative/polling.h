#pragma once
// The section 'polling': the provider is asked for what changed, page by page, resource by
// resource.

#include "answers.h"
#include "poll_request.h"

#include <ferry/sdk.hpp>

#include <rapidjson/document.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ferry::declarative {

/// Immutable; any thread. Outlives the operations that it starts, as the plugin object does.
class Polling {
  public:
    /// Throws sdk::Error INVALID.
    explicit Polling(const rapidjson::Value& settings);

    /// One page. Of a baseline, or where everything is to be listed again: of the listing, if the
    /// provider has one.
    sdk::Task<sdk::Page> fetch(
        sdk::Context& context,
        const sdk::AccountView& account,
        std::string access_token,
        const sdk::FetchRequest& wanted
    ) const;

    /// How far apart the two times of what nobody has touched since it was created may be.
    std::int64_t toleranceMs() const noexcept { return tolerance_ms_; }

  private:
    struct Resource {
        std::string name;
        std::optional<PollRequest> start, list, changes;
        Expression updated;  ///< of a record; set if the position is a time
        std::int64_t overlap_ms = 0;
    };
    /// What is known while one page is made.
    struct Step;

    bool isComparisonDue(const PollCursor& cursor, std::int64_t now_ms) const;
    void throwIfLimited(
        const sdk::HttpResponse& response,
        const std::string& place,
        const Secrets& secrets,
        std::int64_t now_ms
    ) const;
    void check(const sdk::HttpResponse& response, const std::string& place, const Secrets& secrets)
        const;
    static bool restarts(Step& step, const sdk::HttpResponse& response);
    void receive(Step& step, const sdk::HttpResponse& response, sdk::Page& page) const;
    static bool add(Step& step, std::string_view record, const std::string& hint, sdk::Page& page);
    void take(Step& step, const sdk::HttpResponse& response, sdk::Page& page) const;
    static std::string startOf(
        const PollRequest& request, const sdk::HttpResponse& response, const std::string& place
    );
    static bool stays(Step& step);
    void endResource(Step& step, const AnswerSources& answer) const;
    std::string hint(const Resource& resource, const PollCursor& cursor) const;

    std::vector<Resource> resources_;
    std::vector<int> expired_;  ///< statuses that give a cursor up
    bool has_limited_ = false;
    Condition limited_;
    Expression limited_until_;  ///< in an answer that means so, if it has no Retry-After
    bool can_list_ = false;
    bool is_listed_always_ = false;  ///< there is nothing but the listing
    std::int64_t compare_every_ms_ = 0;
    std::int64_t tolerance_ms_ = 0;
};

}  // namespace ferry::declarative
