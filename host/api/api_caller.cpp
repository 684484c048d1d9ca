// Who calls, and which instance is meant: what Api does before a handler has the call.

#include "api/api.h"
#include "api/element_lookup.h"
#include "base/ascii.h"
#include "base/number_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace ferry::api {
namespace {

bool hasParameter(const Route& route, std::string_view pattern) {
    return route.path.find(pattern) != std::string::npos;
}

}  // namespace

Result<Caller> Api::authenticate(const http::Request& request) {
    const auto& fields = request.headers.fields();
    const auto count = std::ranges::count_if(fields, [](const auto& field) {
        return lowerAscii(field.first) == "authorization";
    });
    if (count > 1) {
        return fail(
            ErrorCode::InvalidArgument,
            "there is more than one Authorization header: put all parts into one, with commas"
        );
    }
    Result<Caller> caller = authenticator_.authenticate(request);
    // Whoever sends nothing guesses nothing.
    const auto header = request.headers.get("Authorization");
    const bool is_try = header && !trimBlanks(*header).empty();
    return is_try ? admitted(std::move(caller)) : caller;
}

Result<Caller> Api::logIn(std::string_view name, const Secret& key) {
    FERRY_TRY_ASSIGN(Caller caller, admitted(authenticator_.logIn(name, key)));
    FERRY_TRY(rate_.admit(caller.key_name));
    return caller;
}

/// A key that is right is not told from a wrong one while there are too many tries, or the answers
/// would be as good as before for who guesses. One that was good since the hub began is let through
/// at any time.
Result<Caller> Api::admitted(Result<Caller> caller) {
    if (caller) {
        const std::lock_guard lock(good_keys_mutex_);
        if (good_keys_.contains(caller->key_name)) return caller;
    }
    if (const Status admitted = guesses_.admit("wrong"); !admitted) {
        return fail(Error(
            ErrorCode::RateLimited,
            "too many keys were wrong: try again later",
            admitted.error().retry_after
        ));
    }
    if (caller) {
        const std::lock_guard lock(good_keys_mutex_);
        good_keys_.insert(caller->key_name);
    }
    return caller;
}

Status Api::findSubject(const Route& route, Call& call) {
    // Also where no instance is meant: a token that is good for nothing must not seem to be good.
    if (call.caller.element) {
        FERRY_TRY_ASSIGN(call.instance, parts_.store.instances().find(*call.caller.element));
        if (!call.instance) {
            return fail(ErrorCode::Unauthenticated, "the instance of the Element token is gone");
        }
    }
    if (route.subject == Subject::None) {
        call.instance.reset();
        return {};
    }
    const bool is_in_path = hasParameter(route, "{id}");
    if (is_in_path) {
        FERRY_TRY_ASSIGN(
            call.instance, instanceOfPath(call.params, hasParameter(route, "{keyOrId}"))
        );
    } else if (call.caller.element) {
        const bool is_elsewhere =
            route.subject == Subject::Instance && hasParameter(route, "{keyOrId}") &&
            !namesElement(parts_, call.params.get("keyOrId"), call.instance->connector_key);
        if (is_elsewhere) {
            return fail(
                ErrorCode::NotFound,
                fmt::format(
                    "the Element token is of an instance of '{}', which is not in this path",
                    call.instance->connector_key
                )
            );
        }
    } else if (route.subject != Subject::AnyInstance) {
        return fail(
            ErrorCode::Unauthenticated,
            "the Authorization header lacks 'Element <token>': it says which instance is meant"
        );
    }
    return checkEnabled(route, call);
}

Status Api::checkEnabled(const Route& route, const Call& call) {
    if (route.subject == Subject::Account && call.instance->state == InstanceState::Disabled) {
        return fail(
            ErrorCode::PermissionDenied,
            fmt::format(
                "instance {} is disabled: enable it with PUT {}/instances/{}/enabled",
                call.instance->id.value,
                kBasePath,
                call.instance->id.value
            )
        );
    }
    return {};
}

Result<std::optional<Instance>> Api::instanceOfPath(
    const http::Params& params, bool has_connector
) {
    const std::string& text = params.get("id");
    const auto number = parseInteger(text);
    const bool is_number = number && *number > 0;
    std::optional<Instance> found;
    if (is_number) {
        FERRY_TRY_ASSIGN(found, parts_.store.instances().find(InstanceId(*number)));
    }
    if (found && has_connector &&
        !namesElement(parts_, params.get("keyOrId"), found->connector_key)) {
        FERRY_TRY_ASSIGN(const auto wanted, findElement(parts_, params.get("keyOrId")));
        return fail(
            ErrorCode::NotFound,
            fmt::format(
                "instance {0} is of '{1}', not of '{2}': it is at {3}/elements/{1}/instances/{0}",
                *number,
                found->connector_key,
                wanted->key,
                kBasePath
            )
        );
    }
    if (!found) {
        return fail(
            ErrorCode::NotFound,
            is_number ? fmt::format("there is no instance {}", *number)
                      : "there is no such instance: its id is a number"
        );
    }
    return found;
}

}  // namespace ferry::api
