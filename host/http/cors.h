#pragma once
// Cross-origin calls (the CORS protocol of the Fetch standard): which sites' scripts may call, and
// what of an answer they may read.

#include "http/message.h"

#include <string>
#include <string_view>
#include <vector>

namespace ferry::http {

/// Threads: any.
class Cors {
  public:
    /// `origins` as browsers write them in `Origin`; none: everything stays as it is without.
    /// `exposed`: headers that scripts may read of every answer; of each single answer they may
    /// read those that it has beyond them as well.
    Cors(std::vector<std::string> origins, std::vector<std::string> exposed);

    /// `next` for scripts, too. A preflight of a site that may call is answered with the methods
    /// that `next` says (405 with Allow) that the path has; one of another site with 403. Any other
    /// call of such a site is answered as it is without, and the browser keeps the answer back.
    /// Cookies are not asked for: keys come in headers, which scripts set themselves.
    Handler wrap(Handler next) const;

  private:
    bool isAllowed(std::string_view origin) const;
    Response answerPreflight(const Request& request, std::string_view origin, Response refusal)
        const;
    std::string exposedHeaders(const Response& response) const;

    std::vector<std::string> origins_;
    std::vector<std::string> exposed_;
};

}  // namespace ferry::http
