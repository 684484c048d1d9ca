// Goal: a file that was written, replaced or removed has another stamp. Method: each of these done
// to a file, with the time of change set back where it can be.

#include "base/file_stamp.h"

#include "support/temp_dir.h"

#include <gtest/gtest.h>

#include <fstream>

namespace ferry {
namespace {

namespace fs = std::filesystem;

class FileStampTest : public testing::Test {
  protected:
    FileStampTest() { write(file_, "one"); }

    /// With a time of change that is always the same.
    static void write(const fs::path& path, const std::string& text) {
        std::ofstream(path) << text;
        fs::last_write_time(path, fs::file_time_type(std::chrono::seconds(1)));
    }

    test::TempDir folder_;
    const fs::path file_ = folder_.path() / "file";
};

TEST_F(FileStampTest, IsTheSameAsLongAsNothingChanges) {
    EXPECT_EQ(stampOf(file_), stampOf(file_));
    EXPECT_EQ(stampOf(file_).size, 3);
}

TEST_F(FileStampTest, EachChangeGivesAnother) {
    const FileStamp before = stampOf(file_);
    write(file_, "longer");
    EXPECT_NE(stampOf(file_), before) << "another size";
    write(file_, "one");
    EXPECT_EQ(stampOf(file_), before);
    fs::last_write_time(file_, fs::file_time_type(std::chrono::seconds(2)));
    EXPECT_NE(stampOf(file_), before) << "another time";
    write(folder_.path() / "draft", "two");
    fs::rename(folder_.path() / "draft", file_);
    EXPECT_NE(stampOf(file_), before) << "replaced by one of the same size and time";
    fs::remove(file_);
    EXPECT_EQ(stampOf(file_), FileStamp());
    EXPECT_EQ(stampOf(file_).size, -1);
}

TEST_F(FileStampTest, LooksBehindLinks) {
    fs::create_symlink(file_, folder_.path() / "link");
    EXPECT_EQ(stampOf(folder_.path() / "link"), stampOf(file_));
}

}  // namespace
}  // namespace ferry
