#pragma once
// The documents of a provider, implemented by a plugin: its part of PluginProvider.

#include "base/clock.h"
#include "pipeline/documents.h"
#include "plugin/documents_view.h"
#include "plugin/plugin_provider.h"

#include <memory>

namespace ferry::plugin {

/// Threads: any.
class PluginDocuments final : public pipeline::Documents {
  public:
    /// `clock` outlives it.
    PluginDocuments(
        std::shared_ptr<const ProviderDescription> description,
        std::shared_ptr<PluginInstance> instance,
        const Clock& clock
    );

    Result<pipeline::OperationPtr> startMetadata(
        const pipeline::ProviderAccount& account,
        const ferry::TokenSet& tokens,
        const pipeline::DocumentRef& ref
    ) override;
    Result<pipeline::OperationPtr> startList(
        const pipeline::ProviderAccount& account,
        const ferry::TokenSet& tokens,
        const pipeline::DocumentListRequest& request
    ) override;
    Result<pipeline::OperationPtr> startSearch(
        const pipeline::ProviderAccount& account,
        const ferry::TokenSet& tokens,
        const pipeline::DocumentSearchRequest& request
    ) override;
    Result<pipeline::OperationPtr> startDownload(
        const pipeline::ProviderAccount& account,
        const ferry::TokenSet& tokens,
        const pipeline::DocumentDownloadRequest& request
    ) override;
    Result<pipeline::OperationPtr> startRevisions(
        const pipeline::ProviderAccount& account,
        const ferry::TokenSet& tokens,
        const pipeline::DocumentRevisionsRequest& request
    ) override;
    Result<pipeline::OperationPtr> startStorage(
        const pipeline::ProviderAccount& account, const ferry::TokenSet& tokens
    ) override;
    Result<pipeline::OperationPtr> startLink(
        const pipeline::ProviderAccount& account,
        const ferry::TokenSet& tokens,
        const pipeline::DocumentRef& file
    ) override;

  private:
    /// Calls a method of DocumentsView.
    template <typename Method, typename... Wanted>
    Result<pipeline::OperationPtr> start(
        Method method,
        const pipeline::ProviderAccount& account,
        const ferry::TokenSet& tokens,
        const Wanted&... wanted
    );
    CallInfo call(const pipeline::ProviderAccount& account) const;

    const std::shared_ptr<const ProviderDescription> description_;
    const Clock& clock_;
    const DocumentsView view_;
};

}  // namespace ferry::plugin
