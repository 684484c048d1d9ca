#pragma once
// Making, changing and removing instances over REST: checked by the same validator as files,
// written to the store, and authorized while the caller waits.

#include "api/api_parts.h"
#include "api/instance_body.h"
#include "api/instance_configuration.h"
#include "base/result.h"
#include "config/connector_manifest.h"
#include "model/instance.h"
#include "pipeline/instance_record.h"

#include <atomic>
#include <mutex>
#include <string>
#include <string_view>

namespace ferry::api {

struct UpdateOptions {
    ConfigurationChange change = ConfigurationChange::Merge;
    bool may_authorize = true;  ///< false: `?reAuthenticate=false`
};

/// True if the account is reached in the same way. Another app alone is no other way: what the user
/// consented to stays until the provider refuses it, and only a code brings another consent.
bool isReachedAlike(pipeline::Configuration a, pipeline::Configuration b);

/// Threads: any. Changes are made one at a time; while a provider is asked, others go on. Lifetime:
/// `parts` outlives it.
/// Errors of all: Conflict naming file and line for an instance that a file owns; those of the
/// store.
class InstanceChanges {
  public:
    explicit InstanceChanges(const ApiParts& parts) : parts_(parts) {}

    /// Makes an instance and authorizes it, if the body has something to do it with; else it waits
    /// for a person. A name that is taken gets a number behind it: the original had no unique
    /// names. Errors: InvalidArgument with everything that is wrong; and if the provider refuses,
    /// its error: then nothing is left.
    Result<Instance> create(const config::ConnectorManifest& connector, const InstanceBody& body);

    /// Changes an instance. With a code, or another credential, it is authorized anew; everything
    /// else leaves the authorization as it is. If the provider refuses, all is as before.
    Result<Instance> update(
        const Instance& instance, const InstanceBody& body, const UpdateOptions& options
    );

    Status remove(const Instance& instance);

    /// Stops an instance, or lets it run again: also one whose access key the provider refused.
    Result<Instance> setEnabled(const Instance& instance, bool is_enabled);

  private:
    using Draft = pipeline::InstanceDraft;
    struct Written {
        Instance before;
        Instance after;
        Draft draft;
        bool is_to_authorize = false;
    };

    Result<Instance> insert(Draft draft);
    Result<Written> write(
        InstanceId id,
        const config::ConnectorManifest& connector,
        const InstanceBody& body,
        const UpdateOptions& options
    );
    /// `was`: the configuration of `before`, opened.
    Result<Draft> draftOf(
        const Instance& before,
        const pipeline::Configuration& was,
        const config::ConnectorManifest& connector,
        const InstanceBody& body,
        const UpdateOptions& options
    );
    Status bringForward(const Instance& instance);
    /// InvalidArgument if browsers would come back to a page of the hub that there is not.
    Status checkRedirect(const pipeline::Configuration& configuration) const;
    Status restore(const Written& written);
    Result<std::string> freeName(const std::string& wanted, InstanceId self);
    Result<Instance> read(InstanceId id);
    Status authorize(InstanceId id, const Draft& draft, const Secret& code);
    /// A provider's error as the caller's: 400 where what the caller has given is refused.
    static Error refusalOf(const Error& error);
    Status waitForAnswer(oauth::BrowserGrant grant);
    Status waitForPerson(InstanceId id);

    const ApiParts& parts_;
    std::mutex mutex_;  ///< held while a record is read, changed and written
    std::atomic<unsigned> waiting_{0};
};

}  // namespace ferry::api
