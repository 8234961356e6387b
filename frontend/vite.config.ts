import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, gzipSync } from "node:zlib";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vitest/config";

const gateway = `http://127.0.0.1:${process.env.GATEWAY_PORT ?? "8000"}`;

/** Writes `name.br` and `name.gz` beside every text file of the build, so that the gateway need not compress at each answer. */
function precompress(): Plugin {
  let outDir = "dist";
  return {
    name: "precompress",
    apply: "build",
    configResolved(config) {
      outDir = config.build.outDir;
    },
    closeBundle() {
      for (const name of readdirSync(outDir, { recursive: true, encoding: "utf8" })) {
        const file = `${outDir}/${name}`;
        if (!/\.(js|css|html|svg)$/.test(name) || statSync(file).size < 1024) continue;
        writeFileSync(`${file}.br`, brotliCompressSync(readFileSync(file)));
        writeFileSync(`${file}.gz`, gzipSync(readFileSync(file), { level: 9 }));
      }
    },
  };
}

export default defineConfig({
  plugins: [react(), precompress()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  server: { port: 5173, proxy: { "/api": gateway, "/v1": { target: gateway, ws: true } } },
  build: {
    target: "es2022",
    sourcemap: false,
    assetsInlineLimit: 0,
    // What most pages share goes into one file: many small ones compress worse, and each costs a question of its own.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: "base", minShareCount: 4 }] } } },
  },
  test: {
    environment: "jsdom",
    setupFiles: ["src/testing/setup.ts"],
    reporters: ["dot"],
    restoreMocks: true,
    testTimeout: 120_000,
    env: { TZ: "Pacific/Auckland" },
  },
});
