#pragma once
// The fake on a socket: Poco's HTTP server with every parameter set, TLS if certificate files are
// given. All hosts of Dropbox (api, content, notify, www) are this one port.

#include "base/result.h"
#include "demo/fake_dropbox/world.h"

#include <cstdint>
#include <memory>
#include <string>

namespace ferry::demo {

struct ServerOptions {
    std::string host = "127.0.0.1";
    std::uint16_t port = 0;            ///< 0: any free one
    std::string tls_certificate_file;  ///< PEM; with tls_key_file, or neither
    std::string tls_key_file;
    int threads = 32;  ///< connections served at a time; a longpoll or an idle one holds one
};

class Server {
  public:
    /// `world` outlives it.
    Server(World& world, ServerOptions options);
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    /// Unavailable: the port is taken. InvalidArgument: the certificate cannot be used.
    Status start();
    /// Lets requests under way end; World::is_stopping must be set, so that they do soon.
    void stop();
    std::uint16_t port() const;

  private:
    struct Running;

    World& world_;
    const ServerOptions options_;
    std::unique_ptr<Running> running_;
};

}  // namespace ferry::demo
