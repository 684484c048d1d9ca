#include "plugin/webhook_view.h"

#include "plugin/hook_call.h"

namespace ferry::plugin {

Result<std::optional<WebhookReply>> WebhookView::verifyChallenge(
    const CallInfo& call, const WebhookRequest& request, const Fields& secrets
) const {
    constexpr const char* kHook = "verify_challenge";
    const auto slot =
        FERRY_SLOT_OF(instance_->extensions().webhook, ferry_webhook_1, verify_challenge);
    if (slot == nullptr) return unsupported(*instance_, kHook);
    CallGuard& guard = instance_->guard();
    FERRY_TRY(guard.admit(kHook));

    const CallScope scope(guard, call);
    const AbiWebhookRequest abi(request);
    const AbiFields abi_secrets(secrets);
    OutputSink sink(Output::Reply);
    const ferry_status status =
        slot(instance_->self(), scope.abi(), abi.abi(), abi_secrets.abi(), sink.abi());
    if (status != FERRY_YES && status != FERRY_NO)
        return fail(guard.failure(kHook, status, scope, Trust::Stranger, sink.problem()));
    if (!sink.problem().empty() || sink.reply.has_value() != (status == FERRY_YES))
        return fail(guard.misbehaviour(kHook, "answer and reply disagree", call, Trust::Stranger));
    guard.good();
    return std::move(sink.reply);
}

Status WebhookView::verifySignature(
    const CallInfo& call, const WebhookRequest& request, const Fields& secrets
) const {
    constexpr const char* kHook = "verify_signature";
    const auto slot =
        FERRY_SLOT_OF(instance_->extensions().webhook, ferry_webhook_1, verify_signature);
    if (slot == nullptr) return unsupported(*instance_, kHook);
    CallGuard& guard = instance_->guard();
    FERRY_TRY(guard.admit(kHook));

    const CallScope scope(guard, call);
    const AbiWebhookRequest abi(request);
    const AbiFields abi_secrets(secrets);
    const ferry_status status = slot(instance_->self(), scope.abi(), abi.abi(), abi_secrets.abi());
    if (status != FERRY_OK) return fail(guard.failure(kHook, status, scope, Trust::Stranger));
    guard.good();
    return {};
}

Result<std::vector<Notice>> WebhookView::parseNotification(
    const CallInfo& call, const WebhookRequest& request
) const {
    constexpr const char* kHook = "parse_notification";
    const auto slot =
        FERRY_SLOT_OF(instance_->extensions().webhook, ferry_webhook_1, parse_notification);
    if (slot == nullptr) return unsupported(*instance_, kHook);
    CallGuard& guard = instance_->guard();
    FERRY_TRY(guard.admit(kHook));

    const CallScope scope(guard, call);
    const AbiWebhookRequest abi(request);
    OutputSink sink(Output::Notice);
    const ferry_status status = slot(instance_->self(), scope.abi(), abi.abi(), sink.abi());
    if (status != FERRY_OK)
        return fail(guard.failure(kHook, status, scope, Trust::Stranger, sink.problem()));
    if (!sink.problem().empty())
        return fail(guard.misbehaviour(kHook, sink.problem(), call, Trust::Stranger));
    guard.good();
    return std::move(sink.notices);
}

}  // namespace ferry::plugin
