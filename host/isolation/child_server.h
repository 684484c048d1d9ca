#pragma once
// The other end of isolated_plugin.h: answers the hub's calls in ferry-plugin-host, one at a time.

#include "base/clock.h"
#include "isolation/codec.h"
#include "isolation/protocol.h"
#include "plugin/plugin_library.h"

#include <map>
#include <memory>
#include <optional>
#include <string>

namespace ferry::isolation {

/// The time is what the hub says with each call. One thread.
class CallClock final : public Clock {
  public:
    void set(TimePoint now) { now_ = now; }
    TimePoint now() const override { return now_; }
    TimePoint wallNow() const override { return now_; }

  private:
    TimePoint now_{};
};

/// Sends the plugin's lines to the hub. One thread.
class FrameLog final : public plugin::PluginLog {
  public:
    void write(const plugin::LogLine& line) override;
};

/// One thread, and one plugin.
class ChildServer {
  public:
    /// Answers until the hub closes its end of the socket.
    void run();

  private:
    void serve(FrameReader& frame);
    void load(FrameReader& frame);
    LoadAnswer loadPlugin(const StartOptions& options);
    void connect(FrameReader& frame);
    void serveProvider(FrameReader& frame);
    void startOperation(FrameReader& frame);
    Result<pipeline::OperationPtr> beginOperation(OperationKind kind, FrameReader& frame);
    Result<pipeline::OperationPtr> beginDocuments(OperationKind kind, FrameReader& frame);
    Result<pipeline::OperationPtr> beginSubscriptions(OperationKind kind, FrameReader& frame);
    void advance(FrameReader& frame);
    template <typename T>
    void answer(const Result<T>& result);
    pipeline::Provider& provider() { return *providers_.at(head_.connector); }

    CallHead head_;
    CallClock clock_;
    FrameLog log_;
    std::shared_ptr<plugin::PluginLibrary> plugin_;
    std::map<std::uint64_t, std::shared_ptr<pipeline::Provider>> providers_;  // by connector
    std::map<std::uint64_t, pipeline::OperationPtr> operations_;
};

}  // namespace ferry::isolation
