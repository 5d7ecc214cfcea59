// The npm compiler behind native solc's standard-JSON interface: sources on stdin, the answer on stdout.
// Imports that the input does not carry are read from disk, below the allowed directories only, as native solc does.
"use strict";
const fs = require("fs");
const path = require("path");
const solc = require("solc");

function valuesOf(flag) {
  const args = process.argv.slice(2);
  return args.filter((_, i) => args[i - 1] === flag).flatMap((value) => value.split(","));
}

const basePath = path.resolve(valuesOf("--base-path")[0] || ".");
const includePaths = valuesOf("--include-path").map((p) => path.resolve(p));
const searchPaths = [basePath, ...includePaths];
const allowedPaths = [...searchPaths, ...valuesOf("--allow-paths").map((p) => path.resolve(p))];

function isAllowed(file) {
  return allowedPaths.some((directory) => file === directory || file.startsWith(directory + path.sep));
}

function readImport(name) {
  for (const directory of searchPaths) {
    const file = path.resolve(directory, name);
    if (isAllowed(file) && fs.existsSync(file)) return { contents: fs.readFileSync(file, "utf8") };
  }
  return { error: `File not found or not allowed: ${name}` };
}

process.stdout.write(solc.compile(fs.readFileSync(0, "utf8"), { import: readImport }));
