// `node validate.js FILE...`: what the official AsyncAPI parser finds in each document, as one JSON line a file.
import { readFileSync } from "node:fs";
import { Parser } from "@asyncapi/parser";

const parser = new Parser();
for (const file of process.argv.slice(2)) {
  const { document, diagnostics } = await parser.parse(readFileSync(file, "utf8"));
  const found = diagnostics.map(({ severity, message, path }) => ({ severity, message, path: path.join(".") }));
  const channels = document ? document.channels().all().map((channel) => channel.id()) : [];
  const operations = document ? document.operations().all().map((operation) => operation.id()) : [];
  console.log(JSON.stringify({ diagnostics: found, channels, operations }));
}
