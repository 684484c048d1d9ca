#include "api/instance_changes.h"

#include "api/element_lookup.h"
#include "api/instance_json.h"
#include "base/utf8.h"
#include "config/instance_file.h"
#include "oauth/oauth_links.h"

#include <fmt/format.h>

#include <utility>

namespace ferry::api {
namespace {

using pipeline::Configuration;

Status checkNotOfFile(const Instance& instance) {
    if (instance.source.empty()) return {};
    return fail(
        ErrorCode::Conflict,
        fmt::format(
            "instance '{}' belongs to the file {}: change it there", instance.name, instance.source
        )
    );
}

}  // namespace

Result<Instance> InstanceChanges::create(
    const config::ConnectorManifest& connector, const InstanceBody& body
) {
    if (!body.name) return fail(ErrorCode::InvalidArgument, "'name' is missing");
    FERRY_TRY_ASSIGN(
        Configuration configuration,
        configurationOf(
            connector, {}, body, ConfigurationChange::Replace, {parts_.egress, parts_.public_url}
        )
    );
    FERRY_TRY(checkRedirect(configuration));
    if (body.is_external && !configuration.contains(oauth::kRefreshToken)) {
        return fail(
            ErrorCode::InvalidArgument,
            fmt::format(
                "'externalAuthentication' is \"initial\", so the parameter '{}' is required",
                oauth::kRefreshToken
            )
        );
    }
    const Draft draft{
        *body.name,
        connector.key,
        body.tags.value_or(std::vector<std::string>()),
        std::move(configuration),
        ""};
    FERRY_TRY_ASSIGN(const Instance instance, insert(draft));
    if (const Status done = authorize(instance.id, draft, body.code); !done) {
        FERRY_TRY(parts_.store.instances().remove(std::span(&instance.id, 1)));
        parts_.instance_changed(instance.id);
        return fail(refusalOf(done.error()));
    }
    return read(instance.id);
}

Result<Instance> InstanceChanges::insert(Draft draft) {
    const std::lock_guard lock(mutex_);
    const TimePoint now = parts_.clock.now();
    FERRY_TRY_ASSIGN(draft.name, freeName(draft.name, InstanceId()));
    Instance instance;  // waits for its authorization, as a new one does
    instance.created_at = now;
    pipeline::InstanceRecords records(parts_.store.instances(), parts_.key, parts_.random);
    FERRY_TRY(records.fill(instance, draft, now));
    FERRY_TRY_ASSIGN(const auto ids, parts_.store.instances().put(std::span(&instance, 1), now));
    instance.id = ids.front();
    return instance;
}

Result<Instance> InstanceChanges::update(
    const Instance& instance, const InstanceBody& body, const UpdateOptions& options
) {
    FERRY_TRY(checkNotOfFile(instance));
    FERRY_TRY_ASSIGN(const auto connector, findElement(parts_, instance.connector_key));
    if (body.element && !namesElement(parts_, *body.element, connector->key)) {
        return fail(
            ErrorCode::InvalidArgument,
            fmt::format(
                "'element' is another connector: instance {} is of '{}', and stays so",
                instance.id.value,
                connector->key
            )
        );
    }
    FERRY_TRY_ASSIGN(const Written written, write(instance.id, *connector, body, options));
    parts_.instance_changed(instance.id);
    parts_.wake_deliveries();  // what waited for another callback is due for this one
    if (written.is_to_authorize) {
        if (const Status done = authorize(instance.id, written.draft, body.code); !done) {
            FERRY_TRY(restore(written));
            return fail(refusalOf(done.error()));
        }
    } else if (written.before.state == InstanceState::AwaitingAuthorization) {
        parts_.authorizer.enqueue(instance.id);  // what it waits for may be what was changed
    }
    return read(instance.id);
}

Result<InstanceChanges::Written> InstanceChanges::write(
    InstanceId id,
    const config::ConnectorManifest& connector,
    const InstanceBody& body,
    const UpdateOptions& options
) {
    const std::lock_guard lock(mutex_);
    Written written;
    FERRY_TRY_ASSIGN(written.before, read(id));
    FERRY_TRY_ASSIGN(
        const Configuration was,
        pipeline::openConfiguration(
            written.before.sealed_configuration, written.before.name, parts_.key
        )
    );
    FERRY_TRY_ASSIGN(written.draft, draftOf(written.before, was, connector, body, options));
    const bool is_stopped = written.before.state == InstanceState::NeedsReauthorization;
    written.is_to_authorize =
        options.may_authorize &&
        (!body.code.empty() || !isReachedAlike(was, written.draft.configuration) ||
         (is_stopped && pipeline::mayBeMended(was, written.draft.configuration)));
    written.after = written.before;
    pipeline::InstanceRecords records(parts_.store.instances(), parts_.key, parts_.random);
    FERRY_TRY(records.fill(written.after, written.draft, parts_.clock.now()));
    FERRY_TRY(parts_.store.instances().reconfigure(std::span(&written.after, 1)));
    if (!pipeline::takesCallbacks(written.before)) FERRY_TRY(bringForward(written.after));
    const bool is_running = written.before.state == InstanceState::Running;
    if (is_running && !pipeline::sameFetching(was, written.draft.configuration))
        FERRY_TRY(parts_.store.notices().mark(std::span(&id, 1), parts_.clock.now()));
    return written;
}

Result<InstanceChanges::Draft> InstanceChanges::draftOf(
    const Instance& before,
    const Configuration& was,
    const config::ConnectorManifest& connector,
    const InstanceBody& body,
    const UpdateOptions& options
) {
    Draft draft{before.name, before.connector_key, before.tags, was, ""};
    if (body.name) {
        FERRY_TRY_ASSIGN(draft.name, freeName(*body.name, before.id));
    }
    if (body.tags) draft.tags = *body.tags;
    if (body.has_configuration) {
        FERRY_TRY_ASSIGN(
            draft.configuration,
            configurationOf(
                connector, was, body, options.change, {parts_.egress, parts_.public_url}
            )
        );
        FERRY_TRY(checkRedirect(draft.configuration));
    }
    if (!body.code.empty() && options.may_authorize) {
        // They are of the authorization that the code takes the place of.
        draft.configuration.erase(std::string(oauth::kRefreshToken));
        draft.configuration.erase("oauth.user.token");
    }
    return draft;
}

Status InstanceChanges::remove(const Instance& instance) {
    FERRY_TRY(checkNotOfFile(instance));
    FERRY_TRY(parts_.store.instances().remove(std::span(&instance.id, 1)));
    parts_.instance_changed(instance.id);
    return {};
}

/// What waited while it took no callbacks, or for what its receiver had asked for.
Status InstanceChanges::bringForward(const Instance& instance) {
    if (!pipeline::takesCallbacks(instance)) return {};
    const auto count = parts_.store.deliveries().bringInstanceForward(
        instance.callback, instance.id, parts_.clock.now()
    );
    if (!count) return fail(count.error());
    if (*count > 0) parts_.wake_deliveries();
    return {};
}

Result<Instance> InstanceChanges::setEnabled(const Instance& instance, bool is_enabled) {
    {
        const std::lock_guard lock(mutex_);
        FERRY_TRY_ASSIGN(const Instance now, read(instance.id));
        if (is_enabled && now.callback) {
            FERRY_TRY(parts_.store.deliveries().switchOn(now.callback, parts_.clock.now()));
            parts_.wake_deliveries();
        }
        if (is_enabled) parts_.tokens.retryNow(instance.id);
        InstanceState state = InstanceState::Disabled;
        bool is_refused_key = false;
        if (is_enabled) {
            FERRY_TRY_ASSIGN(const auto settings, pipeline::openSettings(now, parts_.key));
            FERRY_TRY_ASSIGN(const auto tokens, parts_.store.tokens().get(now.id));
            const bool has_own_key = oauth::usesApiKey(settings);
            const bool may_run = !now.account_id.empty() && (tokens || has_own_key);
            state = may_run ? InstanceState::Running : InstanceState::AwaitingAuthorization;
            is_refused_key = has_own_key && now.state == InstanceState::NeedsReauthorization;
        }
        // One whose key was refused is tried again: it may have been mended at the provider.
        if (!is_refused_key) {
            if (is_enabled == (now.state != InstanceState::Disabled)) {
                if (is_enabled) FERRY_TRY(bringForward(now));
                return now;
            }
            FERRY_TRY(checkNotOfFile(now));
        }
        FERRY_TRY(parts_.store.instances().setState(
            now.id, state, is_enabled ? "" : "disabled over the API", parts_.clock.now()
        ));
    }
    if (is_enabled) {
        FERRY_TRY_ASSIGN(const Instance now, read(instance.id));
        FERRY_TRY(bringForward(now));
    }
    parts_.instance_changed(instance.id);
    parts_.authorizer.enqueue(instance.id);  // does nothing for one that waits for no authorization
    return read(instance.id);
}

Result<std::string> InstanceChanges::freeName(const std::string& wanted, InstanceId self) {
    const auto numbered = [&](std::int64_t number) {
        if (number == 1) return wanted;
        const std::string ending = fmt::format(" ({})", number);
        return std::string(truncateUtf8(wanted, config::kInstanceNameBytesMax - ending.size())) +
               ending;
    };
    const auto isFree = [&](std::int64_t number) -> Result<bool> {
        FERRY_TRY_ASSIGN(const auto found, parts_.store.instances().findByName(numbered(number)));
        return !found || found->id == self;
    };
    // Thousands may have been given the same name: look at ever larger numbers, then between them.
    std::int64_t taken = 0;
    std::int64_t free = 1;
    for (;;) {
        FERRY_TRY_ASSIGN(const bool is_free, isFree(free));
        if (is_free) break;
        taken = free;
        free *= 2;
    }
    while (free - taken > 1) {
        const std::int64_t middle = taken + (free - taken) / 2;
        FERRY_TRY_ASSIGN(const bool is_free, isFree(middle));
        (is_free ? free : taken) = middle;
    }
    return numbered(free);
}

Result<Instance> InstanceChanges::read(InstanceId id) {
    FERRY_TRY_ASSIGN(auto found, parts_.store.instances().find(id));
    if (found) return std::move(*found);
    return fail(ErrorCode::NotFound, fmt::format("there is no instance {}", id.value));
}

}  // namespace ferry::api
