#pragma once
// One object of a plugin: made for one connector, used for all its accounts.

#include "base/result.h"
#include "plugin/plugin_library.h"
#include "plugin/records.h"

#include <memory>
#include <string>

struct ferry_auth_1;
struct ferry_webhook_1;
struct ferry_changes_1;
struct ferry_documents_1;
struct ferry_subscription_1;
struct ferry_normalize_1;

namespace ferry::plugin {

/// What the object is made for.
struct Setup {
    std::string connector;  ///< key of the connector
    Fields settings;        ///< from the manifest; what they mean is the plugin's to say
};

/// Views and operations hold it; the last of them ends it. Threads: any.
class PluginInstance {
  public:
    /// Calls the plugin's create.
    static Result<std::shared_ptr<PluginInstance>> create(
        std::shared_ptr<PluginLibrary> library, const Setup& setup, const CallInfo& call
    );
    ~PluginInstance();
    PluginInstance(const PluginInstance&) = delete;
    PluginInstance& operator=(const PluginInstance&) = delete;

    /// What the plugin can do, each NULL if it can't.
    struct Extensions {
        const ferry_auth_1* auth = nullptr;
        const ferry_webhook_1* webhook = nullptr;
        const ferry_changes_1* changes = nullptr;
        const ferry_normalize_1* normalize = nullptr;
        const ferry_documents_1* documents = nullptr;
        const ferry_subscription_1* subscription = nullptr;
    };

    const Extensions& extensions() const noexcept { return extensions_; }
    PluginLibrary& library() const noexcept { return *library_; }
    CallGuard& guard() const noexcept { return library_->guard(); }
    const ferry_module& module() const noexcept { return library_->module(); }
    void* self() const noexcept { return self_; }

  private:
    PluginInstance(std::shared_ptr<PluginLibrary> library, void* self);

    std::shared_ptr<PluginLibrary> library_;
    void* self_;
    Extensions extensions_;
};

}  // namespace ferry::plugin
