import js from "@eslint/js";
import globals from "globals";
import tseslint from "typescript-eslint";

const SCOPES = ["engine", "bridge", "python", "app", "lib", "sw", "test", "node"];

export default tseslint.config(
  { ignores: ["node_modules/", "src/protocol/wire.ts", "coverage/", "dist/"] },
  js.configs.recommended,
  {
    files: ["**/*.ts", "**/*.tsx"],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: {
        project: SCOPES.map((scope) => `./tsconfig.${scope}.json`),
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      // TypeScript knows every global of its scope.
      "no-undef": "off",
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/switch-exhaustiveness-check": [
        "error",
        { considerDefaultExhaustiveForUnions: true },
      ],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
    },
  },
  {
    files: ["**/*.js", "**/*.mjs"],
    languageOptions: { globals: globals.node },
  },
  {
    // Drives a browser, and holds what it runs there.
    files: ["journeys/*.mjs"],
    languageOptions: { globals: { ...globals.node, ...globals.browser } },
  },
  {
    files: ["src/sandbox/*.js"],
    languageOptions: { globals: { ...globals.browser, ...globals.worker } },
  },
);
