#pragma once
// A case of derivation: what there was, what a provider tells, and the events that come of it.

#include "support/derivation_bench.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace ferry::test {

struct Case {
    const char* name;
    Page baseline;
    std::vector<Page> pages;
    Lines now;           ///< events of the drain
    Lines after_window;  ///< events once the move window has passed
    Page truth{};        ///< what is there by then, should the hub ask
};

class ChangeDerivation : public ::testing::TestWithParam<Case> {};

inline std::string caseName(const ::testing::TestParamInfo<Case>& tested) {
    return tested.param.name;
}

inline Page treeAt(const std::string& top) {
    return {
        folder("F", top),
        folder("G", top + "/sub"),
        file("1", top + "/1"),
        file("2", top + "/sub/2")};
}

inline const Page kTree = treeAt("/a");

}  // namespace ferry::test
