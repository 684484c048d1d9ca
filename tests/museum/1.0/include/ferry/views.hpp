#pragma once
// Typed views of what the host passes in. They own nothing: a view is valid as long as what it
// looks at, which is until the hook returns, or in a coroutine hook until the operation ends.

#include <ferry/ferry.h>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <optional>
#include <string_view>

namespace ferry::sdk {

inline std::string_view toView(ferry_str text) noexcept {
    return text.size == 0 ? std::string_view() : std::string_view(text.data, text.size);
}
inline std::string_view toView(ferry_bytes bytes) noexcept {
    return bytes.size == 0
               ? std::string_view()
               : std::string_view(reinterpret_cast<const char*>(bytes.data), bytes.size);
}
inline ferry_str toStr(std::string_view text) noexcept {
    return {text.data(), text.size()};
}
inline ferry_bytes toBytes(std::string_view bytes) noexcept {
    return {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()};
}

namespace detail {

/// The element `index` of an array whose elements may be longer than this SDK knows.
template <typename T>
const T& at(const T* first, std::size_t stride, std::size_t index) noexcept {
    return *reinterpret_cast<const T*>(reinterpret_cast<const char*>(first) + index * stride);
}

inline char lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

inline bool equalIgnoringCase(std::string_view a, std::string_view b) noexcept {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
        return lower(x) == lower(y);
    });
}

}  // namespace detail

/// Named values: configuration, headers, secrets, base URLs.
class FieldsView {
  public:
    FieldsView() = default;
    explicit FieldsView(ferry_fields fields) noexcept : fields_(fields) {}

    std::size_t size() const noexcept { return fields_.count; }
    std::string_view name(std::size_t index) const noexcept { return toView(field(index).name); }
    std::string_view value(std::size_t index) const noexcept { return toView(field(index).value); }

    /// The value of the first field with this name, nullopt if there is none.
    std::optional<std::string_view> find(std::string_view wanted) const noexcept {
        for (std::size_t i = 0; i < size(); ++i)
            if (name(i) == wanted) return value(i);
        return std::nullopt;
    }
    /// The same for header names, whose case does not matter.
    std::optional<std::string_view> findHeader(std::string_view wanted) const noexcept {
        for (std::size_t i = 0; i < size(); ++i)
            if (detail::equalIgnoringCase(name(i), wanted)) return value(i);
        return std::nullopt;
    }
    /// The value, or nothing.
    std::string_view get(std::string_view wanted) const noexcept {
        return find(wanted).value_or(std::string_view());
    }

  private:
    const ferry_field& field(std::size_t index) const noexcept {
        return detail::at(fields_.first, fields_.stride, index);
    }
    ferry_fields fields_{};
};

/// What the host keeps of an account.
class AccountView {
  public:
    explicit AccountView(const ferry_account& account) noexcept : account_(&account) {}

    /// The key that webhooks name the account by; empty before it was verified.
    std::string_view id() const noexcept { return toView(account_->account_id); }
    /// The text that verify() gave as Identity::account_state.
    std::string_view state() const noexcept { return toView(account_->account_state); }
    FieldsView configuration() const noexcept { return FieldsView(account_->configuration); }
    FieldsView baseUrls() const noexcept { return FieldsView(account_->base_urls); }
    /// A configuration value by the key of the manifest, or nothing.
    std::string_view config(std::string_view key) const noexcept {
        return configuration().get(key);
    }
    /// A base URL of the manifest, without a slash at the end, or nothing.
    std::string_view baseUrl(std::string_view name) const noexcept { return baseUrls().get(name); }

  private:
    const ferry_account* account_;
};

/// What the authorize URL is made of.
class AuthorizeRequestView {
  public:
    explicit AuthorizeRequestView(const ferry_authorize_request& request) noexcept
        : request_(&request) {}

    std::string_view redirectUri() const noexcept { return toView(request_->redirect_uri); }
    std::string_view state() const noexcept { return toView(request_->state); }
    /// PKCE, S256; empty: without PKCE.
    std::string_view codeChallenge() const noexcept { return toView(request_->code_challenge); }
    FieldsView extras() const noexcept { return FieldsView(request_->extras); }
    std::size_t scopeCount() const noexcept { return request_->scopes.count; }
    std::string_view scope(std::size_t index) const noexcept {
        return toView(detail::at(request_->scopes.first, request_->scopes.stride, index));
    }

  private:
    const ferry_authorize_request* request_;
};

/// A webhook as it came in: nothing in it is to be trusted before verifySignature().
class WebhookRequestView {
  public:
    explicit WebhookRequestView(const ferry_webhook_request& request) noexcept
        : request_(&request) {}

    std::string_view method() const noexcept { return toView(request_->method); }
    std::string_view path() const noexcept { return toView(request_->path); }
    /// Without '?', still percent-encoded.
    std::string_view query() const noexcept { return toView(request_->query); }
    FieldsView headers() const noexcept { return FieldsView(request_->headers); }
    /// A header in any case of letters, or nothing.
    std::string_view header(std::string_view name) const noexcept {
        return headers().findHeader(name).value_or(std::string_view());
    }
    std::string_view body() const noexcept { return toView(request_->body); }

  private:
    const ferry_webhook_request* request_;
};

/// The raw records of a page.
class ChangesView {
  public:
    explicit ChangesView(ferry_changes changes) noexcept : changes_(changes) {}
    std::size_t size() const noexcept { return changes_.count; }
    /// The record as the provider sent it.
    std::string_view operator[](std::size_t index) const noexcept {
        return toView(detail::at(changes_.first, changes_.stride, index).raw);
    }

  private:
    ferry_changes changes_;
};

/// What a plugin object is made for.
class SetupView {
  public:
    explicit SetupView(const ferry_setup& setup) noexcept : setup_(&setup) {}
    std::string_view connector() const noexcept { return toView(setup_->connector); }
    FieldsView settings() const noexcept { return FieldsView(setup_->settings); }

  private:
    const ferry_setup* setup_;
};

}  // namespace ferry::sdk
