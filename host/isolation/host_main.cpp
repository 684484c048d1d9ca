// ferry-plugin-host: runs one plugin for the hub that started it, without a network, files or other
// programs. What the hub asks comes over a socket (protocol.h).

#include "isolation/child_server.h"
#include "isolation/sandbox.h"

#include <sys/socket.h>
#include <unistd.h>

#include <iostream>

int main() {
    int type = 0;
    socklen_t size = sizeof type;
    if (::getsockopt(ferry::isolation::kSocketDescriptor, SOL_SOCKET, SO_TYPE, &type, &size) != 0) {
        std::cerr << "ferry-plugin-host is started by the hub, for the plugins that ferry.yaml "
                     "names under plugin_isolation\n";
        return 2;
    }
    if (const ferry::Status begun = ferry::isolation::beginSandbox(); !begun) {
        std::cerr << "ferry-plugin-host: " << begun.error().message << "\n";
        return 1;
    }
    ferry::isolation::ChildServer().run();
    // Not exit(): what the plugin registered to run at the end is not ours to run.
    ::_exit(0);
}
