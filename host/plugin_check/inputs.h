#pragma once
// What hooks are called with: of the fixtures where there are some, else made up from the manifest.

#include "plugin/records.h"
#include "plugin_check/fixtures.h"
#include "plugin_check/hooks.h"

#include <string>
#include <vector>

namespace ferry::plugin_check {

class Subject;

/// Arguments of every hook; each takes what belongs to it.
struct Inputs {
    TimePoint now;
    plugin::Account account;
    plugin::TokenSet tokens;
    plugin::AuthorizeRequest authorize;
    plugin::CodeExchange exchange;
    plugin::FetchRequest fetch;
    plugin::DocumentRef document;  ///< also the folder of a list or search
    std::string cursor;            ///< of a list or search
    std::string text;              ///< to search for
    std::string range;             ///< of a download
    plugin::Subscribe subscribe;   ///< also of what is removed
    OwnedWebhook webhook;
    plugin::Fields secrets;
    std::vector<std::string> changes;
};

/// What the clock of all calls shows: the time of the fixtures, or one that is always the same.
TimePoint checkedTime(const Subject& subject);
/// Values of the manifest's parameters, made-up tokens, the first webhook and all changes of the
/// fixtures.
Inputs inputsOf(const Subject& subject);
/// The secrets as the hub names them.
plugin::Fields secretsOf(const std::string& secret);

/// Texts of the inputs that nobody may see in a message: tokens, codes, secret parameters.
std::vector<std::string> secretTexts(const Subject& subject, const Inputs& inputs);

/// An operation with its arguments, and what the provider answers.
struct Play {
    std::string name;  ///< for messages
    OperationHook hook = OperationHook::Fetch;
    Inputs inputs;
    std::vector<plugin::HttpResponse> answers;
    std::string result;  ///< of a fixture; empty: whatever
};

/// The operations of the fixtures; hooks that the SDK does not have are left out.
std::vector<Play> recordedPlays(const Subject& subject);
/// Each of `hooks` with answers that any provider may give: none, errors of all kinds, nonsense;
/// each is given again and again, `answers_max` times.
std::vector<Play> commonPlays(
    const Subject& subject, const std::vector<OperationHook>& hooks, int answers_max
);

}  // namespace ferry::plugin_check
