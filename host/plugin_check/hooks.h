#pragma once
// The hooks of the ABI by name.

#include <cstdint>
#include <optional>
#include <string_view>

namespace ferry::plugin_check {

enum class PureHook : std::uint8_t {
    AuthorizeUrl,
    VerifyChallenge,
    VerifySignature,
    ParseNotification,
    Normalize,
};
inline constexpr PureHook kPureHooks[] = {
    PureHook::AuthorizeUrl,
    PureHook::VerifyChallenge,
    PureHook::VerifySignature,
    PureHook::ParseNotification,
    PureHook::Normalize};

enum class OperationHook : std::uint8_t {
    ExchangeCode,
    Refresh,
    Revoke,
    Verify,
    Fetch,
    InitialCursor,
    DocumentMetadata,
    ListDocuments,
    SearchDocuments,
    DownloadDocument,
    ListRevisions,
    StorageUsage,
    DocumentLink,
    Subscribe,
    Unsubscribe,
};
inline constexpr OperationHook kOperationHooks[] = {
    OperationHook::ExchangeCode,
    OperationHook::Refresh,
    OperationHook::Revoke,
    OperationHook::Verify,
    OperationHook::Fetch,
    OperationHook::InitialCursor,
    OperationHook::DocumentMetadata,
    OperationHook::ListDocuments,
    OperationHook::SearchDocuments,
    OperationHook::DownloadDocument,
    OperationHook::ListRevisions,
    OperationHook::StorageUsage,
    OperationHook::DocumentLink,
    OperationHook::Subscribe,
    OperationHook::Unsubscribe};

/// As the C++ layer of the SDK names them: "fetch".
std::string_view hookName(PureHook hook) noexcept;
std::string_view hookName(OperationHook hook) noexcept;
std::optional<OperationHook> operationHook(std::string_view name) noexcept;

/// A status of the ABI in small letters, without "FERRY_" and "ERROR_": "ok", "auth_expired";
/// empty for one that the ABI does not have.
std::string_view statusName(std::int32_t status) noexcept;

}  // namespace ferry::plugin_check
