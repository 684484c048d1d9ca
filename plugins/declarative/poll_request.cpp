#include "poll_request.h"

#include "text.h"

#include <algorithm>
#include <utility>

namespace ferry::declarative {
namespace {

/// A provider with more goes round in circles, or ignores which page is asked for.
constexpr std::uint64_t kPagesMax = 100'000;

/// The target of the relation `wanted`: <https://api.example/x?page=2>; rel="next"
std::string_view linkOf(std::string_view header, std::string_view wanted) {
    while (true) {
        const std::size_t open = header.find('<');
        const std::size_t close = header.find('>', std::min(open, header.size()));
        if (open == header.npos || close == header.npos) return {};
        const std::string_view target = header.substr(open + 1, close - open - 1);
        header.remove_prefix(close + 1);
        std::string_view parameters = header.substr(0, header.find('<'));
        const std::size_t relation = parameters.find("rel=");
        if (relation == parameters.npos) continue;
        parameters.remove_prefix(relation + 4);
        if (parameters.starts_with('"')) {
            parameters.remove_prefix(1);
            parameters = parameters.substr(0, parameters.find('"'));
        } else {
            parameters = parameters.substr(0, parameters.find_first_of(";, "));
        }
        // There may be several, separated by blanks.
        while (!parameters.empty()) {
            const std::string_view one = parameters.substr(0, parameters.find(' '));
            if (one == wanted) return target;
            parameters.remove_prefix(std::min(one.size() + 1, parameters.size()));
        }
    }
}

/// FNV-1a over the records of a page, to tell it from the one before.
std::uint64_t digestOf(const std::vector<std::string_view>& records) {
    std::uint64_t digest = 14'695'981'039'346'656'037U;
    const auto add = [&digest](unsigned char byte) {
        digest = (digest ^ byte) * 1'099'511'628'211U;
    };
    for (const std::string_view record : records) {
        for (const char c : record)
            add(static_cast<unsigned char>(c));
        add('\n');
    }
    return digest;
}

}  // namespace

Value PollSources::word(std::string_view name, Scratch& scratch) const {
    const auto number = [&scratch](std::int64_t value) {
        return Value{Value::Kind::Number, scratch.keep(std::to_string(value))};
    };
    if (name == "cursor") return text(position_);
    if (name == "page") return cursor_.is_url ? Value() : text(cursor_.page);
    if (name == "page_or_cursor")
        return text(cursor_.page.empty() ? position_ : std::string_view(cursor_.page));
    if (name == "page_number") return number(static_cast<std::int64_t>(first_page + cursor_.pages));
    if (name == "offset") return number(static_cast<std::int64_t>(cursor_.records));
    if (name == "since") return text(scratch.keep(formatTime(since_ms_)));
    if (name == "since_date") return text(scratch.keep(formatTime(since_ms_).substr(0, 10)));
    if (name == "since_epoch") return number(since_ms_ / 1000);
    if (name == "since_epoch_ms") return number(since_ms_);
    return AccountSources::word(name, scratch);
}

Value AnswerSources::outside(std::string_view key, Scratch&) const {
    const std::string_view name = key.substr(key.find(':') + 1);
    const std::string_view value =
        key.starts_with("link:") ? linkOf(response_.header("link"), name) : response_.header(name);
    return value.empty() ? Value() : Value{Value::Kind::Text, value};
}

PollRequest::PollRequest(const rapidjson::Value& settings) : request_(settings) {
    if (settings.HasMember("records")) records_ = compilePointer(settings["records"]);
    has_empty_ = settings.HasMember("empty");
    if (has_empty_) empty_ = compileCondition(settings["empty"]);
    for (const auto& [name, place] :
         {std::pair("next_url", &next_url_),
          std::pair("next_page", &next_page_),
          std::pair("cursor", &cursor_)})
        if (settings.HasMember(name)) *place = Expression(settings[name]);
    page_size_ = numberAt(settings, "page_size", page_size_);
    first_page_ = numberAt(settings, "first_page", first_page_);
    const auto past_end = settings.FindMember("past_end");
    if (past_end != settings.MemberEnd() && past_end->value.IsArray())
        for (const rapidjson::Value& status : past_end->value.GetArray())
            past_end_.push_back(status.IsInt() ? status.GetInt() : 0);
}

sdk::Request PollRequest::make(PollSources& sources, const PollCursor& cursor) const {
    sources.first_page = first_page_;
    return request_.make(sources, cursor.is_url ? cursor.page : std::string_view());
}

bool PollRequest::isEmpty(const AnswerSources& answer) const {
    Scratch scratch;
    return has_empty_ && holds(empty_, answer, scratch);
}

PageShown PollRequest::shown(std::size_t count, const std::vector<std::string_view>& records)
    const {
    return {count, page_size_ > 0 ? digestOf(records) : 0};
}

bool PollRequest::turnPage(PollCursor& cursor, const AnswerSources& answer, const PageShown& shown)
    const {
    Scratch scratch;
    const bool is_url = next_url_.isSet();
    const Value next = (is_url ? next_url_ : next_page_).evaluate(answer, scratch);
    const bool is_numbered = page_size_ > 0 && shown.count >= page_size_;
    if ((next.isMissing() || next.text.empty()) && !is_numbered) return false;
    const bool is_same =
        is_numbered ? cursor.pages > 0 && shown.digest == cursor.digest : next.text == cursor.page;
    if (is_same) throw sdk::Error::malformed("poll: the page after this one is this one");
    if (cursor.pages >= kPagesMax)
        throw sdk::Error::malformed("poll: there is no end of pages, after 100,000 of them");
    cursor.page = next.text;
    cursor.is_url = is_url && !next.text.empty();
    cursor.digest = is_numbered ? shown.digest : 0;
    ++cursor.pages;
    cursor.records += shown.count;
    return true;
}

bool PollRequest::isPastEnd(int status, const PollCursor& cursor) const {
    return page_size_ > 0 && cursor.pages > 0 &&
           std::find(past_end_.begin(), past_end_.end(), status) != past_end_.end();
}

std::string PollRequest::position(const AnswerSources& answer) const {
    Scratch scratch;
    return std::string(cursor_.evaluate(answer, scratch).text);
}

}  // namespace ferry::declarative
