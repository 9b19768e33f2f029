import { createTheme, type MantineColorsTuple } from '@mantine/core';

const rail: MantineColorsTuple = [
  '#e8f7f3',
  '#d3ece6',
  '#a5d8cb',
  '#74c3af',
  '#4db197',
  '#35a688',
  '#26937a',
  '#187a66',
  '#0d6e60',
  '#055045',
];

/** The greys of tokens.css, where Mantine looks for them. */
const dark: MantineColorsTuple = [
  '#ebe9e4',
  '#b2b6bd',
  '#9297a0',
  '#6a6f78',
  '#2c3036',
  '#282b30',
  '#1a1d21',
  '#121417',
  '#101215',
  '#0d0f11',
];

/** No font is fetched: each system shows its own. */
export const theme = createTheme({
  fontFamily:
    '-apple-system, BlinkMacSystemFont, "Segoe UI", Roboto, Ubuntu, "Noto Sans", "Helvetica Neue", Arial, sans-serif',
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace',
  primaryColor: 'rail',
  primaryShade: { light: 8, dark: 7 },
  autoContrast: true,
  colors: { rail, dark },
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
});
