#include "notifications.h"

#include "form.h"
#include "json.h"
#include "text.h"
#include "webhook_sources.h"

#include <algorithm>

namespace ferry::declarative {
namespace {

constexpr std::size_t kRecordsMax = 10'000;

}  // namespace

Notifications::Notifications(
    const rapidjson::Value& settings, std::vector<const Expression*> outside
)
    : outside_(std::move(outside)) {
    if (!settings.IsObject() || !settings.HasMember("verify") || !settings["verify"].IsArray() ||
        settings["verify"].Empty())
        throw sdk::Error::invalid("settings: 'notifications' has no 'verify'");
    for (const rapidjson::Value& way : settings["verify"].GetArray())
        ways_.emplace_back(way);
    const std::string body = textAt(settings, "body");
    if (body == "form") body_ = Body::Form;
    if (body == "query") body_ = Body::Query;
    for (const Verification& way : ways_)
        if (!way.query().empty()) secret_names_.push_back(way.query());
    if (settings.HasMember("challenges") && settings["challenges"].IsArray()) {
        for (const rapidjson::Value& item : settings["challenges"].GetArray())
            challenges_.push_back(readChallenge(item));
    }
    if (settings.HasMember("account")) account_ = Expression(settings["account"]);
    if (settings.HasMember("id")) id_ = Expression(settings["id"]);
    are_marks_ = settings.HasMember("marks") && settings["marks"].IsTrue();
    if (settings.HasMember("each")) {
        splits_ = true;
        each_ = compilePointer(settings["each"]);
    }
}

std::string Notifications::whyNotVerified(
    const sdk::Call& call, const sdk::WebhookRequestView& request, const sdk::FieldsView& secrets
) const {
    bool is_good = false;
    std::string reasons = "there is no secret";
    for (std::size_t i = 0; i < secrets.size(); ++i) {
        if (secrets.value(i).empty()) continue;
        reasons.clear();
        for (const Verification& way : ways_) {
            const std::string reason = way.whyNot(call, request, secrets.value(i));
            is_good = reason.empty() || is_good;
            if (&way != &ways_.front()) reasons += "; ";
            reasons += reason;
        }
    }
    return is_good ? std::string() : reasons;
}

std::optional<std::string_view> Notifications::jsonOf(
    const sdk::WebhookRequestView& request, std::string& made
) const {
    if (body_ == Body::Json) return request.body();
    if (body_ == Body::Form && !mayBeForm(request.header("content-type"))) return std::nullopt;
    // What proves the sender is none of the receiver's business.
    auto json = body_ == Body::Form ? formAsJson(request.body())
                                    : formAsJson(request.query(), secret_names_);
    if (!json) return std::nullopt;
    made = std::move(*json);
    return made;
}

sdk::Notice Notifications::notice(const Sources& sources, std::string_view record, Scratch& scratch)
    const {
    sdk::Notice notice;
    if (account_.isSet()) {
        const Value account = account_.evaluate(sources, scratch);
        if (!sdk::isText(account.text))
            throw sdk::Error::malformed("the notification does not say whose it is");
        notice.account_key = account.text;
    }
    const Value id = id_.evaluate(sources, scratch);
    if (sdk::isText(id.text)) notice.change_id = id.text;
    notice.change = record;
    std::string& hint = notice.hint;
    for (const Expression* value : outside_) {
        // In a body that is one record, the map finds it there.
        if (value->isBody() && !splits_) continue;
        const Value found = value->evaluate(sources, scratch);
        if (found.isMissing()) continue;
        hint += hint.empty() ? '{' : ',';
        hint += jsonText(value->key()) + ':' + jsonText(found.text);
    }
    if (!hint.empty()) hint += '}';
    if (hint.size() > kHintBytesMax)
        throw sdk::Error(FERRY_ERROR_LIMIT, "the headers of the notification are too long");
    return notice;
}

void Notifications::add(
    const sdk::Call& call,
    const Sources& sources,
    std::string_view record,
    std::vector<sdk::Notice>& notices
) const {
    std::string made;
    const auto fit = fitting(record, made);
    if (!fit || !made.empty())
        call.warning(
            fit ? "a webhook's record of more than 1 MiB goes on without its texts of more than 16 "
                  "KiB"
                : "a webhook's record of more than 1 MiB is left out"
        );
    // Else the provider would send it again and again, and the others with it.
    Scratch scratch;
    if (fit) notices.push_back(notice(sources, *fit, scratch));
}

/// Whose changes are to be asked for; nobody in particular: those of the instance that the URL
/// names.
std::vector<sdk::Notice> Notifications::marks(
    const sdk::WebhookRequestView& request, const rapidjson::Value& body
) const {
    std::vector<sdk::Notice> notices;
    if (!account_.isSet()) return notices;
    const rapidjson::Value* list = splits_ ? nodeAt(body, each_) : nullptr;
    const bool is_list = list != nullptr && list->IsArray();
    const rapidjson::SizeType count = is_list ? list->Size() : 1;
    if (splits_ && !is_list) throw sdk::Error::malformed("the notification has no list of changes");
    if (count > kRecordsMax)
        throw sdk::Error(FERRY_ERROR_LIMIT, "the notification has too many changes");
    for (rapidjson::SizeType i = 0; i < count; ++i) {
        Scratch scratch;
        const WebhookSources sources(request, body, is_list ? (*list)[i] : body);
        const Value account = account_.evaluate(sources, scratch);
        if (!sdk::isText(account.text))
            throw sdk::Error::malformed("the notification does not say whose it is");
        notices.emplace_back(std::string(account.text));
    }
    return notices;
}

std::vector<sdk::Notice> Notifications::parse(
    const sdk::Call& call, const sdk::WebhookRequestView& request
) const {
    if (request.method() != "POST" && body_ != Body::Query)
        throw sdk::Error::malformed("a notification comes by POST");
    std::string made;
    const auto json = jsonOf(request, made);
    JsonDocument body;
    if (are_marks_) {
        // Some say all in their headers.
        body.parseOrNull(json.value_or(std::string_view()));
        return marks(request, body.root());
    }
    if (!json)
        throw sdk::Error::malformed(
            body_ == Body::Form ? "the body of the notification is no form, or an empty one"
                                : "the URL of the notification has no parameters that can be read"
        );
    if (!body.parse(*json)) throw sdk::Error::malformed("the body of the notification is no JSON");
    // What is signed in answer to a challenge could be a number: that is no notification.
    if (!body.root().IsObject() && !body.root().IsArray())
        throw sdk::Error::malformed("the body of the notification is neither object nor list");
    std::vector<sdk::Notice> notices;
    if (!splits_) {
        add(call, WebhookSources(request, body.root(), body.root()), *json, notices);
        return notices;
    }
    const rapidjson::Value* list = nodeAt(body.root(), each_);
    if (list == nullptr || !list->IsArray())
        throw sdk::Error::malformed("the notification has no list of changes");
    if (list->Size() > kRecordsMax)
        throw sdk::Error(FERRY_ERROR_LIMIT, "the notification has too many changes");
    // As they were sent: a number may be longer than any that is written anew.
    const std::vector<std::string_view> records = itemsOf(*json, each_);
    for (rapidjson::SizeType i = 0; i < list->Size() && i < records.size(); ++i) {
        const WebhookSources sources(request, body.root(), (*list)[i]);
        add(call, sources, records[i], notices);
    }
    return notices;
}

}  // namespace ferry::declarative
