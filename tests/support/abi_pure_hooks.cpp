// The hooks of a plugin that need no provider, as the test host calls them.

#include "support/abi_run.h"

namespace ferry::test {

AbiOutcome AbiPlugin::authorizeUrl(
    const AbiAccount& account,
    const std::string& redirect_uri,
    const std::string& state,
    const std::vector<std::string>& scopes,
    const std::string& challenge,
    const Pairs& extras
) {
    AbiOutcome outcome;
    CallScope scope(*this, outcome);
    Loan loan;
    const ferry_account lent = loan.account(account);
    ferry_authorize_request request{};
    request.struct_size = sizeof request;
    request.redirect_uri = loan.text(redirect_uri);
    request.state = loan.text(state);
    request.scopes = loan.strings(scopes);
    request.code_challenge = loan.text(challenge);
    request.extras = loan.fields(extras);
    outcome.status = auth(*module_).authorize_url(self_, &scope.call, &lent, &request, &scope.sink);
    return outcome;
}

AbiOutcome AbiPlugin::verifyChallenge(
    const std::string& method,
    const std::string& query,
    const std::string& body,
    const Pairs& headers,
    const std::vector<std::string>& secrets
) {
    AbiOutcome outcome;
    CallScope scope(*this, outcome);
    Loan loan;
    ferry_webhook_request request{};
    request.struct_size = sizeof request;
    request.method = loan.text(method);
    request.query = loan.text(query);
    request.headers = loan.fields(headers);
    request.body = loan.bytes(body);
    Pairs named;
    for (const std::string& secret : secrets)
        named.emplace_back("webhook.secret", secret);
    outcome.status = webhook(*module_).verify_challenge(
        self_, &scope.call, &request, loan.fields(named), &scope.sink
    );
    return outcome;
}

ferry_status AbiPlugin::verifySignature(
    const std::string& body, const Pairs& headers, const std::vector<std::string>& secrets
) {
    AbiOutcome outcome;
    CallScope scope(*this, outcome);
    Loan loan;
    ferry_webhook_request request{};
    request.struct_size = sizeof request;
    request.method = loan.text("POST");
    request.headers = loan.fields(headers);
    request.body = loan.bytes(body);
    Pairs named;
    for (const std::string& secret : secrets)
        named.emplace_back("oauth.api.secret", secret);
    return webhook(*module_).verify_signature(self_, &scope.call, &request, loan.fields(named));
}

AbiOutcome AbiPlugin::parseNotification(const std::string& body) {
    AbiOutcome outcome;
    CallScope scope(*this, outcome);
    Loan loan;
    ferry_webhook_request request{};
    request.struct_size = sizeof request;
    request.method = loan.text("POST");
    request.body = loan.bytes(body);
    outcome.status =
        webhook(*module_).parse_notification(self_, &scope.call, &request, &scope.sink);
    return outcome;
}

AbiOutcome AbiPlugin::normalize(
    const std::vector<std::string>& changes, const std::vector<std::string>& hints
) {
    AbiOutcome outcome;
    CallScope scope(*this, outcome);
    scope.changes_in = changes.size();
    Loan loan;
    const ferry_account account = loan.account({});
    outcome.status =
        extension<ferry_normalize_1>(*module_, FERRY_EXT_NORMALIZE)
            .normalize(self_, &scope.call, &account, loan.changes(changes, hints), &scope.sink);
    return outcome;
}

}  // namespace ferry::test
