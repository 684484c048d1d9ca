#pragma once
// A user of one account who works at random: creates, changes, moves, deletes, restores, one file
// or many at once, now and then in ways that the provider tells of oddly.

#include "demo/fake_dropbox/fake_dropbox.h"
#include "support/seeded_random.h"

#include <string>
#include <vector>

namespace ferry::test {

class FileActor {
  public:
    /// Both outlive it.
    FileActor(demo::FakeDropbox& provider, SeededRandom& random, std::string account)
        : provider_(provider), random_(random), account_(std::move(account)) {}

    /// One change, or a burst of them. Gives what was done, for the log.
    std::string act();

    const std::string& account() const { return account_; }

  private:
    std::string pickExisting(bool wants_folder) const;
    std::string pickFolder() const;
    std::string newPath(const char* suffix);
    std::string actOnce();
    std::string moveSomething(bool is_folder);
    std::string shareSomething();

    demo::FakeDropbox& provider_;
    SeededRandom& random_;
    const std::string account_;
    std::uint64_t next_name_ = 1;
    std::vector<std::string> removed_;
};

/// How the account's changes show in its feed, at random.
demo::DeltaShape randomShape(SeededRandom& random);

}  // namespace ferry::test
