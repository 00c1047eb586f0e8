// "okr report": tells okr-engine how far a task is, signed, in order, and again until it has been taken.
"use strict";

const crypto = require("crypto");
const { readSecrets, signed } = require("./signatures");

const STATES = ["open", "in_progress", "done"];
const PAUSES_SECONDS = [1, 5, 60, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400];
const LONGEST_ANSWER_MS = 20000;

module.exports = function (RED) {
    function OkrReport(config) {
        RED.nodes.createNode(this, config);
        const node = this;
        const secrets = readSecrets((node.credentials || {}).secret);
        // What waits is kept in the node's context: where that is stored in files, a restart loses nothing.
        const waiting = () => node.context().get("waiting") || [];
        const keep = (reports) => node.context().set("waiting", reports);
        const ends = new Map();
        let busy = false;
        let closed = false;
        let timer = null;

        if (!secrets.length) say("red", "noSecret");
        node.on("input", (message, send, done) => {
            const task = message.payload || {};
            const code = task.code || message.topic;
            const state = config.state || task.state;
            if (!secrets.length) return done(new Error(RED._("okr-report.status.noSecret")));
            if (!code || !STATES.includes(state)) return done(new Error(RED._("okr-report.status.noReport")));
            const report = { id: crypto.randomUUID(), attempts: 0, body: reported(code, state, task.by) };
            ends.set(report.id, done);
            keep([...waiting(), report]);
            return deliver();
        });
        node.on("close", () => {
            closed = true;
            clearTimeout(timer);
        });
        if (secrets.length) deliver();

        function deliver() {
            if (busy || closed) return;
            busy = true;
            clearTimeout(timer);
            sendWaiting().catch((error) => node.error(error)).finally(() => { busy = false; });
        }

        // One after another, so that what was reported later is never overtaken by what was reported before.
        async function sendWaiting() {
            while (!closed && waiting().length) {
                const [report] = waiting();
                const answer = await post(report);
                const pause = PAUSES_SECONDS[report.attempts];
                if (answer.again && pause !== undefined) {
                    const tried = { ...report, attempts: report.attempts + 1 };
                    keep(waiting().map((one) => (one.id === report.id ? tried : one)));
                    if (!closed) timer = setTimeout(deliver, pause * 1000);
                    return say("yellow", "again");
                }
                keep(waiting().filter((one) => one.id !== report.id));
                end(report, answer);
            }
        }

        async function post(report) {
            const headers = { ...signed(secrets, report.id, report.body), "content-type": "application/cloudevents+json" };
            const signal = AbortSignal.timeout(LONGEST_ANSWER_MS);
            try {
                const response = await fetch(config.address, {
                    method: "POST", headers, body: report.body, redirect: "manual", signal,
                });
                const again = response.status >= 500 || [408, 425, 429].includes(response.status);
                return { taken: response.ok, again, said: String(response.status) };
            } catch (error) {
                return { taken: false, again: true, said: String(error.cause || error) };
            }
        }

        function end(report, answer) {
            const done = ends.get(report.id) || ((error) => error && node.error(error));
            ends.delete(report.id);
            if (answer.taken) {
                node.status({ fill: "green", shape: "dot", text: "okr-report.status.taken" });
                return done();
            }
            say("red", "refused");
            return done(new Error(`${RED._("okr-report.status.refused")} (${answer.said})`));
        }

        // The editor says the key in the language of whoever looks.
        function say(fill, key) {
            node.status({ fill, shape: "ring", text: `okr-report.status.${key}` });
        }
    }

    RED.nodes.registerType("okr report", OkrReport, { credentials: { secret: { type: "password" } } });
};

function reported(code, state, by) {
    return JSON.stringify({
        specversion: "1.0",
        id: crypto.randomUUID(),
        source: "/node-red",
        type: "okr.task.reported",
        subject: code,
        time: new Date().toISOString(),
        datacontenttype: "application/json",
        data: by ? { state, by } : { state },
    });
}
