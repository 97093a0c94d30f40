// Builds one page into dist/. Everything it loads is in there: no address outside.
import { defineConfig } from "vite";

export default defineConfig({
  base: "./",
  build: { target: "es2022", assetsInlineLimit: 0, chunkSizeWarningLimit: 1500, reportCompressedSize: false },
});
