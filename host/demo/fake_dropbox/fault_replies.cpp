#include "demo/fake_dropbox/faults.h"
#include "demo/fake_dropbox/replies.h"

#include <Poco/DeflatingStream.h>

#include <array>
#include <sstream>
#include <utility>

// What each fault is called, and what it makes of an answer.

namespace ferry::demo {
namespace {

using Kind = FaultKind;

constexpr std::array<std::pair<Kind, std::string_view>, 45> kNames = {{
    {Kind::UnionError, "union_error"},
    {Kind::BadCall, "bad_call"},
    {Kind::RateLimit, "rate_limit"},
    {Kind::InvalidRoot, "invalid_root"},
    {Kind::ServerError, "server_error"},
    {Kind::HtmlBody, "html_body"},
    {Kind::NotJson, "not_json"},
    {Kind::InvalidClient, "invalid_client"},
    {Kind::InvalidGrant, "invalid_grant"},
    {Kind::EmptyPageWithMore, "empty_page_with_more"},
    {Kind::OneEntryPage, "one_entry_page"},
    {Kind::LimitOvershoot, "limit_overshoot"},
    {Kind::ChildBeforeParent, "child_before_parent"},
    {Kind::DuplicatePage, "duplicate_page"},
    {Kind::UnknownTag, "unknown_tag"},
    {Kind::UnknownFields, "unknown_fields"},
    {Kind::NullPaths, "null_paths"},
    {Kind::MissingContentHash, "missing_content_hash"},
    {Kind::WrongParentCase, "wrong_parent_case"},
    {Kind::TeamToken, "team_token"},
    {Kind::ShortExpiry, "short_expiry"},
    {Kind::WrongState, "wrong_state"},
    {Kind::LongpollBackoff, "longpoll_backoff"},
    {Kind::TruncateBody, "truncate_body"},
    {Kind::ResetConnection, "reset_connection"},
    {Kind::NoReply, "no_reply"},
    {Kind::SlowBody, "slow_body"},
    {Kind::Delay, "delay"},
    {Kind::Gzip, "gzip"},
    {Kind::Chunked, "chunked"},
    {Kind::EndlessBody, "endless_body"},
    {Kind::WrongContentType, "wrong_content_type"},
    {Kind::NoRequestId, "no_request_id"},
    {Kind::DropNotice, "drop_notice"},
    {Kind::DuplicateNotice, "duplicate_notice"},
    {Kind::WrongSignature, "wrong_signature"},
    {Kind::MissingSignature, "missing_signature"},
    {Kind::UpperCaseSignature, "upper_case_signature"},
    {Kind::ShortSignature, "short_signature"},
    {Kind::SpacedBody, "spaced_body"},
    {Kind::OnlyDelta, "only_delta"},
    {Kind::TeamsForm, "teams_form"},
    {Kind::EmptyBody, "empty_body"},
    {Kind::AccountTwice, "account_twice"},
    {Kind::UnknownAccount, "unknown_account"},
}};

Reply serverError(const Fault& fault) {
    const int status = fault.status == 0 ? 500 : fault.status;
    if (fault.as_json) {
        return jsonReply(
            R"({"error":"The server has either erred or is incapable of performing the requested operation."})",
            status
        );
    }
    return htmlReply(
        status,
        "<!DOCTYPE html><html><body><h1>Error</h1><p>Something went wrong.</p></body></html>"
    );
}

std::string gzipped(const std::string& body) {
    std::ostringstream out;
    Poco::DeflatingOutputStream deflater(out, Poco::DeflatingStreamBuf::STREAM_GZIP);
    deflater << body;
    deflater.close();
    return out.str();
}

}  // namespace

std::string_view faultKindName(FaultKind kind) {
    for (const auto& [candidate, name] : kNames) {
        if (candidate == kind) return name;
    }
    return "?";
}

std::optional<FaultKind> faultKindOf(std::string_view name) {
    for (const auto& [kind, candidate] : kNames) {
        if (candidate == name) return kind;
    }
    return std::nullopt;
}

std::optional<Reply> replacedReply(
    const Fault& fault, std::string_view route, std::string_view root_info
) {
    switch (fault.kind) {
        case Kind::UnionError:
            return unionError(fault.status == 0 ? 409 : fault.status, fault.tag, fault.text);
        case Kind::BadCall:
            return badCall(route, fault.text.empty() ? "request body: scripted fault" : fault.text);
        case Kind::RateLimit:
            return rateLimited(fault.retry_after, fault.as_text, fault.number != 1);
        case Kind::InvalidRoot: {
            std::string body =
                R"({"error_summary":"invalid_root/...","error":{".tag":"invalid_root",)";
            body.append(R"("invalid_root":)").append(root_info).append("}}");
            return jsonReply(std::move(body), 422);
        }
        case Kind::ServerError:
            return serverError(fault);
        case Kind::HtmlBody:
            return htmlReply(200, "<html><body>Sign in to the hotel</body></html>");
        case Kind::NotJson:
            return jsonReply("{\"entries\": [,], nonsense");
        case Kind::InvalidClient:
            return oauthError("invalid_client", "Invalid client_id or client_secret");
        case Kind::InvalidGrant:
            return oauthError(
                "invalid_grant",
                fault.text.empty() ? "refresh token is invalid or revoked" : fault.text
            );
        default:
            return std::nullopt;
    }
}

void disturb(const Fault& fault, Reply& reply) {
    switch (fault.kind) {
        case Kind::TruncateBody:
            reply.wire = WireForm::Truncated;
            break;
        case Kind::ResetConnection:
            reply.wire = WireForm::Reset;
            break;
        case Kind::NoReply:
            reply.wire = WireForm::NoReply;
            break;
        case Kind::Chunked:
            reply.wire = WireForm::Chunked;
            break;
        case Kind::EndlessBody:
            reply.wire = WireForm::Endless;
            break;
        case Kind::Delay:
            reply.delay = fault.delay;
            break;
        case Kind::SlowBody:
            reply.wire = WireForm::Slow;
            reply.wire_time = fault.delay;
            break;
        case Kind::Gzip:
            reply.body = gzipped(reply.body);
            reply.headers.emplace_back("Content-Encoding", "gzip");
            break;
        case Kind::WrongContentType:
            reply.content_type =
                fault.text.empty() ? "application/json; charset=utf-8" : fault.text;
            break;
        case Kind::NoRequestId:
            std::erase_if(reply.headers, [](const auto& header) {
                return header.first == "X-Dropbox-Request-Id";
            });
            break;
        default:
            break;
    }
}

}  // namespace ferry::demo
