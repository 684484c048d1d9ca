"""How each provider signs its webhooks, from its documentation, by Python's own hmac."""

import base64
import hashlib
import hmac
import time
import urllib.parse


class Signer:
    """`headers` makes the headers of a webhook: (signer, target, body, host, given headers, time)."""

    def __init__(self, headers, secret="the secret of a webhook", names_account=False, is_token=False,
                 wrong_times=(), configuration=None):
        self.headers, self.secret = headers, secret
        self.names_account, self.is_token = names_account, is_token
        self.wrong_times, self.configuration = wrong_times, configuration or {}

    def sign(self, target, body, host, given, now=None):
        return self.headers(self, target, body, host, given, time.time() if now is None else now)

    def mac(self, content, hash_name="sha256"):
        return hmac.new(self.secret.encode(), content.encode(), hash_name)

    def hex(self, content, hash_name="sha256"):
        return self.mac(content, hash_name).hexdigest()

    def base64(self, content):
        return base64.b64encode(self.mac(content).digest()).decode()


def github(signer, target, body, host, given, now):
    return {"X-Hub-Signature-256": "sha256=" + signer.hex(body)}


def standard_webhooks(signer, target, body, host, given, now):
    identity, seconds = given.get("webhook-id", "msg_1"), str(int(now))
    key = base64.b64decode(signer.secret.removeprefix("whsec_"))
    content = f"{identity}.{seconds}.{body}".encode()
    mac = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    return {"webhook-id": identity, "webhook-timestamp": seconds, "webhook-signature": "v1," + mac}


def stripe(signer, target, body, host, given, now):
    seconds = int(now)
    return {"Stripe-Signature": f"t={seconds},v1={signer.hex(f'{seconds}.{body}')}"}


def gitlab(signer, target, body, host, given, now):
    return {"X-Gitlab-Token": signer.secret}


def jira(signer, target, body, host, given, now):
    return {"X-Hub-Signature": "sha256=" + signer.hex(body)}


def zendesk(signer, target, body, host, given, now):
    at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now))
    return {"X-Zendesk-Webhook-Signature": signer.base64(at + body),
            "X-Zendesk-Webhook-Signature-Timestamp": at}


def pipedrive(signer, target, body, host, given, now):
    return {"Authorization": "Basic " + base64.b64encode(signer.secret.encode()).decode()}


def box(signer, target, body, host, given, now):
    at = time.strftime("%Y-%m-%dT%H:%M:%S-00:00", time.gmtime(now))
    return {"BOX-SIGNATURE-PRIMARY": signer.base64(body + at), "BOX-DELIVERY-TIMESTAMP": at}


def shopify(signer, target, body, host, given, now):
    return {"X-Shopify-Hmac-SHA256": signer.base64(body)}


def slack(signer, target, body, host, given, now):
    seconds = str(int(now))
    return {"X-Slack-Request-Timestamp": seconds,
            "X-Slack-Signature": "v0=" + signer.hex(f"v0:{seconds}:{body}")}


def hubspot(signer, target, body, host, given, now):
    milliseconds = str(int(now * 1000))
    return {"X-HubSpot-Request-Timestamp": milliseconds,
            "X-HubSpot-Signature-v3": signer.base64(f"POSThttps://{host}{target}{body}{milliseconds}")}


def box_second_key(signer, body, now):
    at = time.strftime("%Y-%m-%dT%H:%M:%S-00:00", time.gmtime(now))
    return {"BOX-SIGNATURE-PRIMARY": base64.b64encode(b"of the other key").decode(),
            "BOX-SIGNATURE-SECONDARY": signer.base64(body + at), "BOX-DELIVERY-TIMESTAMP": at}, ""


def stripe_two_secrets(signer, body, now):
    seconds = int(now)
    return {"Stripe-Signature": f"t={seconds},v1={'0' * 64},v0={'0' * 64},v1={signer.hex(f'{seconds}.{body}')}"}, ""


def basic(signer, body, now):
    return {"Authorization": "Basic " + base64.b64encode(signer.secret.encode()).decode()}, ""


# Ways of a connector beside that of SIGNERS: (signer, body, time) to (headers, query).
OTHER_WAYS = {
    "box": {"the second key": box_second_key},
    "stripe": {"two secrets": stripe_two_secrets},
    "webhook": {
        "X-Hub-Signature-256": lambda one, body, now: ({"X-Hub-Signature-256": "sha256=" + one.hex(body)}, ""),
        "X-Signature-256": lambda one, body, now: ({"X-Signature-256": "sha256=" + one.hex(body)}, ""),
        "X-Webhook-Signature": lambda one, body, now: ({"X-Webhook-Signature": one.hex(body)}, ""),
        "bearer token": lambda one, body, now: ({"Authorization": "Bearer " + one.secret}, ""),
        "token in a header": lambda one, body, now: ({"X-Webhook-Token": one.secret}, ""),
        "token in the URL": lambda one, body, now: ({}, "?token=" + urllib.parse.quote(one.secret, safe="")),
        "Basic": basic,
    },
}

WHSEC = "whsec_" + base64.b64encode(b"0123456789abcdef01234567").decode()
TIMES = (-3600, 3600)

SIGNERS = {
    "box": Signer(box, wrong_times=TIMES),
    "github": Signer(github),
    "gitlab": Signer(gitlab, is_token=True),
    "hubspot": Signer(hubspot, names_account=True, wrong_times=TIMES,
                      configuration={"hubspot.portal.id": "62515"}),
    "jira": Signer(jira),
    "pipedrive": Signer(pipedrive, secret="ferry:a password", is_token=True),
    "shopify": Signer(shopify),
    "slack": Signer(slack, names_account=True, wrong_times=TIMES,
                    configuration={"slack.team.id": "T1H9RESGL"}),
    "stripe": Signer(stripe, wrong_times=TIMES),
    "zendesk": Signer(zendesk, wrong_times=TIMES),
    "webhook": Signer(standard_webhooks, secret=WHSEC, wrong_times=TIMES),
}
