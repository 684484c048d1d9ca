#include "config/hub_parameter_texts.h"

namespace ferry::config {

const char* const kEventParameters = R"yaml(
parameters:
  - key: event.notification.enabled
    name: Events enabled
    description: Whether changes in the account become events at the callback URL.
    type: boolean
    default: "false"
  - key: event.notification.callback.url
    name: Event callback URL
    description: Where the hub posts the events.
    type: url
    required: true
    depends_on: {key: event.notification.enabled, value: "true"}
    example: https://app.example.com/events
  - key: event.notification.signature.key
    name: Event signature key
    description: >-
      The key that signs callbacks (HMAC-SHA256). While receivers change from one key to another, keys
      whsec_... may be several, separated by commas; the first one signs for receivers that know one
      alone, and one with @2027-01-31T00:00:00Z behind it signs until then. whsk_... signs with Ed25519.
    type: string
    secret: true
  - key: event.notification.signature.asymmetric
    name: Signature by the hub's key
    description: >-
      Whether callbacks are signed with Ed25519 as well, by a key of the hub for this instance, whose
      public half is at /elements/api-v2/instances/{id}/webhook-keys.
    type: boolean
    default: "false"
  - key: event.notification.format
    name: Callback format
    description: The form of the callback body.
    type: enum
    values: [open-connectors, standard-webhooks, cloudevents]
    default: open-connectors
  - key: event.notification.raw
    name: Raw records
    description: >-
      With event.notification.format open-connectors: message.raw of a callback has the provider's
      records of its own events, or with all those of all events that were found with them, so that
      what fills several callbacks repeats them in each; up to 1,000 events and 256 KiB of records.
    type: enum
    values: [own, all]
    default: own
  - key: event.notification.cloudevents.mode
    name: CloudEvents mode
    description: >-
      With event.notification.format cloudevents: batched, up to 20 events a callback, or structured
      or binary, one event a callback.
    type: enum
    values: [batched, structured, binary]
    default: batched
  - key: event.notification.cloudevents.handshake
    name: CloudEvents handshake
    description: >-
      With event.notification.format cloudevents: whether the receiver is asked by OPTIONS for its
      permission, without which nothing is delivered (abuse protection of CloudEvents web hooks).
    type: boolean
    default: "false"
  - key: event.notification.moves
    name: Moves
    description: >-
      How a move is told: moved, one MOVED event with the previous path, or deleted-created, a
      DELETED and a CREATED event for receivers that know no moves.
    type: enum
    values: [moved, deleted-created]
    default: moved
  - key: event.notification.restores
    name: Restored objects
    description: >-
      How it is told that something deleted is there again: created, or updated for receivers that
      keep what was deleted. Both have restored true.
    type: enum
    values: [created, updated]
    default: created
  - key: event.move.window
    name: Move window
    description: >-
      How long a deletion waits for its other half before it is told, so that both halves of a move
      become one event.
    type: duration
    default: 2s
    min: 0s
    max: 5m
  - key: event.baseline
    name: Events for the baseline
    description: Whether everything that is there at the beginning gives a CREATED event.
    type: boolean
    default: "false"
  - key: event.poll.interval
    name: Poll interval
    description: >-
      How often to look for changes without a webhook; poll_interval of the provider in ferry.yaml
      if not given.
    type: duration
    min: 1s
    max: 7d
    example: 5m
)yaml";

const char* const kCallbackParameters = R"yaml(
parameters:
  - key: event.notification.retry.schedule
    name: Retry schedule
    description: >-
      When a callback that failed is tried again: standard, open-connectors-9, open-connectors-5, or
      the waits one after another. delivery.retry_schedule of ferry.yaml if not given.
    type: string
    pattern: "standard|open-connectors-[59]|([0-9]+(ms|s|m|h|d))+(, ?([0-9]+(ms|s|m|h|d))+)*"
    pattern_message: write standard, open-connectors-9, open-connectors-5, or waits such as 5s,5m,1h
    example: 5s,5m,1h
  - key: event.notification.retry.policy
    name: After the last attempt
    description: >-
      retry: a delivery that runs out of attempts is kept as a dead letter, and the others go on.
      queue: the callback is switched off, and all that comes after waits until it is switched on. The
      account's notification.webhook.failure.policy if not given, which is retry unless it was changed.
    type: enum
    values: [retry, queue]
  - key: event.notification.timeout
    name: Callback time-out
    description: What one attempt may take; delivery.timeout of ferry.yaml if not given.
    type: duration
    min: 100ms
    max: 5m
    example: 30s
  - key: event.notification.rate.limit
    name: Rate limit
    description: Callbacks to the URL in a second, minute or hour at most, up to 9999999.
    type: string
    pattern: "[1-9][0-9]{0,6}/(s|m|h)"
    pattern_message: write a number and a unit of time such as 100/s, 600/m or 1000/h
    example: 100/s
  - key: event.notification.concurrency
    name: Concurrency
    description: >-
      Callbacks to the URL at a time; delivery.concurrency_per_callback of ferry.yaml if not given.
    type: integer
    min: 1
    max: 1000
    example: "4"
  - key: event.notification.ordering
    name: Ordering
    description: >-
      none: as fast as it goes. instance: one callback of the instance after another; one that fails
      holds up those that follow it. object: the same for each file or folder by itself; a callback
      that fails holds up later ones of its objects, and of one in 16 of the others.
    type: enum
    values: [none, instance, object]
    default: none
  - key: event.notification.filter.event.types
    name: Event types
    description: The event types that are delivered; all if not given.
    type: list
    pattern: "(CREATED|UPDATED|DELETED|MOVED)( *, *(CREATED|UPDATED|DELETED|MOVED))*"
    pattern_message: write some of CREATED, UPDATED, DELETED, MOVED
    example: CREATED, UPDATED
  - key: event.notification.filter.object.types
    name: Object types
    description: >-
      The object types that are delivered, such as file, folder or issue; all if not given. other is
      each that is neither file nor folder.
    type: list
    pattern: "[A-Za-z0-9_.-]+( *, *[A-Za-z0-9_.-]+)*"
    pattern_message: write words such as file, folder, issue
    example: file
  - key: event.notification.filter.paths
    name: Paths
    description: >-
      Patterns of the paths that are delivered; all if not given. * is any part of a name, ** any
      folders below, ? one character; letter case does not matter. A comma separates.
    type: list
    pattern: "/[^,]*( *, */[^,]*)*"
    pattern_message: each pattern begins with '/'
    example: /Invoices/**, /**/*.pdf
  - key: event.notification.filter.size.min
    name: Least size
    description: Events of files that are known to be smaller are not delivered.
    type: bytes
    example: 1KiB
  - key: event.notification.filter.size.max
    name: Greatest size
    description: Events of files that are known to be larger are not delivered.
    type: bytes
    example: 100MiB
  - key: event.notification.callback.headers
    name: Callback headers
    description: "Further headers of each callback, one 'Name: value' in a line."
    type: string
    secret: true
    pattern: "[A-Za-z0-9!#$%&'*+.^_`|~-]+:[^\r\n]*(\r?\n[A-Za-z0-9!#$%&'*+.^_`|~-]+:[^\r\n]*)*\n?"
    pattern_message: "write one 'Name: value' in a line"
    example: "X-Tenant: 7"
)yaml";

const char* const kCallbackAccessParameters = R"yaml(
parameters:
  - key: event.notification.basic.username
    name: User name
    description: Callbacks carry it and the password as HTTP Basic.
    type: string
    pattern: "[^:]*"
    pattern_message: a user name has no ':'
    example: ferry
  - key: event.notification.basic.password
    name: Password
    description: Goes with the user name.
    type: string
    secret: true
    required: true
    depends_on: {key: event.notification.basic.username}
  - key: event.notification.bearer.token
    name: Bearer token
    description: "Callbacks carry it as 'Authorization: Bearer'."
    type: string
    secret: true
    pattern: "[A-Za-z0-9._~+/-]+=*"
    pattern_message: a token is letters, digits and . _ ~ + / - =
  - key: event.notification.oauth2.token.url
    name: Token URL
    description: >-
      Callbacks carry an access token from here (OAuth 2, client credentials), which is kept until it
      ends and fetched anew when the receiver answers 401.
    type: url
    example: https://login.example.com/oauth2/token
  - key: event.notification.oauth2.client.id
    name: Client id
    description: Of the hub at the token URL.
    type: string
    required: true
    depends_on: {key: event.notification.oauth2.token.url}
    example: ferry
  - key: event.notification.oauth2.client.secret
    name: Client secret
    description: Goes with the client id.
    type: string
    secret: true
    required: true
    depends_on: {key: event.notification.oauth2.token.url}
  - key: event.notification.oauth2.client.authentication
    name: Client authentication
    description: >-
      How id and secret are told, in the terms of OpenID Connect: client_secret_basic, in a header, or
      client_secret_post, in the body.
    type: enum
    values: [client_secret_basic, client_secret_post]
    depends_on: {key: event.notification.oauth2.token.url}
    example: client_secret_post
  - key: event.notification.oauth2.scope
    name: Scope
    description: The scopes that are asked for, with blanks between them.
    type: string
    pattern: "[]!#-[^-~]+( []!#-[^-~]+)*"
    pattern_message: scopes are visible ASCII characters without quotes and backslashes
    depends_on: {key: event.notification.oauth2.token.url}
    example: events.write
  - key: event.notification.oauth2.audience
    name: Audience
    description: Who the token is for, where the token URL wants to know it.
    type: string
    depends_on: {key: event.notification.oauth2.token.url}
    example: https://app.example.com
  - key: event.notification.oauth2.tls
    name: TLS of the token URL
    description: >-
      callback: the client certificate and the authorities of the callback URL are used there, too;
      system: no client certificate, and the system's authorities.
    type: enum
    values: [system, callback]
    depends_on: {key: event.notification.oauth2.token.url}
    example: callback
  - key: event.notification.tls.client.certificate
    name: Client certificate
    description: >-
      Shown to the callback URL (mutual TLS); PEM, the certificate first, its chain behind it.
    type: string
  - key: event.notification.tls.client.key
    name: Key of the client certificate
    description: PEM, not encrypted.
    type: string
    secret: true
    required: true
    depends_on: {key: event.notification.tls.client.certificate}
  - key: event.notification.tls.ca
    name: Certificate authorities
    description: >-
      Certificates, PEM, that are trusted for the callback URL in place of the system's.
    type: string
)yaml";

}  // namespace ferry::config
