#include "oauth/result_page.h"

#include "base/ascii.h"
#include "base/crypto.h"
#include "base/encoding.h"
#include "base/utf8.h"
#include "oauth/oauth_links.h"

#include <fmt/format.h>

namespace ferry::oauth {
namespace {

constexpr std::string_view kStyle =
    "body{font:16px/1.5 system-ui,sans-serif;max-width:36rem;margin:4rem auto;padding:0 1rem;"
    "color:#222;background:#fff}h1{font-size:1.4rem}a{color:#06c;overflow-wrap:anywhere}"
    "p{overflow-wrap:anywhere}";
/// Of one paragraph: what providers and people put into it is not ours to trust.
constexpr std::size_t kParagraphBytesMax = 1000;

}  // namespace

std::string escapeHtml(std::string_view text) {
    if (!isValidUtf8(text)) return "(not readable)";
    std::string out;
    out.reserve(text.size());
    for (const char c : text) {
        switch (c) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            case '\'':
                out += "&#39;";
                break;
            default:
                out += isControl(c) ? ' ' : c;
        }
    }
    return out;
}

http::Response renderPage(const ResultPage& page) {
    std::string body;
    for (const std::string& paragraph : page.paragraphs) {
        body += fmt::format("<p>{}</p>\n", escapeHtml(truncateUtf8(paragraph, kParagraphBytesMax)));
    }
    if (isRedirectTarget(page.link)) {
        body += fmt::format(
            "<p><a href=\"{}\">{}</a></p>\n", escapeHtml(page.link), escapeHtml(page.link_text)
        );
    }
    http::Response response;
    response.status = page.status;
    response.content_type = "text/html; charset=utf-8";
    response.body = fmt::format(
        "<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width\">\n"
        "<title>{0}</title>\n<style>{1}</style></head>\n<body>\n<h1>{0}</h1>\n{2}</body>\n</"
        "html>\n",
        escapeHtml(page.title),
        kStyle,
        body
    );
    static const std::string kPolicy = fmt::format(
        "default-src 'none'; style-src 'sha256-{}'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'",
        base64Encode(asText(sha256(kStyle)))
    );
    response.headers.add("Content-Security-Policy", kPolicy);
    response.headers.add("X-Content-Type-Options", "nosniff");
    response.headers.add("Referrer-Policy", "no-referrer");
    response.headers.add("Cache-Control", "no-store");
    return response;
}

}  // namespace ferry::oauth
