#include "oauth/browser_flow.h"

#include "base/ascii.h"
#include "base/crypto.h"
#include "base/number_text.h"
#include "base/secret.h"
#include "oauth/authorization_wait.h"
#include "oauth/failure_page.h"
#include "oauth/oauth_links.h"
#include "oauth/pkce.h"
#include "oauth/result_page.h"

#include <fmt/format.h>

#include <algorithm>

namespace ferry::oauth {
namespace {

ResultPage withLink(ResultPage page, std::string link) {
    page.link = std::move(link);
    page.link_text = "Begin again";
    return page;
}

/// Several for each instance, so that a second tab leaves the cookie of the first: which one
/// follows from the state. Not one for each state, since browsers send them all until they end.
std::string cookieName(InstanceId id, std::string_view state) {
    constexpr unsigned kCookies = 16;
    const unsigned slot = static_cast<unsigned char>(asText(sha256(state)).front()) % kCookies;
    return fmt::format("ferry_oauth_{}_{}", id.value, slot);
}

/// The value of the cookie `name` in the request (RFC 6265, 4.2.1).
std::string_view cookieValue(const http::Request& request, std::string_view name) {
    std::string_view rest = request.headers.get("Cookie").value_or("");
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find(';'), rest.size());
        std::string_view pair = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        pair.remove_prefix(std::min(pair.find_first_not_of(' '), pair.size()));
        if (pair.starts_with(name) && pair.substr(name.size()).starts_with('=')) {
            return pair.substr(name.size() + 1);
        }
    }
    return {};
}

/// True if the browser brings cookies of public_url to `redirect_uri`.
bool isUnder(std::string_view redirect_uri, std::string_view public_url) {
    while (public_url.ends_with('/'))
        public_url.remove_suffix(1);
    return !public_url.empty() && redirect_uri.starts_with(public_url) &&
           redirect_uri.substr(public_url.size()).starts_with("/oauth/");
}

}  // namespace

BrowserFlow::BrowserFlow(
    OauthParts parts, AccountAuthorizer& authorizer, BrowserFlowOptions options
)
    : parts_(std::move(parts)),
      authorizer_(authorizer),
      options_(options),
      states_(parts_.clock, parts_.random) {}

http::Response BrowserFlow::start(std::string_view instance) {
    auto found = findInstance(instance);
    if (!found) return renderPage(failurePage(found.error()));
    if (!*found) {
        return renderPage(messagePage(
            404, "No such instance", "There is no instance of this name. Check the link."
        ));
    }
    const Instance& record = **found;
    if (record.state == InstanceState::Disabled) {
        return renderPage(messagePage(
            409,
            "The instance is disabled",
            "Enable instance " + record.name + ", then begin again."
        ));
    }
    const auto settings = pipeline::openSettings(record, parts_.key);
    if (!settings) return renderPage(failurePage(settings.error()));
    if (usesApiKey(*settings)) {
        return renderPage(messagePage(
            409,
            "No browser is needed",
            "Instance " + record.name + " is authorized with the access key of its configuration."
        ));
    }
    const auto provider = parts_.providers.find(record.connector_key);
    if (!provider) {
        return renderPage(messagePage(
            503,
            "The connector is not loaded",
            "No connector " + record.connector_key + " is loaded. The hub's log says why."
        ));
    }
    return redirect(*settings, *provider);
}

http::Response BrowserFlow::redirect(
    const pipeline::InstanceSettings& settings, pipeline::Provider& provider
) {
    pipeline::AuthorizeUrlRequest request;
    request.redirect_uri = redirectUri(settings, parts_.public_url);
    request.scope = settings.value(kScope);
    if (isOfAnotherProgram(request.redirect_uri)) {
        return renderPage(messagePage(
            409,
            "Another program asks for this consent",
            fmt::format(
                "Instance {} has {} as its oauth.callback.url, which is no page of this hub. To "
                "authorize it, the program there does this: {}. To have the hub ask for consent, "
                "set oauth.callback.url to {}.",
                settings.name,
                request.redirect_uri,
                howToAuthorize(settings, parts_.public_url),
                redirectUri("", parts_.public_url)
            )
        ));
    }
    PendingAuthorization pending{settings.id, request.redirect_uri, {}, false};
    pending.is_browser_bound = isUnder(request.redirect_uri, parts_.public_url);
    if (provider.options().uses_pkce) {
        Pkce pkce = makePkce(parts_.random);
        pending.code_verifier = std::move(pkce.verifier);
        request.code_challenge = std::move(pkce.challenge);
    }
    const bool is_bound = pending.is_browser_bound;
    request.state = states_.issue(std::move(pending));
    const auto account = settings.providerAccount(provider.options().base_urls);
    const auto url = provider.authorizeUrl(account, request);
    if (!url) return renderPage(failurePage(url.error()));
    if (!isRedirectTarget(*url)) {
        return renderPage(
            failurePage({ErrorCode::Internal, "the plugin's authorize URL is not a URL"})
        );
    }
    http::Response response;
    response.status = 302;
    response.content_type = "text/plain; charset=utf-8";
    response.headers.add("Location", *url);
    response.headers.add("Cache-Control", "no-store");
    response.headers.add("Referrer-Policy", "no-referrer");
    if (is_bound) {
        response.headers.add(
            "Set-Cookie",
            fmt::format(
                "{}={}; Path=/; Max-Age={}; HttpOnly; SameSite=Lax{}",
                cookieName(settings.id, request.state),
                request.state,
                kStateLifetime.count() / 1000,
                lowerAscii(parts_.public_url.substr(0, 8)) == "https://" ? "; Secure" : ""
            )
        );
    }
    return response;
}

http::Response BrowserFlow::callback(const http::Request& request) {
    // Whoever only looks at a link must not use it up: a state is good for one try.
    if (request.method == "HEAD") {
        http::Response refusal = renderPage(messagePage(
            405, "Nothing was done", "This page is for the browser that a provider sends back."
        ));
        refusal.headers.add("Allow", "GET");
        return refusal;
    }
    const auto state = request.queryValue("state").value_or("");
    auto code = request.queryValue("code").value_or("");
    const auto error = request.queryValue("error").value_or("");
    if (const auto page = noAnswerPage(state, code, error)) return renderPage(*page);
    const auto pending = states_.redeem(state);
    if (!pending) {
        const bool is_expired = pending.error().code == ErrorCode::DeadlineExceeded;
        return renderPage(messagePage(
            400,
            is_expired ? "This took too long" : "This link is not open here",
            is_expired ? "A link is good for ten minutes. Nothing was changed. Open the instance's "
                         "link again."
                       : "It was used already, or this hub never gave it out, or it was "
                         "restarted since. If the page before this one said that the instance is "
                         "authorized, all is well; otherwise open the instance's link again."
        ));
    }
    if (pending->is_browser_bound &&
        !equalConstantTime(cookieValue(request, cookieName(pending->instance, state)), state)) {
        return renderPage(withLink(
            messagePage(
                403,
                "This was begun in another browser",
                "An authorization has to end in the browser that it was begun in, and cookies of "
                "this hub must be allowed. If you have begun several times, use the page that you "
                "opened last. Nothing was changed."
            ),
            instanceLink(pending->instance)
        ));
    }
    if (!error.empty()) {
        parts_.log.info(
            "oauth",
            "an authorization was not given",
            {{"instance_id", pending->instance.value}, {"error", error}}
        );
        ResultPage page{400, "Not authorized", {}, {}, {}};
        page.paragraphs.push_back(
            error == "access_denied"
                ? "Access was denied at the provider, so the hub has none. Nothing was changed."
                : "The provider answered: " + error + ". Nothing was changed."
        );
        const auto detail = request.queryValue("error_description").value_or("");
        if (!detail.empty()) page.paragraphs.push_back("The provider says: " + detail);
        return renderPage(withLink(std::move(page), instanceLink(pending->instance)));
    }
    return exchange(*pending, std::move(code));
}

http::Response BrowserFlow::exchange(const PendingAuthorization& pending, std::string code) {
    const WaitingSlot slot(waiting_);
    if (!slot.isWithin(options_.waiting_max)) {
        const Error error(ErrorCode::Unavailable, "too many authorizations at one time");
        return renderPage(withLink(failurePage(error), instanceLink(pending.instance)));
    }

    const auto answered = authorizeAndWait(
        authorizer_,
        {pending.instance, Secret(std::move(code)), pending.redirect_uri, pending.code_verifier},
        options_.answer_within
    );
    if (!answered) {
        return renderPage(messagePage(
            504,
            "Still working",
            "The provider takes long to answer. The hub goes on by itself; see the state of the "
            "instance in a minute, and open its link again if it is not running then."
        ));
    }
    const Result<AuthorizedAccount>& result = *answered;
    if (!result && isDisabled(pending.instance)) {
        return renderPage(messagePage(
            409,
            "The instance is disabled",
            "It was disabled while you were at the provider, and nothing was changed. Enable it, "
            "then open its link again."
        ));
    }
    if (!result) {
        return renderPage(withLink(failurePage(result.error()), instanceLink(pending.instance)));
    }
    return renderPage({
        200,
        "Authorized",
        {fmt::format(
             "Instance {} now works with the account {}.",
             result->instance_name,
             result->label.empty() ? result->account_id : result->label
         ),
         "You can close this page."},
        {},
        {},
    });
}

Result<std::optional<Instance>> BrowserFlow::findInstance(std::string_view name_or_id) {
    FERRY_TRY_ASSIGN(auto by_name, parts_.instances.findByName(name_or_id));
    if (by_name) return by_name;
    const auto number = parseInteger(name_or_id);
    if (!number || *number <= 0) return by_name;
    return parts_.instances.find(InstanceId(*number));
}

bool BrowserFlow::isDisabled(InstanceId id) {
    const auto instance = parts_.instances.find(id);
    return instance && *instance && (*instance)->state == InstanceState::Disabled;
}

std::string BrowserFlow::instanceLink(InstanceId id) {
    const auto instance = parts_.instances.find(id);
    if (!instance || !*instance) return {};
    return startLink(parts_.public_url, (*instance)->name);
}

}  // namespace ferry::oauth
