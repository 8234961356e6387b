import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from "@mantine/core";

/** Petrol of the evening sky: everything that can be pressed. */
const petrol: MantineColorsTuple = [
  "#e9f6f8",
  "#d3eaee",
  "#a5d4dc",
  "#74bdc9",
  "#4faab8",
  "#3598a8",
  "#1f7f8f",
  "#16697a",
  "#125766",
  "#0c4551",
];

/** Lamp light: what waits for somebody, and the asteroid itself. */
const amber: MantineColorsTuple = [
  "#fff6e4",
  "#fdeaca",
  "#f8d596",
  "#f3bf60",
  "#eead37",
  "#eba21f",
  "#d98c0f",
  "#b26f08",
  "#8d5706",
  "#6b4104",
];

/** Night with a trace of blue in place of the library's neutral greys. */
const dark: MantineColorsTuple = [
  "#d5dee6",
  "#b3c0cb",
  "#8fa0ae",
  "#64778a",
  "#3d5064",
  "#2c3d4f",
  "#1f2d3c",
  "#15212e",
  "#0f1923",
  "#0a121a",
];

const gray: MantineColorsTuple = [
  "#f6f8fa",
  "#eef2f5",
  "#e2e8ed",
  "#d3dce3",
  "#bfcad3",
  "#9aa8b5",
  "#5b6a7a",
  "#4b5a69",
  "#323f4c",
  "#1d2833",
];

export const theme = createTheme({
  primaryColor: "petrol",
  primaryShade: { light: 7, dark: 6 },
  colors: { petrol, amber, dark, gray },
  black: "#16212c",
  autoContrast: true,
  luminanceThreshold: 0.32,
  defaultRadius: "md",
  cursorType: "pointer",
  respectReducedMotion: true,
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", "Cascadia Mono", "DejaVu Sans Mono", monospace',
  headings: { fontWeight: "650", sizes: { h1: { fontSize: "1.625rem" }, h2: { fontSize: "1.125rem" } } },
  components: {
    // A word cut to three letters and dots tells nothing; rather let the column grow.
    Badge: { styles: { root: { flexShrink: 0, minWidth: "max-content" }, label: { overflow: "visible" } } },
    Paper: { defaultProps: { radius: "lg" } },
    Modal: { defaultProps: { centered: true, radius: "lg" } },
    Tooltip: {
      defaultProps: { multiline: true, maw: 300, withArrow: true, events: { hover: true, focus: true, touch: true } },
    },
  },
});

/** The library's tinted badges sink into our dark background; these stand out from it. Its red is too pale on white. */
export const variables: CSSVariablesResolver = (used) => ({
  variables: {},
  light: Object.fromEntries(
    ["--mantine-color-error", "--mantine-color-red-text"].map((name) => [name, used.colors.red[9]]),
  ),
  dark: {
    "--mantine-color-error": used.colors.red[4],
    ...Object.fromEntries(
      ["petrol", "amber", "gray", "red"].flatMap((name) => {
        const shades = used.colors[name];
        return shades
          ? [
              [`--mantine-color-${name}-light`, `color-mix(in srgb, ${shades[5]} 22%, transparent)`],
              [`--mantine-color-${name}-light-color`, shades[2]],
            ]
          : [];
      }),
    ),
  },
});
