#include "support/abi_host.h"

#include "support/abi_run.h"
#include "support/abi_services.h"

#include <dlfcn.h>

#include <utility>

namespace ferry::test {

std::string AbiRequest::text() const {
    std::string text = method + " " + url + "\n";
    for (const auto& [name, value] : headers)
        text += name + ": " + value + "\n";
    return text + "\n" + body;
}

AbiPlugin::AbiPlugin(const std::string& file, const std::string& connector, Pairs settings)
    : connector_(connector), settings_(std::move(settings)) {
    void* library = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) die(dlerror());
    const auto entry =
        reinterpret_cast<ferry_plugin_entry_v1_fn>(dlsym(library, FERRY_PLUGIN_ENTRY_V1));
    if (entry == nullptr) die(file + " has no entry");
    host_ = {
        sizeof host_, FERRY_ABI_MAJOR, FERRY_ABI_MINOR, 0, this, {"test", 4}, {"0", 1}, getService};
    module_ = entry(&host_);
    if (module_ == nullptr) die(file + " does not want this host");
    remake();
}

AbiPlugin::~AbiPlugin() {
    module_->destroy(self_);
}

void AbiPlugin::remake() {
    if (self_ != nullptr) module_->destroy(std::exchange(self_, nullptr));
    AbiOutcome outcome;
    CallScope scope(*this, outcome);
    Loan loan;
    ferry_setup setup{};
    setup.struct_size = sizeof setup;
    setup.connector = loan.text(connector_);
    setup.settings = loan.fields(settings_);
    if (module_->create(&host_, &scope.call, &setup, &self_) != FERRY_OK) die("create failed");
}

AbiOutcome AbiPlugin::exchange(
    const AbiAccount& account,
    const std::string& code,
    const std::string& redirect_uri,
    const std::string& verifier,
    const Script& script
) {
    return run(script, [&](Loan& loan, const ferry_call& call, ferry_operation** op) {
        const ferry_account lent = loan.account(account);
        ferry_code_exchange exchange{};
        exchange.struct_size = sizeof exchange;
        exchange.code = loan.text(code);
        exchange.redirect_uri = loan.text(redirect_uri);
        exchange.code_verifier = loan.text(verifier);
        return auth(*module_).exchange_start(self_, &call, &lent, &exchange, op);
    });
}

AbiOutcome AbiPlugin::refresh(
    const AbiAccount& account, const AbiTokens& tokens, const Script& script
) {
    return run(script, [&](Loan& loan, const ferry_call& call, ferry_operation** op) {
        const ferry_account lent = loan.account(account);
        const ferry_token_set lent_tokens = loan.tokens(tokens);
        return auth(*module_).refresh_start(self_, &call, &lent, &lent_tokens, op);
    });
}

AbiOutcome AbiPlugin::revoke(
    const AbiAccount& account, const AbiTokens& tokens, const Script& script
) {
    return run(script, [&](Loan& loan, const ferry_call& call, ferry_operation** op) {
        const ferry_account lent = loan.account(account);
        const ferry_token_set lent_tokens = loan.tokens(tokens);
        return auth(*module_).revoke_start(self_, &call, &lent, &lent_tokens, op);
    });
}

AbiOutcome AbiPlugin::verify(
    const AbiAccount& account, const AbiTokens& tokens, const Script& script
) {
    return run(script, [&](Loan& loan, const ferry_call& call, ferry_operation** op) {
        const ferry_account lent = loan.account(account);
        const ferry_token_set lent_tokens = loan.tokens(tokens);
        return auth(*module_).verify_start(self_, &call, &lent, &lent_tokens, op);
    });
}

AbiOutcome AbiPlugin::initialCursor(
    const AbiAccount& account, const AbiTokens& tokens, const Script& script
) {
    return run(script, [&](Loan& loan, const ferry_call& call, ferry_operation** op) {
        const ferry_account lent = loan.account(account);
        const ferry_token_set lent_tokens = loan.tokens(tokens);
        return changesOf(*module_).initial_cursor_start(self_, &call, &lent, &lent_tokens, op);
    });
}

AbiOutcome AbiPlugin::fetch(
    const AbiAccount& account,
    const AbiTokens& tokens,
    ferry_fetch_mode mode,
    const std::string& cursor,
    const Script& script,
    std::uint32_t limit
) {
    return run(script, [&](Loan& loan, const ferry_call& call, ferry_operation** op) {
        const ferry_account lent = loan.account(account);
        const ferry_token_set lent_tokens = loan.tokens(tokens);
        const ferry_fetch fetch{sizeof(ferry_fetch), mode, loan.text(cursor), limit, 0};
        return changesOf(*module_).fetch_start(self_, &call, &lent, &lent_tokens, &fetch, op);
    });
}

}  // namespace ferry::test
