#pragma once
// The real hub as a process between a fake Dropbox and a receiver that live in the test: everything
// the fault tests have in common, up to the invariants at the end.

#include "base/random.h"
#include "demo/fake_dropbox/fake_dropbox.h"
#include "faults/child_process.h"
#include "http/server.h"
#include "simulation/file_actor.h"
#include "support/callback_log.h"
#include "support/temp_dir.h"

#include <atomic>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace ferry::test {

struct FaultBenchOptions {
    std::string data_dir{};  ///< where the hub's store is; empty: in the test's folder
    /// Empty: the bench's own receiver. Each instance has a URL of its own below it.
    std::string callback_url{};
    std::vector<std::string> orderings{};  ///< of the instances; those beyond it ask for none
    std::string plugins_dir{};             ///< empty: the plugins that were built
};

class FaultBench {
  public:
    explicit FaultBench(std::uint64_t seed, FaultBenchOptions options = {});
    ~FaultBench();
    FaultBench(const FaultBench&) = delete;
    FaultBench& operator=(const FaultBench&) = delete;

    /// Starts the hub and waits until it listens. Gives how long that took, or nullopt.
    std::optional<Milliseconds> startHub();
    ChildProcess& hub() { return *hub_; }
    /// The command line of a hub on this data folder.
    std::vector<std::string> serveCommand() const;

    demo::FakeDropbox& provider() { return *provider_; }
    CallbackLog& receiver() { return receiver_; }
    SeededRandom& random() { return random_; }
    const std::vector<std::string>& accounts() const { return accounts_; }

    /// What the receiver answers; 0 lets the log decide.
    void answerWith(int status) { answer_ = status; }

    /// One random change of one account.
    void act();
    /// From now on files of all accounts change all the time, and each callback takes the receiver
    /// some milliseconds: there is always something on its way.
    void startLoad();
    void stopLoad();
    /// Waits until every baseline is over.
    bool waitForBaseline(Milliseconds timeout);
    /// Waits until the index is the account and everything is delivered.
    bool waitUntilQuiet(Milliseconds timeout);
    /// What is wrong; call it at rest. The hub may be running.
    std::vector<std::string> problems();
    std::size_t loggedEvents();

  private:
    void changeFiles();
    std::string_view orderingOf(std::size_t account) const;
    void writeConfiguration(const FaultBenchOptions& options);
    bool isQuiet();
    http::Response receive(const http::Request& request);

    const SystemClock clock_;
    SystemRandom system_random_;
    SeededRandom random_;
    TempDir folder_;
    std::filesystem::path data_dir_;
    std::unique_ptr<demo::FakeDropbox> provider_;
    demo::App app_;
    std::vector<std::string> accounts_;
    std::vector<FileActor> actors_;
    CallbackLog receiver_;
    std::vector<std::string> orderings_;
    std::atomic<int> answer_{0};
    std::atomic<bool> has_load_{false};
    std::atomic<unsigned> received_{0};
    std::thread load_;
    std::unique_ptr<http::Server> server_;
    std::unique_ptr<ChildProcess> hub_;
};

}  // namespace ferry::test
