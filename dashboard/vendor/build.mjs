// Builds the bundle and gathers the licences of all that is in it. Run by `make plotly` in a folder
// with the packages of package.json; writes beside this file. Refuses a bundle that differs from the
// one whose digest stands in plotly.sha256, unless it is called with `new`.
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { createRequire } from "node:module";

const here = dirname(fileURLToPath(import.meta.url));
const work = process.cwd();
const { build } = createRequire(join(work, "package.json"))("esbuild");
const out = join(here, "plotly.min.js");

const { metafile } = await build({
  stdin: { contents: readFileSync(join(here, "plotly.js"), "utf8"), resolveDir: work },
  absWorkingDir: work, outfile: out, metafile: true,
  bundle: true, format: "iife", globalName: "Plotly", minify: true, legalComments: "none",
  charset: "utf8", target: "es2020", loader: { ".css": "empty" },
  alias: { regl: "@plotly/regl" },
  define: { global: "window", "define.amd": "false", "process.env.NODE_DEBUG": "false" },
});

const packages = new Set(Object.keys(metafile.inputs).flatMap((file) => {
  const found = file.match(/^(node_modules\/(?:.*\/node_modules\/)?(?:@[^/]+\/)?[^/]+)\//);
  return found ? [found[1]] : [];
}));
const notices = [...packages].sort().map((folder) => {
  const { name, version, license } = JSON.parse(readFileSync(join(work, folder, "package.json")));
  const file = readdirSync(join(work, folder)).find((one) => /^licen[sc]e/i.test(one));
  const text = file ? readFileSync(join(work, folder, file), "utf8").trim() : "";
  return `${name} ${version} (${license})\n\n${text}`.trim().replace(/[ \t]+$/gm, "");
});
const rule = "\n\n" + "-".repeat(80) + "\n\n";
writeFileSync(join(here, "LICENSES.txt"), notices.join(rule) + "\n");
const digest = createHash("sha256").update(readFileSync(out)).digest("hex");
const pinned = join(here, "plotly.sha256");
const line = `${digest}  plotly.min.js\n`;
if (process.argv[2] === "new") writeFileSync(pinned, line);
else if (readFileSync(pinned, "utf8") !== line) {
  console.error("The bundle is not the one that plotly.sha256 names: look at what changed, then `make plotly NEW=new`.");
  process.exit(1);
}
