#include "plugin_check/bench.h"

#include "plugin/call_scope.h"
#include "plugin_check/hook_tables.h"
#include "plugin_check/output_text.h"
#include "plugin_check/place.h"
#include "plugin_check/subject.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace ferry::plugin_check {

/// Keeps every line.
class Bench::Lines final : public plugin::PluginLog {
  public:
    void write(const plugin::LogLine& line) override {
        std::string text = line.message;
        for (const plugin::Field& field : line.fields)
            text += fmt::format(" {}={}", field.name, field.value);
        add(std::move(text));
    }
    void add(std::string text) {
        const std::lock_guard lock(mutex_);
        if (keeps && !text.empty()) lines_.push_back(std::move(text));
    }
    std::vector<std::string> all() const {
        const std::lock_guard lock(mutex_);
        return lines_;
    }

    bool keeps = true;

  private:
    mutable std::mutex mutex_;
    std::vector<std::string> lines_;
};

namespace {

const void* noService(const ferry_host*, const char*) noexcept {
    return nullptr;
}

/// A host as `options` want it. The ABI promises that it lives as long as the process.
const ferry_host* hostOf(const plugin::HostServices& services, const HostOptions& options) {
    static std::vector<std::unique_ptr<Lender>> kept;
    Lending lending;
    lending.placement = Placement::Guarded;
    lending.extra_bytes = options.extra_bytes;
    kept.push_back(std::make_unique<Lender>(lending));
    ferry_host told = *services.abi();
    told.abi_major = options.abi_major;
    told.abi_minor = options.abi_minor;
    if (!options.has_services) told.get_service = &noService;
    return kept.back()->host(told);
}

plugin::Output outputsOf(PureHook hook) {
    constexpr plugin::Output kOutputs[] = {
        plugin::Output::Text,
        plugin::Output::Reply,
        plugin::Output::Nothing,
        plugin::Output::Notice,
        plugin::Output::Normalization};
    return kOutputs[static_cast<std::size_t>(hook)];
}

/// Is the status one that the hook may end well with?
bool isGoodStatus(PureHook hook, ferry_status status) {
    if (hook == PureHook::VerifyChallenge) return status == FERRY_YES || status == FERRY_NO;
    return status == FERRY_OK;
}

bool hasResult(PureHook hook, ferry_status status, const plugin::OutputSink& sink, std::size_t in) {
    switch (hook) {
        case PureHook::AuthorizeUrl:
            return sink.text.has_value();
        case PureHook::VerifyChallenge:
            return sink.reply.has_value() == (status == FERRY_YES);
        case PureHook::Normalize: {
            std::vector<bool> told(in);
            for (const plugin::Normalized& item : sink.normalized)
                told[std::visit([](const auto& one) { return one.change_index; }, item)] = true;
            return std::find(told.begin(), told.end(), false) == told.end();
        }
        default:
            return true;
    }
}

}  // namespace

plugin::CallInfo checkedCall(TimePoint now) {
    plugin::CallInfo made;
    made.now = now;
    made.account = "checked";
    made.trace_id = "0af7651916cd43dd8448eb211c80319c";
    return made;
}

std::string Said::text() const {
    const std::string wait =
        retry_after ? fmt::format(" retry_after={}ms", retry_after->count()) : std::string();
    return fmt::format("{} {}{}\n{}", statusName(status), message, wait, outputs);
}

Bench::Bench(const Subject& subject, const HostOptions& host)
    : subject_(subject),
      lines_(std::make_unique<Lines>()),
      guard_(subject.manifest().key, *lines_),
      host_(hostOf(services_, host)) {
    lending_.abi_minor = host.abi_minor;
}

tl::expected<std::unique_ptr<Bench>, Outcome> Bench::load(
    const Subject& subject, const HostOptions& host
) {
    std::unique_ptr<Bench> bench(new Bench(subject, host));
    const std::string path = subject.image().loadPath();
    setPlace("loading it");
    void* library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (library == nullptr) return tl::unexpected<Outcome>(fail(::dlerror()));
    bench->entry_ =
        reinterpret_cast<ferry_plugin_entry_v1_fn>(::dlsym(library, FERRY_PLUGIN_ENTRY_V1));
    if (bench->entry_ == nullptr) return tl::unexpected<Outcome>(fail("there is no entry"));
    setPlace("the entry");
    bench->module_ = bench->entry_(bench->host_);
    return bench;
}

tl::expected<std::unique_ptr<Bench>, Outcome> Bench::make(
    const Subject& subject, const HostOptions& host
) {
    auto bench = load(subject, host);
    if (!bench) return bench;
    if ((*bench)->module_ == nullptr)
        return tl::unexpected<Outcome>(fail(
            fmt::format("the entry refused a host of ABI {}.{}", host.abi_major, host.abi_minor)
        ));
    void* self = nullptr;
    const ferry_status status = (*bench)->create((*bench)->lending_, &self);
    if (status != FERRY_OK || self == nullptr) {
        const std::vector<std::string> lines = (*bench)->lines();
        return tl::unexpected<Outcome>(fail(fmt::format(
            "create gave status {} ({}){}{}",
            status,
            statusName(status),
            self == nullptr ? " and no object" : "",
            lines.empty() ? "" : ": " + lines.back()
        )));
    }
    (*bench)->self_ = self;
    (*bench)->owns_self_ = true;
    return bench;
}

Bench::~Bench() {
    if (owns_self_) destroy(self_);
}

const ferry_module* Bench::enter(const HostOptions& host) {
    return entry_(hostOf(services_, host));
}

void Bench::destroy(void* self) {
    setPlace("destroy");
    module_->destroy(self);
}

ferry_status Bench::create(const Lending& lending, void** self) {
    const plugin::CallInfo info = checkedCall(checkedTime(subject_));
    const plugin::CallScope scope(guard_, info);
    Lender lender(lending);
    const ferry_setup* setup = lender.setup(subject_.manifest().key);
    const ferry_call* call = lender.call(*scope.abi());
    lender.ready();
    setPlace("create");
    const ferry_status status = module_->create(host_, call, setup, self);
    lines_->add(scope.message());
    return status;
}

std::string Bench::breachOf(
    std::string_view hook, ferry_status status, const plugin::OutputSink& sink, bool has_result
) const {
    if (statusName(status).empty()) return fmt::format("{}: unknown status {}", hook, status);
    if (status == FERRY_ERROR_INTERNAL) return fmt::format("{}: internal error", hook);
    if (status < 0) return {};
    if (!sink.problem().empty())
        return fmt::format("{}: went on after a refusal: {}", hook, sink.problem());
    if (!has_result) return fmt::format("{}: ended well without all of its result", hook);
    return {};
}

Said Bench::call(PureHook hook, const Inputs& inputs) {
    const plugin::CallInfo info = checkedCall(inputs.now);
    const plugin::CallScope scope(guard_, info);
    const bool is_normalize = hook == PureHook::Normalize;
    plugin::OutputSink sink(outputsOf(hook), is_normalize ? inputs.changes.size() : 0);
    Said said;
    setPlace(hookName(hook));
    {
        Lender lender(lending_);
        said.status = callPure(*module_, self_, hook, inputs, lender, *scope.abi(), *sink.abi());
    }
    said.message = scope.message();
    said.outputs = textOf(sink);
    const bool is_good = said.status < 0 || isGoodStatus(hook, said.status);
    said.breach = is_good ? breachOf(
                                hookName(hook),
                                said.status,
                                sink,
                                hasResult(hook, said.status, sink, inputs.changes.size())
                            )
                          : fmt::format("{}: odd status {}", hookName(hook), said.status);
    lines_->add(said.message);
    return said;
}

void Bench::useWhole(const Inputs& inputs, int answers_max) {
    for (const PureHook hook : kPureHooks)
        if (has(hook)) (void)call(hook, inputs);
    std::vector<Play> plays = recordedPlays(subject_);
    for (Play& common : commonPlays(subject_, operations(), answers_max))
        plays.push_back(std::move(common));
    for (const Play& each : plays)
        if (has(each.hook)) (void)play(each);
}

std::vector<std::string> Bench::lines() const {
    return lines_->all();
}

void Bench::keepLines(bool keeps) {
    lines_->keeps = keeps;
}

void Bench::addLine(const std::string& text) {
    lines_->add(text);
}

}  // namespace ferry::plugin_check
