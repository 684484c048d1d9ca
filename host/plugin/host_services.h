#pragma once
// What the host offers to plugins: the ferry_host record and the services behind it.

#include <memory>

struct ferry_host;

namespace ferry::plugin {

/// The record every plugin gets. Immutable; it lives as long as any plugin. Threads: any.
class HostServices {
  public:
    HostServices();
    ~HostServices();
    HostServices(const HostServices&) = delete;
    HostServices& operator=(const HostServices&) = delete;

    const ferry_host* abi() const noexcept { return host_.get(); }

  private:
    std::unique_ptr<ferry_host> host_;
};

}  // namespace ferry::plugin
