#include "plugin/normalize_view.h"

#include "plugin/hook_call.h"

#include <utility>

namespace ferry::plugin {
namespace {

std::uint32_t changeIndexOf(const Normalized& item) {
    return std::visit([](const auto& value) { return value.change_index; }, item);
}

/// Puts a Reject for every change without an item. The sink took the items in the order of the
/// changes.
void fillGaps(std::vector<Normalized>& items, std::size_t change_count) {
    std::vector<Normalized> filled;
    filled.reserve(std::max(items.size(), change_count));
    std::size_t next = 0;
    for (std::uint32_t change = 0; change < change_count; ++change) {
        if (next == items.size() || changeIndexOf(items[next]) != change)
            filled.push_back(Reject{
                change, Error(ErrorCode::Corrupt, "the plugin said nothing about the change")});
        while (next < items.size() && changeIndexOf(items[next]) == change)
            filled.push_back(std::move(items[next++]));
    }
    items = std::move(filled);
}

}  // namespace

Result<std::vector<Normalized>> NormalizeView::normalize(
    const CallInfo& call,
    const Account& account,
    std::span<const std::string> changes,
    std::span<const std::string> hints
) const {
    constexpr const char* kHook = "normalize";
    const auto slot =
        FERRY_SLOT_OF(instance_->extensions().normalize, ferry_normalize_1, normalize);
    if (slot == nullptr) return unsupported(*instance_, kHook);
    CallGuard& guard = instance_->guard();
    FERRY_TRY(guard.admit(kHook));

    std::vector<ferry_change> abi;
    abi.reserve(changes.size());
    for (std::size_t i = 0; i < changes.size(); ++i) {
        const std::string_view hint = i < hints.size() ? std::string_view(hints[i]) : "";
        abi.push_back({sizeof(ferry_change), 0, toBytes(changes[i]), toStr(hint)});
    }
    const CallScope scope(guard, call);
    const AbiAccount abi_account(account);
    OutputSink sink(Output::Normalization, changes.size());
    const ferry_status status = slot(
        instance_->self(),
        scope.abi(),
        abi_account.abi(),
        {abi.data(), sizeof(ferry_change), abi.size()},
        sink.abi()
    );
    if (status != FERRY_OK)
        return fail(guard.failure(kHook, status, scope, Trust::Provider, sink.problem()));
    if (!sink.problem().empty())
        return fail(guard.misbehaviour(kHook, sink.problem(), call, Trust::Provider));
    if (sink.changes_met < changes.size()) {
        fillGaps(sink.normalized, changes.size());
        (void)guard.misbehaviour(kHook, "said nothing about some changes", call, Trust::Provider);
    } else {
        guard.good();
    }
    return std::move(sink.normalized);
}

}  // namespace ferry::plugin
