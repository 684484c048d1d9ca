// The document hooks of a plugin, as the test host calls them.

#include "support/abi_run.h"

namespace ferry::test {

namespace {

ferry_document_ref refOf(Loan& loan, const std::string& ref) {
    ferry_document_ref lent{};
    lent.struct_size = sizeof lent;
    (ref.starts_with('/') ? lent.path : lent.object_id) = loan.text(ref);
    return lent;
}

}  // namespace

AbiOutcome AbiPlugin::metadata(
    const AbiAccount& account, const AbiTokens& tokens, const std::string& ref, const Script& script
) {
    return run(script, [&](Loan& loan, const ferry_call& call, ferry_operation** op) {
        const ferry_account lent = loan.account(account);
        const ferry_token_set lent_tokens = loan.tokens(tokens);
        const ferry_document_ref lent_ref = refOf(loan, ref);
        const ferry_document_ref& wanted = lent_ref;
        return documentsOf(*module_).metadata_start(self_, &call, &lent, &lent_tokens, &wanted, op);
    });
}

AbiOutcome AbiPlugin::list(
    const AbiAccount& account,
    const AbiTokens& tokens,
    const std::string& ref,
    const std::string& cursor,
    std::uint32_t limit,
    const Script& script
) {
    return run(script, [&](Loan& loan, const ferry_call& call, ferry_operation** op) {
        const ferry_account lent = loan.account(account);
        const ferry_token_set lent_tokens = loan.tokens(tokens);
        const ferry_document_ref lent_ref = refOf(loan, ref);
        ferry_document_list wanted{};
        wanted.struct_size = sizeof wanted;
        wanted.limit = limit;
        wanted.folder = &lent_ref;
        wanted.cursor = loan.text(cursor);
        return documentsOf(*module_).list_start(self_, &call, &lent, &lent_tokens, &wanted, op);
    });
}

AbiOutcome AbiPlugin::search(
    const AbiAccount& account,
    const AbiTokens& tokens,
    const std::string& ref,
    const std::string& text,
    const std::string& cursor,
    const Script& script
) {
    return run(script, [&](Loan& loan, const ferry_call& call, ferry_operation** op) {
        const ferry_account lent = loan.account(account);
        const ferry_token_set lent_tokens = loan.tokens(tokens);
        const ferry_document_ref lent_ref = refOf(loan, ref);
        ferry_document_search wanted{};
        wanted.struct_size = sizeof wanted;
        wanted.folder = &lent_ref;
        wanted.text = loan.text(text);
        wanted.cursor = loan.text(cursor);
        return documentsOf(*module_).search_start(self_, &call, &lent, &lent_tokens, &wanted, op);
    });
}

AbiOutcome AbiPlugin::download(
    const AbiAccount& account,
    const AbiTokens& tokens,
    const std::string& ref,
    const std::string& range,
    const Script& script
) {
    return run(script, [&](Loan& loan, const ferry_call& call, ferry_operation** op) {
        const ferry_account lent = loan.account(account);
        const ferry_token_set lent_tokens = loan.tokens(tokens);
        const ferry_document_ref lent_ref = refOf(loan, ref);
        ferry_document_download wanted{};
        wanted.struct_size = sizeof wanted;
        wanted.file = &lent_ref;
        wanted.range = loan.text(range);
        return documentsOf(*module_).download_start(self_, &call, &lent, &lent_tokens, &wanted, op);
    });
}

AbiOutcome AbiPlugin::revisions(
    const AbiAccount& account,
    const AbiTokens& tokens,
    const std::string& ref,
    const std::string& cursor,
    std::uint32_t limit,
    const Script& script
) {
    return run(script, [&](Loan& loan, const ferry_call& call, ferry_operation** op) {
        const ferry_account lent = loan.account(account);
        const ferry_token_set lent_tokens = loan.tokens(tokens);
        const ferry_document_ref lent_ref = refOf(loan, ref);
        ferry_document_revisions wanted{};
        wanted.struct_size = sizeof wanted;
        wanted.limit = limit;
        wanted.file = &lent_ref;
        wanted.cursor = loan.text(cursor);
        return documentsOf(*module_).revisions_start(
            self_, &call, &lent, &lent_tokens, &wanted, op
        );
    });
}

AbiOutcome AbiPlugin::storage(
    const AbiAccount& account, const AbiTokens& tokens, const Script& script
) {
    return run(script, [&](Loan& loan, const ferry_call& call, ferry_operation** op) {
        const ferry_account lent = loan.account(account);
        const ferry_token_set lent_tokens = loan.tokens(tokens);
        return documentsOf(*module_).storage_start(self_, &call, &lent, &lent_tokens, op);
    });
}

AbiOutcome AbiPlugin::link(
    const AbiAccount& account, const AbiTokens& tokens, const std::string& ref, const Script& script
) {
    return run(script, [&](Loan& loan, const ferry_call& call, ferry_operation** op) {
        const ferry_account lent = loan.account(account);
        const ferry_token_set lent_tokens = loan.tokens(tokens);
        const ferry_document_ref lent_ref = refOf(loan, ref);
        return documentsOf(*module_).link_start(self_, &call, &lent, &lent_tokens, &lent_ref, op);
    });
}

}  // namespace ferry::test
