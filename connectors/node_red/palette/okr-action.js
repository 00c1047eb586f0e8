// "okr action": receives each step of a corrective action, checks who sent it, and lets it into the flow once.
"use strict";

const { readSecrets, verified } = require("./signatures");

const LARGEST_BYTES = 1024 * 1024;
const REMEMBERED_IDS = 10000;

module.exports = function (RED) {
    // A route stays for as long as Node-RED runs; the node that is deployed last stands behind it.
    const receivers = new Map();
    const routes = new Set();

    function OkrAction(config) {
        RED.nodes.createNode(this, config);
        const node = this;
        const path = "/" + String(config.path || "").replace(/^\/+/, "");
        const secrets = readSecrets((node.credentials || {}).secret);

        if (receivers.has(path)) return say("red", "pathTaken");
        receivers.set(path, receive);
        open(path);
        if (!secrets.length) say("red", "noSecret");
        node.on("close", () => receivers.delete(path));

        async function receive(request, response) {
            // Not its sender's fault: it is to be sent again.
            if (!secrets.length) return response.sendStatus(503);
            const body = await bodyOf(request);
            if (body === null) return response.sendStatus(413);
            const id = verified(secrets, request.headers, body);
            if (id === null) {
                say("yellow", "refused");
                return response.sendStatus(401);
            }
            const event = eventIn(body);
            if (event === null) return response.sendStatus(400);
            if (isNew(id)) {
                node.send({ topic: event.subject, payload: event.data, event });
                node.status({ fill: "green", shape: "dot", text: String(event.subject) });
            }
            return response.sendStatus(202);
        }

        function isNew(id) {
            const ids = node.context().get("ids") || [];
            if (ids.includes(id)) return false;
            node.context().set("ids", [...ids, id].slice(-REMEMBERED_IDS));
            return true;
        }

        // The editor says the key in the language of whoever looks.
        function say(fill, key) {
            node.status({ fill, shape: "ring", text: `okr-action.status.${key}` });
        }
    }

    function open(path) {
        if (routes.has(path)) return;
        routes.add(path);
        RED.httpNode.all(path, (request, response, next) => {
            const receive = receivers.get(path);
            if (!receive) return next();
            if (request.method === "POST") return receive(request, response).catch(next);
            response.set("Allow", "POST, OPTIONS");
            return response.sendStatus(request.method === "OPTIONS" ? 204 : 405);
        });
    }

    RED.nodes.registerType("okr action", OkrAction, { credentials: { secret: { type: "password" } } });
};

/** The body as it came, for the signature is over its bytes; null where it is too large. */
async function bodyOf(request) {
    const chunks = [];
    let length = 0;
    for await (const chunk of request) {
        length += chunk.length;
        if (length > LARGEST_BYTES) return null;
        chunks.push(chunk);
    }
    return Buffer.concat(chunks);
}

/** The step of an action that a CloudEvent tells; null for anything else. */
function eventIn(body) {
    try {
        const event = JSON.parse(body.toString("utf8"));
        const isStep = event.specversion === "1.0" && String(event.type).startsWith("okr.corrective_action.");
        return isStep && typeof event.data === "object" && event.data !== null ? event : null;
    } catch {
        return null;
    }
}
