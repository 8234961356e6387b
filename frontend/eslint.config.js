import js from "@eslint/js";
import importX from "eslint-plugin-import-x";
import reactHooks from "eslint-plugin-react-hooks";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import tseslint from "typescript-eslint";

// lib, components -> features -> app; a feature knows no other feature.
const features = readdirSync(join(import.meta.dirname, "src/features"));
const zones = [
  { target: "./src/lib", from: ["./src/components", "./src/features", "./src/app"] },
  { target: "./src/i18n", from: ["./src/components", "./src/features", "./src/app"] },
  { target: "./src/components", from: ["./src/features", "./src/app"] },
  { target: "./src/features", from: "./src/app" },
  ...features.map((name) => ({
    target: `./src/features/${name}`,
    from: "./src/features",
    except: [`./${name}`],
    message: "A feature knows no other feature; compose them in app/.",
  })),
];

export default tseslint.config(
  { ignores: ["dist", "node_modules", "coverage", "src/lib/api-schema.d.ts"] },
  js.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: { allowDefaultProject: ["postcss.config.cjs"] } } },
    plugins: { "import-x": importX, "react-hooks": reactHooks },
    settings: {
      "import-x/resolver-next": [
        importX.createNodeResolver({
          extensions: [".ts", ".tsx", ".js"],
          alias: { "@": [join(import.meta.dirname, "src")] },
        }),
      ],
    },
    rules: {
      ...reactHooks.configs.recommended.rules,
      "import-x/no-restricted-paths": ["error", { zones, basePath: import.meta.dirname }],
      "no-restricted-globals": ["error", { name: "fetch", message: "Use lib/http." }],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "max-lines": ["error", { max: 250, skipBlankLines: true }],
      complexity: ["error", 12],
    },
  },
  { files: ["src/lib/http.ts"], rules: { "no-restricted-globals": "off" } },
  { files: ["src/i18n/en.ts", "src/i18n/ru.ts"], rules: { "max-lines": ["error", { max: 500 }] } },
  { files: ["**/*.{js,cjs}"], ...tseslint.configs.disableTypeChecked },
  {
    files: ["public/*.js"],
    languageOptions: {
      sourceType: "script",
      globals: { localStorage: "readonly", matchMedia: "readonly", document: "readonly" },
    },
  },
  { files: ["postcss.config.cjs"], languageOptions: { globals: { module: "writable" } } },
);
