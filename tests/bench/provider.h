#pragma once
// The fake Dropbox of a benchmark, and a hub that is connected to its accounts.

#include "base/clock.h"
#include "bench/hub_process.h"
#include "demo/fake_dropbox/fake_dropbox.h"
#include "support/temp_dir.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace ferry::bench {

/// Threads: one, besides the fake's own.
class Provider {
  public:
    /// A fake with `accounts` empty accounts, no notices of its own, and a seeded hub folder.
    /// `callback(i)` is the callback URL of an account, or empty.
    /// Errors: those of the parts.
    static Result<std::unique_ptr<Provider>> make(
        std::size_t accounts, const std::function<std::string(std::size_t)>& callback
    );
    /// Starts the hub and waits until every account has had its baseline.
    Result<std::unique_ptr<HubProcess>> startHub() const;

    demo::FakeDropbox& fake() { return *fake_; }
    std::uint16_t port() const;
    const std::string& account(std::size_t number) const { return accounts_[number]; }
    std::size_t accounts() const { return accounts_.size(); }
    /// A request that tells the hub of a change of the account.
    const std::string& notice(std::size_t number) const { return notices_[number]; }
    const std::string& accessToken(std::size_t number) const { return access_tokens_[number]; }
    const std::filesystem::path& folder() const { return folder_.path(); }

  private:
    Provider() = default;

    const SystemClock clock_;
    test::TempDir folder_;
    std::unique_ptr<demo::FakeDropbox> fake_;
    std::vector<std::string> accounts_;
    std::vector<std::string> access_tokens_;
    std::vector<std::string> notices_;
};

}  // namespace ferry::bench
