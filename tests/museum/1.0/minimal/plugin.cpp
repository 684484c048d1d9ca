// The smallest useful plugin: a provider with a static token and a list of files, one a line.
#include <ferry/sdk.hpp>
#include <sstream>
using namespace ferry::sdk;

constexpr auto kToken = "minimal.authorization.apikey";
class Minimal : public Plugin {
  public:
    Task<Identity> verify(Context& context, const AccountView& account, const TokenSet&) const {
        auto url = std::string(account.baseUrl("api")) + "/me";
        auto response = co_await context.send(Request::get(url).bearer(account.config(kToken)));
        if (response.status() == 401) co_return Error::authExpired("me: token refused");
        if (!response.ok()) co_return Error::unavailable("me: no answer");
        co_return Identity(std::string(response.body()));
    }

    Task<Page> fetch(
        Context& context, const AccountView& account, const TokenSet&, const FetchRequest& f
    ) const {
        auto url = std::string(account.baseUrl("api")) + "/changes?after=" + f.cursor;
        auto response = co_await context.send(Request::get(url).bearer(account.config(kToken)));
        if (!response.ok()) co_return Error::unavailable("changes: no answer");
        Page page;
        page.next_cursor = response.header("x-cursor");
        std::istringstream lines{std::string(response.body())};
        for (std::string line; std::getline(lines, line);)
            page.add(line);
        co_return page;
    }

    void normalize(const Call&, const AccountView&, const ChangesView& changes, Normalizer& out)
        const {
        for (std::size_t i = 0; i < changes.size(); ++i) {
            Object file(ObjectType::File);
            file.object_id = file.path_key = file.path = file.name = changes[i];
            out.upsert(i, file);
        }
    }
};
FERRY_PLUGIN(Minimal, "minimal", "1.0.0");
