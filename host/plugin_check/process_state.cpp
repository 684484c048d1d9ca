#include "plugin_check/process_state.h"

#include <fmt/format.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cfenv>
#include <clocale>
#include <filesystem>

namespace ferry::plugin_check {
namespace fs = std::filesystem;
namespace {

std::vector<std::string> threadsNow() {
    std::vector<std::string> ids;
    std::error_code ignored;
    for (const fs::directory_entry& entry : fs::directory_iterator("/proc/self/task", ignored))
        ids.push_back(entry.path().filename().string());
    return ids;
}

std::map<std::string, std::string> filesNow() {
    std::map<std::string, std::string> files;
    std::error_code ignored;
    for (const fs::directory_entry& entry : fs::directory_iterator("/proc/self/fd", ignored)) {
        const fs::path target = fs::read_symlink(entry.path(), ignored);
        // The descriptor that this loop itself reads with.
        if (target.string() == fmt::format("/proc/{}/fd", ::getpid())) continue;
        files.emplace(entry.path().filename().string(), target.string());
    }
    return files;
}

std::map<std::string, std::string> signalsNow() {
    std::map<std::string, std::string> signals;
    sigset_t mask;
    ::sigprocmask(SIG_SETMASK, nullptr, &mask);
    for (int number = 1; number < NSIG; ++number) {
        struct sigaction action {};
        if (::sigaction(number, nullptr, &action) != 0) continue;
        signals.emplace(
            fmt::format("signal {}", number),
            fmt::format(
                "handler {} flags {:x}{}",
                reinterpret_cast<const void*>(action.sa_handler),
                action.sa_flags,
                sigismember(&mask, number) == 1 ? " blocked" : ""
            )
        );
    }
    return signals;
}

std::map<std::string, std::string> localeNow() {
    std::map<std::string, std::string> locale;
    locale.emplace("locale", std::setlocale(LC_ALL, nullptr));
    return locale;
}

std::map<std::string, std::string> environmentNow() {
    std::map<std::string, std::string> found;
    std::error_code ignored;
    found.emplace("working folder", fs::current_path(ignored).string());
    const mode_t mask = ::umask(0);
    ::umask(mask);
    found.emplace("umask", fmt::format("{:o}", mask));
    found.emplace("rounding mode", std::to_string(std::fegetround()));
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
        const std::string text(*entry);
        const std::size_t at = text.find('=');
        found.emplace("variable " + text.substr(0, at), text.substr(at == text.npos ? at : at + 1));
    }
    return found;
}

}  // namespace

ProcessState ProcessState::now() {
    return {threadsNow(), filesNow(), signalsNow(), localeNow(), environmentNow()};
}

std::string difference(
    const std::map<std::string, std::string>& before,
    const std::map<std::string, std::string>& after
) {
    std::string text;
    const auto add = [&text](const std::string& what) {
        text += (text.empty() ? "" : "; ") + what;
    };
    for (const auto& [name, value] : after) {
        const auto was = before.find(name);
        if (was == before.end())
            add(fmt::format("{} ({}) is new", name, value));
        else if (was->second != value)
            add(fmt::format("{} was {}, and is {}", name, was->second, value));
    }
    for (const auto& [name, value] : before)
        if (!after.contains(name)) add(fmt::format("{} ({}) is gone", name, value));
    return text;
}

}  // namespace ferry::plugin_check
