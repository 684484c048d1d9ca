// A callback receiver as a process of its own, so that it can be stopped and continued: answers 200
// after it has appended the request to the file that is its argument. Ends with its parent.

#include "base/random.h"
#include "http/server.h"

#include <sys/prctl.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <iostream>
#include <mutex>

int main(int argc, char** argv) {
    if (argc != 2) return 2;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    std::ofstream out(argv[1], std::ios::binary);
    std::mutex mutex;
    ferry::SystemRandom random;
    ferry::http::Server server(
        {},
        [&](const ferry::http::Request& request) {
            const std::lock_guard lock(mutex);
            for (const char* name :
                 {"webhook-id",
                  "webhook-timestamp",
                  "webhook-signature",
                  "Elements-Webhook-Signature"}) {
                out << request.headers.get(name).value_or("") << "\n";
            }
            out << request.body.size() << "\n" << request.body << "\n" << std::flush;
            return ferry::http::Response{};
        },
        [](const ferry::http::Request&, std::string_view) {},
        random
    );
    if (!server.start()) return 1;
    std::cerr << "receiver listening on 127.0.0.1:" << server.port() << std::endl;
    for (;;)
        ::pause();
}
