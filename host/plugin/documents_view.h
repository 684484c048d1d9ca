#pragma once
// The document hooks of a plugin, as the host calls them.

#include "plugin/operation.h"

#include <memory>

namespace ferry::plugin {

/// Cheap to copy. Every function answers Unsupported if the plugin lacks the hook, and takes
/// arguments that need to live until it returns. Threads: any.
class DocumentsView {
  public:
    explicit DocumentsView(std::shared_ptr<PluginInstance> instance)
        : instance_(std::move(instance)) {}

    Result<Operation<Document>> metadata(
        const CallInfo& call, const Account& account, const TokenSet& tokens, const DocumentRef& ref
    ) const;
    Result<Operation<DocumentPage>> list(
        const CallInfo& call,
        const Account& account,
        const TokenSet& tokens,
        const DocumentList& wanted
    ) const;
    Result<Operation<DocumentPage>> search(
        const CallInfo& call,
        const Account& account,
        const TokenSet& tokens,
        const DocumentSearch& wanted
    ) const;
    Result<Operation<Download>> download(
        const CallInfo& call,
        const Account& account,
        const TokenSet& tokens,
        const DocumentDownload& wanted
    ) const;
    Result<Operation<DocumentPage>> revisions(
        const CallInfo& call,
        const Account& account,
        const TokenSet& tokens,
        const DocumentRevisions& wanted
    ) const;
    Result<Operation<Storage>> storage(
        const CallInfo& call, const Account& account, const TokenSet& tokens
    ) const;
    Result<Operation<Link>> link(
        const CallInfo& call,
        const Account& account,
        const TokenSet& tokens,
        const DocumentRef& file
    ) const;

  private:
    std::shared_ptr<PluginInstance> instance_;
};

}  // namespace ferry::plugin
