// A callback as the hub's code makes it: {headers, body, publicKeys}.

import { execFileSync } from "node:child_process";

const [program] = process.argv.slice(2);

export const now = () => Math.floor(Date.now() / 1000);
export const callback = (key, { seconds = now(), format = [], hubKey = false } = {}) =>
  JSON.parse(execFileSync(program, [key, String(seconds), ...format, ...(hubKey ? ["--hub-key"] : [])],
    { encoding: "utf8" }));
/** The path of the event's file. */
export const path = '/Prüfung/日本 "1"\n\x1b[2J\x9b\u202etxt.gpj';
