// Standard Webhooks signatures: made with every secret in use, accepted with any of them, for five minutes.
// Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"use strict";

const crypto = require("crypto");

const TOLERANCE_SECONDS = 5 * 60;
const SECRET = /^(?:whsec_)?([A-Za-z0-9+/]+={0,2})$/;

/** The secrets in `text`, separated by spaces, the newest first; an empty list where one of them is none. */
function readSecrets(text) {
    const matches = String(text || "").split(/\s+/).filter(Boolean).map((one) => SECRET.exec(one));
    const secrets = matches.map((match) => Buffer.from(match ? match[1] : "", "base64"));
    return secrets.every((one) => one.length >= 24 && one.length <= 64) ? secrets : [];
}

/** The headers that prove `body` to whoever knows one of the secrets. */
function signed(secrets, id, body) {
    const seconds = String(Math.floor(Date.now() / 1000));
    return {
        "webhook-id": id,
        "webhook-timestamp": seconds,
        "webhook-signature": secrets.map((secret) => signature(secret, id, seconds, body)).join(" "),
    };
}

/** The id of a message that one of the secrets has signed within the last minutes; null otherwise. */
function verified(secrets, headers, body) {
    const id = headers["webhook-id"] || "";
    const seconds = headers["webhook-timestamp"] || "";
    if (!/^[!-~]{1,100}$/.test(id) || id.includes(".") || !/^\d{1,11}$/.test(seconds)) return null;
    if (Math.abs(Date.now() / 1000 - Number(seconds)) > TOLERANCE_SECONDS) return null;
    const expected = secrets.map((secret) => Buffer.from(signature(secret, id, seconds, body)));
    const said = (headers["webhook-signature"] || "").split(/\s+/).map((one) => Buffer.from(one));
    return said.some((one) => expected.some((other) => same(one, other))) ? id : null;
}

function signature(secret, id, seconds, body) {
    const digest = crypto.createHmac("sha256", secret).update(`${id}.${seconds}.`).update(body).digest("base64");
    return `v1,${digest}`;
}

function same(one, other) {
    return one.length === other.length && crypto.timingSafeEqual(one, other);
}

module.exports = { readSecrets, signed, verified };
