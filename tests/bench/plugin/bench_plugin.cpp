// A plugin that does nothing, to measure what the way there and back costs.
#include <ferry/sdk.hpp>

using namespace ferry::sdk;

namespace {

class Bench : public Plugin {
  public:
    bool verifySignature(const Call&, const WebhookRequestView&, const FieldsView&) const {
        return true;
    }

    /// Asks for ever.
    Task<Page> fetch(Context& context, const AccountView&, const TokenSet&, const FetchRequest&)
        const {
        for (;;)
            co_await context.send(Request::get("https://api.example.com/changes"));
    }

    /// A record is the path of a file; its id is made of it.
    void normalize(const Call&, const AccountView&, const ChangesView& changes, Normalizer& out)
        const {
        for (std::size_t i = 0; i < changes.size(); ++i) {
            const std::string_view path = changes[i];
            Event event;  // its texts are views, which the host copies
            Object& object = event.object;
            object.type = ObjectType::File;
            object.object_id = path;
            object.path = path;
            object.path_key = path;
            object.name = path.substr(path.rfind('/') + 1);
            object.revision = path.substr(0, 16);
            object.size = 12;
            object.modified_ms = 1'700'000'000'000;
            out.event(i, event);
        }
    }
};

}  // namespace

FERRY_PLUGIN(Bench, "bench", "1.0.0");
