// Goal: the master key is made once, readable by its owner alone, and a store never opens with
// another one. Method: key files in a temporary folder, and a store that remembers its key.

#include "app/key_file.h"

#include "store/sqlite/sqlite_store.h"
#include "support/seeded_random.h"
#include "support/temp_dir.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

namespace ferry::app {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class KeyFileTest : public testing::Test {
  protected:
    KeyFileTest() {
        auto opened = store::sqlite::SqliteStore::open((folder_.path() / "ferry.db").string());
        EXPECT_TRUE(opened);
        store_ = std::move(*opened);
    }
    std::string content() const {
        std::ifstream in(path_);
        return {std::istreambuf_iterator<char>(in), {}};
    }
    void write(const std::string& text) const {
        fs::create_directories(path_.parent_path());
        fs::remove(path_);
        std::ofstream(path_) << text;
        ::chmod(path_.c_str(), 0600);
    }
    static std::string messageOf(const Result<SealingKey>& result) {
        return result ? "no error" : result.error().message;
    }

    test::TempDir folder_;
    test::SeededRandom random_;
    std::unique_ptr<store::sqlite::SqliteStore> store_;
    const fs::path path_ = folder_.path() / "keys" / "master.key";
};

TEST_F(KeyFileTest, IsReadableByItsOwnerAloneWhateverTheMask) {
    const mode_t before = ::umask(0);
    ASSERT_TRUE(writeKeyFile(path_, random_));
    ::umask(before);

    EXPECT_EQ(fs::status(path_).permissions(), fs::perms::owner_read | fs::perms::owner_write);
    EXPECT_EQ(content().size(), 65U);
    EXPECT_TRUE(readKeyFile(path_));
    EXPECT_FALSE(fs::exists(path_.string() + ".new")) << "the draft is gone";
}

TEST_F(KeyFileTest, IsNeverOverwritten) {
    ASSERT_TRUE(writeKeyFile(path_, random_));
    const std::string before = content();

    const Status again = writeKeyFile(path_, random_);

    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, ErrorCode::Conflict);
    EXPECT_EQ(content(), before);
}

TEST_F(KeyFileTest, ADraftLeftByACrashDoesNotHinder) {
    fs::create_directories(path_.parent_path());
    std::ofstream(path_.string() + ".new") << "half a k";
    EXPECT_TRUE(writeKeyFile(path_, random_));
    EXPECT_TRUE(readKeyFile(path_));
}

TEST_F(KeyFileTest, MayNotBeReadableByOthers) {
    ASSERT_TRUE(writeKeyFile(path_, random_));
    ::chmod(path_.c_str(), 0640);

    const auto read = readKeyFile(path_);

    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, ErrorCode::PermissionDenied);
    EXPECT_THAT(read.error().message, HasSubstr("chmod 600 " + path_.string()));
}

TEST_F(KeyFileTest, WhatIsNoKeyIsRefusedWithoutShowingIt) {
    const std::string digits(64, 'a');
    for (const std::string& text :
         {std::string(),
          std::string("hunter2"),
          digits.substr(1),
          digits + "a",
          std::string(64, 'g'),
          digits + "\n" + digits,
          std::string(1 << 20, 'a')}) {
        write(text);
        const auto read = readKeyFile(path_);
        ASSERT_FALSE(read) << text.size();
        EXPECT_EQ(read.error().code, ErrorCode::InvalidArgument);
        EXPECT_THAT(
            read.error().message, AllOf(HasSubstr("64 hex digits"), Not(HasSubstr("hunter2")))
        );
    }
    write(digits + "\r\n");
    EXPECT_TRUE(readKeyFile(path_)) << "an editor may have added the line end";
}

TEST_F(KeyFileTest, AFolderInItsPlaceIsAnError) {
    fs::create_directories(path_);
    fs::permissions(path_, fs::perms::owner_all);
    EXPECT_THAT(
        messageOf(readKeyFile(path_)),
        AllOf(HasSubstr(path_.string() + " is a folder"), HasSubstr("encryption.key_file"))
    );
    EXPECT_THAT(messageOf(keyForStore(path_, store_->meta(), random_)), HasSubstr("is a folder"));
}

TEST_F(KeyFileTest, APathThatCantBeFollowedIsAnError) {
    fs::create_directories(path_.parent_path());
    fs::create_symlink(path_, path_);
    EXPECT_THAT(
        messageOf(keyForStore(path_, store_->meta(), random_)),
        AllOf(HasSubstr(path_.string()), HasSubstr("symbolic links"))
    );
    EXPECT_FALSE(writeKeyFile(path_, random_));
}

TEST_F(KeyFileTest, OneThatMayNotBeReadIsNotTakenForMissingOrEmpty) {
    ASSERT_TRUE(keyForStore(path_, store_->meta(), random_));
    const auto messages = [&] {
        return std::pair(
            messageOf(readKeyFile(path_)), messageOf(keyForStore(path_, store_->meta(), random_))
        );
    };
    if (::geteuid() == 0) {
        fs::permissions(folder_.path(), fs::perms::owner_all | fs::perms::others_exec);
        fs::permissions(path_.parent_path(), fs::perms::owner_all | fs::perms::others_exec);
        ASSERT_EQ(::seteuid(65534), 0);
    } else {
        fs::permissions(path_, fs::perms::none);
    }
    const auto at_file = messages();
    const uid_t user = ::geteuid();
    ASSERT_EQ(::seteuid(::getuid()), 0);
    fs::permissions(path_.parent_path(), fs::perms::none);
    ASSERT_EQ(::seteuid(user), 0);
    const auto at_folder = messages();
    ASSERT_EQ(::seteuid(::getuid()), 0);
    fs::permissions(path_.parent_path(), fs::perms::owner_all);

    for (const std::string& message :
         {at_file.first, at_file.second, at_folder.first, at_folder.second}) {
        EXPECT_THAT(
            message,
            AllOf(
                HasSubstr(path_.string() + ": Permission denied"),
                HasSubstr("let user " + std::to_string(user))
            )
        );
    }
}

TEST_F(KeyFileTest, ANewStoreGetsAKeyAndOpensWithItAgain) {
    const auto made = keyForStore(path_, store_->meta(), random_);
    ASSERT_TRUE(made) << messageOf(made);

    const auto again = keyForStore(path_, store_->meta(), random_);
    ASSERT_TRUE(again) << messageOf(again);
    EXPECT_EQ(again->id(), made->id());
}

TEST_F(KeyFileTest, AMissingKeyOfAStoreIsNotReplaced) {
    const auto made = keyForStore(path_, store_->meta(), random_);
    ASSERT_TRUE(made);
    fs::remove(path_);

    const auto missing = keyForStore(path_, store_->meta(), random_);

    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().code, ErrorCode::PermissionDenied);
    EXPECT_THAT(
        missing.error().message,
        AllOf(
            HasSubstr(made->id()),
            HasSubstr(path_.string()),
            HasSubstr("missing"),
            HasSubstr("backup"),
            HasSubstr("encryption.key_file")
        )
    );
    EXPECT_FALSE(fs::exists(path_));
}

TEST_F(KeyFileTest, AnotherKeyIsRefusedNamingBoth) {
    const auto made = keyForStore(path_, store_->meta(), random_);
    ASSERT_TRUE(made);
    fs::remove(path_);
    ASSERT_TRUE(writeKeyFile(path_, random_));
    const auto other = readKeyFile(path_);
    ASSERT_TRUE(other);

    const auto wrong = keyForStore(path_, store_->meta(), random_);

    ASSERT_FALSE(wrong);
    EXPECT_EQ(wrong.error().code, ErrorCode::PermissionDenied);
    EXPECT_THAT(
        wrong.error().message,
        AllOf(HasSubstr(made->id()), HasSubstr(other->id()), HasSubstr("backup"))
    );
    EXPECT_THAT(wrong.error().message, Not(HasSubstr(content().substr(0, 64))));
}

TEST_F(KeyFileTest, AFolderThatCantBeWrittenIsAnErrorThatNamesTheFile) {
    std::ofstream(folder_.path() / "file") << "x";
    const Status written = writeKeyFile(folder_.path() / "file" / "master.key", random_);
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().code, ErrorCode::Unavailable);
    EXPECT_THAT(written.error().message, HasSubstr("file/master.key"));
}

}  // namespace
}  // namespace ferry::app
