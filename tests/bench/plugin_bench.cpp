// Goal: what the ABI costs: a call, an operation that goes on with an answer, an event of
// normalize. Method: a plugin that does nothing, called a million times through the tables as the
// hub calls them; the best of several rounds, as all else on the machine only adds. The bound is
// what the same costs without the boundary.

#include "bench/benches.h"
#include "bench/hub_process.h"
#include "bench/process.h"
#include "plugin/abi_write.h"
#include "plugin/call_scope.h"
#include "plugin/normalize_view.h"
#include "plugin/operation.h"
#include "plugin/plugin_instance.h"

#include <ferry/ferry.h>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <limits>

namespace ferry::bench {
namespace {

using Steady = std::chrono::steady_clock;

class NoLog final : public plugin::PluginLog {
  public:
    void write(const plugin::LogLine&) override {}
};

/// Nanoseconds of one of `count` things that `body` does, in the best of seven rounds.
template <typename Body>
double bestOf(std::size_t count, Body body) {
    double best = std::numeric_limits<double>::max();
    for (int round = 0; round < 7; ++round) {
        const auto begin = Steady::now();
        body(count);
        const std::chrono::duration<double, std::nano> took = Steady::now() - begin;
        best = std::min(best, took.count() / static_cast<double>(count));
    }
    return best;
}

/// What the compiler must take for a function of somebody else.
using Plain = ferry_status (*)(const void*, const ferry_webhook_request*);
ferry_status plainCall(const void*, const ferry_webhook_request* request) {
    return request == nullptr ? FERRY_ERROR_INVALID : FERRY_OK;
}
volatile Plain plain_call = &plainCall;

struct Subject {
    NoLog log;
    std::shared_ptr<plugin::PluginLibrary> library;
    std::shared_ptr<plugin::PluginInstance> instance;
    plugin::CallInfo info;
    plugin::Account account;
};

Status load(Subject& subject) {
    const auto file = buildFolder() / "bench/plugins/bench/libbench.so";
    auto library = plugin::PluginLibrary::load(
        {file, "bench", "1.0.0", 1}, std::make_shared<plugin::HostServices>(), subject.log, {}
    );
    if (!library) return fail(ErrorCode::NotFound, library.error().message);
    subject.library = *library;
    subject.info.account = "marketing";
    subject.account.account_id = "dbid:1";
    FERRY_TRY_ASSIGN(
        subject.instance,
        plugin::PluginInstance::create(subject.library, {"bench", {}}, subject.info)
    );
    return {};
}

void benchCall(Report& report, Subject& subject, std::size_t count) {
    const plugin::CallScope scope(subject.library->guard(), subject.info);
    ferry_webhook_request request{};
    request.struct_size = sizeof request;
    const auto verify = subject.instance->extensions().webhook->verify_signature;
    void* const self = subject.instance->self();
    ferry_status sum = 0;
    const double plain = bestOf(count, [&](std::size_t times) {
        for (std::size_t i = 0; i < times; ++i)
            sum += plain_call(self, &request);
    });
    const double call = bestOf(count, [&](std::size_t times) {
        for (std::size_t i = 0; i < times; ++i)
            sum += verify(self, scope.abi(), &request, {});
    });
    if (sum != 0) report.fail("plugin: a call went wrong");
    report.add(
        {"plugin.call",
         call,
         "ns",
         Target::Below,
         20,
         plain,
         "a hook through its table and the SDK's barrier; bound: a call of a function pointer"}
    );
}

ferry_status countRequest(const ferry_sink* sink, const ferry_http_request*) {
    ++*static_cast<std::size_t*>(sink->ctx);
    return FERRY_OK;
}

Status benchResume(Report& report, Subject& subject, std::size_t count) {
    const plugin::CallScope scope(subject.library->guard(), subject.info);
    const plugin::AbiAccount account(subject.account);
    const ferry_token_set tokens = plugin::toAbi(plugin::TokenSet());
    const ferry_fetch fetch = plugin::toAbi(plugin::FetchRequest());
    const ferry_module& module = subject.instance->module();
    void* const self = subject.instance->self();
    ferry_operation* op = nullptr;
    const auto start = subject.instance->extensions().changes->fetch_start;
    if (start(self, scope.abi(), account.abi(), &tokens, &fetch, &op) != FERRY_OK)
        return fail(ErrorCode::Internal, "no operation");
    std::size_t requests = 0;
    ferry_sink sink{};
    sink.struct_size = sizeof sink;
    sink.ctx = &requests;
    sink.http_request = reinterpret_cast<decltype(sink.http_request)>(&countRequest);
    ferry_http_response response{};
    response.struct_size = sizeof response;
    response.status = 200;
    module.advance(self, op, scope.abi(), nullptr, &sink);
    const double resume = bestOf(count, [&](std::size_t times) {
        for (std::size_t i = 0; i < times; ++i)
            module.advance(self, op, scope.abi(), &response, &sink);
    });
    module.drop(self, op);
    if (requests != 7 * count + 1) return fail(ErrorCode::Internal, "an operation has ended");
    report.add(
        {"plugin.resume",
         resume,
         "ns",
         Target::Below,
         150,
         0,
         "an answer in, the coroutine goes on to its next request, which the sink takes"}
    );
    return {};
}

Status benchNormalize(Report& report, Subject& subject, std::size_t pages) {
    constexpr std::size_t kChanges = 1'000;  // of a page
    std::vector<std::string> changes;
    for (std::size_t i = 0; i < kChanges; ++i)
        changes.push_back(fmt::format("/folder/of/many/files/file-{:06}.txt", i));
    const plugin::NormalizeView view(subject.instance);
    bool is_good = true;
    const double normalize = bestOf(pages, [&](std::size_t times) {
        for (std::size_t i = 0; i < times; ++i) {
            const auto items = view.normalize(subject.info, subject.account, changes);
            is_good = is_good && items && items->size() == kChanges;
        }
    });
    if (!is_good) return fail(ErrorCode::Internal, "normalize went wrong");
    // The five texts of an event, kept once, as in the host's record; the plugin's object has
    // views.
    std::size_t bytes = 0;
    const double copies = bestOf(pages, [&](std::size_t times) {
        for (std::size_t i = 0; i < times; ++i) {
            std::vector<std::array<std::string, 5>> kept;
            kept.reserve(kChanges);
            for (const std::string& path : changes) {
                const std::string name = path.substr(path.rfind('/') + 1);
                kept.push_back({path, path, path, name, path.substr(0, 16)});
            }
            bytes += kept.back()[0].size();
        }
    });
    report.add(
        {"plugin.normalize",
         normalize / kChanges,
         "ns",
         Target::Below,
         200,
         bytes > 0 ? copies / kChanges : 0,
         "an event with five texts, checked and kept by the host; bound: the copies of its texts"}
    );
    return {};
}

Status run(Report& report) {
    Subject subject;
    FERRY_TRY(load(subject));
    const std::size_t count = report.isQuick() ? 10'000 : 1'000'000;
    benchCall(report, subject, count);
    FERRY_TRY(benchResume(report, subject, count));
    return benchNormalize(report, subject, count / 1'000);
}

}  // namespace

void benchPlugin(Report& report) {
    report.heading("what calls into plugins cost");
    if (const Status status = run(report); !status)
        report.fail("plugin: " + status.error().message);
    benchIsolatedPlugin(report);
}

}  // namespace ferry::bench
