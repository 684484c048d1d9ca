#include "plugin/plugin_instance.h"

#include "plugin/abi_write.h"
#include "plugin/call_scope.h"

#include <ferry/ferry.h>

#include <mutex>
#include <utility>

namespace ferry::plugin {

Result<std::shared_ptr<PluginInstance>> PluginInstance::create(
    std::shared_ptr<PluginLibrary> library, const Setup& setup, const CallInfo& call
) {
    CallGuard& guard = library->guard();
    FERRY_TRY(guard.admit("create"));
    const AbiFields settings(setup.settings);
    ferry_setup abi{};
    abi.struct_size = sizeof abi;
    abi.connector = toStr(setup.connector);
    abi.settings = settings.abi();

    const CallScope scope(guard, call);
    void* self = nullptr;
    ferry_status status = FERRY_OK;
    {
        const std::lock_guard lock(library->control());
        status = library->module().create(library->services().abi(), scope.abi(), &abi, &self);
    }
    if (status != FERRY_OK) return fail(guard.failure("create", status, scope, Trust::Provider));
    if (self == nullptr)
        return fail(guard.misbehaviour("create", "gave no object", call, Trust::Provider));
    return std::shared_ptr<PluginInstance>(new PluginInstance(std::move(library), self));
}

PluginInstance::PluginInstance(std::shared_ptr<PluginLibrary> library, void* self)
    : library_(std::move(library)), self_(self) {
    const auto get = library_->module().get_extension;
    extensions_.auth = static_cast<const ferry_auth_1*>(get(FERRY_EXT_AUTH));
    extensions_.webhook = static_cast<const ferry_webhook_1*>(get(FERRY_EXT_WEBHOOK));
    extensions_.documents = static_cast<const ferry_documents_1*>(get(FERRY_EXT_DOCUMENTS));
    extensions_.subscription =
        static_cast<const ferry_subscription_1*>(get(FERRY_EXT_SUBSCRIPTION));
    extensions_.changes = static_cast<const ferry_changes_1*>(get(FERRY_EXT_CHANGES));
    extensions_.normalize = static_cast<const ferry_normalize_1*>(get(FERRY_EXT_NORMALIZE));
}

PluginInstance::~PluginInstance() {
    const std::lock_guard lock(library_->control());
    library_->module().destroy(self_);
}

}  // namespace ferry::plugin
