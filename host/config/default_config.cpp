#include "config/default_config.h"

#include "config/hub_config.h"

namespace ferry::config {

namespace {

constexpr std::string_view kDefaultConfig =
    R"yaml(# The hub's configuration. Every value below is the default; `ferry lint` checks the file.
# Relative paths are relative to this file. A value may come from outside, as a whole:
# ${env:NAME} is an environment variable, ${file:/run/key} the content of a file without the line
# end at its end.

# What providers and browsers reach. Providers demand https: put a TLS proxy in front, and its
# address here.
public_url: http://127.0.0.1:8080

# Where the hub listens, address:port.
listen: 127.0.0.1:8080

# The store lives here. It is made at the first start.
data_dir: ./data
storage: sqlite

# Folders scanned, one level deep, for plugins (a folder with connector.yaml and the .so), and for
# connectors without code (KEY.yaml); files, or folders of files, that declare instances.
plugins: [./plugins]
connectors: [./connectors]
instances: [./instances]

# Whose plugins are loaded: folders with a MANIFEST that one of these keys has signed ('ferry plugin
# key' and 'ferry plugin sign' make both). Without require_signed, folders that have no MANIFEST are
# loaded as well; what came with the program always is.
#plugin_signatures:
#  trusted_keys: {release: "${env:RELEASE_KEY}"}
#  require_signed: true

# Plugins that run in processes of their own, without network and files, by id; '*': all. One that
# crashes or hangs then costs its own work a retry, and others 5 s at most; each call costs some
# microseconds more.
#plugin_isolation: ['*']

# Seals the secrets in the store. Keep a copy elsewhere: without the key the store can't be read.
encryption:
  key_file: ./data/master.key

delivery:
  # Private networks that callbacks may reach all the same, such as [10.1.0.0/16].
  allow_networks: []
  # A proxy that all callbacks go through, http://host:port or socks5h://host:port. It resolves their
  # names, so it has to refuse private addresses. None by default.
  #proxy: http://127.0.0.1:4750
  # Requests at a time to one callback URL, and the time one of them may take.
  concurrency_per_callback: 4
  timeout: 15s
  # A URL that fails so many times in a row is left alone for a while, then tried once at a time until
  # it is back; 0: never.
  breaker_failures: 5
  # Waits before the second attempt, the third, and so on; or standard (these), open-connectors-9,
  # open-connectors-5.
  retry_schedule: [5s, 5m, 30m, 2h, 5h, 10h, 14h, 20h, 24h]

# How long events and finished deliveries stay; less while all that is stored is more than size (0: any).
# What a callback has not taken for as long as waiting is a dead letter.
retention: {age: 30d, size: 50GiB, waiting: 30d}

# Changes to a connector, by its key. base_urls go through a proxy or to a test server;
# poll_interval (default 5m) is the safety net for lost webhooks.
#providers:
#  dropbox:
#    base_urls: {api: https://proxy.example.com}
#    poll_interval: 5m

# Who is told, by a signed message, of what a person has to look at.
#operator: {callback_url: https://alerts.example.com/, signature_key: "${env:KEY}", failing_after: 10m}

# The REST API. Keys are made with 'ferry keys add'; user_secret is one more, which may write, and
# organization_secret takes the place of the hub's own, for callers that have these two already.
# One key may make requests_per_second (0: any number), and requests_burst at once after a pause;
# beyond, 429. Of all callers, requests_in_flight are answered at a time; beyond, 503. Scripts in
# browsers may call if their site is among cors_origins, such as [https://app.example.com].
#api:
#  user_secret: ${env:FERRY_USER_SECRET}
#  organization_secret: ${env:FERRY_ORGANIZATION_SECRET}
#  requests_per_second: 100
#  requests_burst: 200
#  requests_in_flight: 48
#  cors_origins: []

http:
  # Connections served at a time, and the largest request body.
  threads: 80
  body_limit: 1MiB

logging:
  # debug, info, warning or error; text or json.
  level: info
  format: text
)yaml";

}  // namespace

std::string_view defaultConfigText() noexcept {
    return kDefaultConfig;
}

std::string_view exampleInstanceText() noexcept {
    // One '#' taken away from the front of every line gives a valid file: the comments have two.
    return R"yaml(## One Dropbox account. Take away the '#' in front of the lines, set the variables and the
## callback URL, and run `ferry lint`.
instances:
#  - name: marketing
#    key: dropbox
#    tags: [tenant-7]
#    configuration:
#      authentication.type: oauth2
#      oauth.callback.url: https://hub.example.com/oauth/callback
#      oauth.api.key: ${env:DROPBOX_APP_KEY}
#      oauth.api.secret: ${env:DROPBOX_APP_SECRET}
##      With a refresh token the browser step is skipped:
##      oauth.user.refresh_token: ${env:DROPBOX_REFRESH_TOKEN}
#      event.notification.enabled: true
#      event.notification.callback.url: https://app.example.com/events
#      event.notification.signature.key: ${env:SIGNING_KEY}
)yaml";
}

}  // namespace ferry::config
