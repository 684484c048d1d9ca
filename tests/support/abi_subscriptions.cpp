// The hooks of a plugin that register webhooks, as the test host calls them.

#include "support/abi_run.h"

namespace ferry::test {

namespace {

ferry_subscribe lend(Loan& loan, const AbiSubscribe& wanted) {
    ferry_subscribe lent{};
    lent.struct_size = sizeof lent;
    lent.callback_url = loan.text(wanted.callback_url);
    lent.secret = loan.text(wanted.secret);
    lent.nonce = loan.text(wanted.nonce);
    lent.state = loan.text(wanted.state);
    return lent;
}

/// An access token that no plugin looks at.
AbiTokens someTokens() {
    AbiTokens tokens;
    tokens.access_token = "token";
    return tokens;
}

}  // namespace

AbiOutcome AbiPlugin::subscribe(
    const AbiAccount& account, const AbiSubscribe& wanted, const Script& script
) {
    return run(script, [&](Loan& loan, const ferry_call& call, ferry_operation** op) {
        const ferry_account lent = loan.account(account);
        const ferry_token_set tokens = loan.tokens(someTokens());
        const ferry_subscribe asked = lend(loan, wanted);
        return subscriptionOf(*module_).subscribe_start(self_, &call, &lent, &tokens, &asked, op);
    });
}

AbiOutcome AbiPlugin::unsubscribe(
    const AbiAccount& account, const AbiSubscribe& wanted, const Script& script
) {
    return run(script, [&](Loan& loan, const ferry_call& call, ferry_operation** op) {
        const ferry_account lent = loan.account(account);
        const ferry_token_set tokens = loan.tokens(someTokens());
        const ferry_subscribe asked = lend(loan, wanted);
        return subscriptionOf(*module_).unsubscribe_start(self_, &call, &lent, &tokens, &asked, op);
    });
}

}  // namespace ferry::test
