import { type Figure, holds, numberText } from './figures.js';

const WIDTH = 900;
const ROW = 34;
const LEFT = 440;
const RIGHT = 90;
const BAR = 14;
/** What is further out than so many times the goal stands at the edge, and says so. */
const GOALS_SHOWN = 2.5;
const PLAIN = '#8a6d3b';

/** Bars of the ratios: what the goal asks for is a line through all of them, as each is drawn in its own goals. */
export function ratioChart(figures: readonly Figure[]): string {
  const ratios = figures.filter(({ isRatio, hasNoFloor }) => isRatio && hasNoFloor !== true);
  const height = 40 + ratios.length * ROW;
  const scale = WIDTH - LEFT - RIGHT;
  const shares = ratios.flatMap((figure) => [figure.value, figure.plain ?? 0].map((value) => shown(figure, value)));
  const most = Math.min(Math.max(...shares.filter((share) => Number.isFinite(share)), 1.5), GOALS_SHOWN);
  const x = (value: number): number => LEFT + (Math.min(value, most) / most) * scale;
  const rows = ratios.map((figure, i) => {
    const y = 30 + i * ROW;
    const value = shown(figure, figure.value);
    const plain = figure.plain === undefined ? [] : [tick(x(shown(figure, figure.plain)), y, figure.plain)];
    return [
      `<text x="${LEFT - 10}" y="${y + 12}" text-anchor="end">${figure.goal} ${escaped(figure.what)}</text>`,
      `<rect x="${LEFT}" y="${y}" width="${(x(value) - LEFT).toFixed(1)}" height="${BAR}" fill="${holds(figure) ? '#2f7d5b' : '#b4473a'}"/>`,
      ...plain,
      `<text x="${WIDTH - RIGHT + 12}" y="${y + 12}">${holds(figure) ? '✓' : '✗'} ${numberText(figure.value)} ×</text>`,
    ].join('\n');
  });
  return svg(height, [
    `<text x="10" y="14">Share of what each goal allows (dashed line: the goal), and the ratio</text>`,
    `<text x="${WIDTH - 10}" y="14" text-anchor="end" fill="${PLAIN}">▌ plain stack, at the edge where it is further out</text>`,
    ...rows,
    `<line x1="${x(1).toFixed(1)}" y1="20" x2="${x(1).toFixed(1)}" y2="${height - 8}" stroke="#444" stroke-dasharray="3 3"/>`,
  ]);
}

/** Below 1 the goal holds, whichever way round it is. */
function shown({ bound, limit }: Figure, value: number): number {
  return bound === 'at most' ? value / limit : limit / value;
}

function tick(x: number, y: number, ratio: number): string {
  return `<line x1="${x.toFixed(1)}" y1="${y - 3}" x2="${x.toFixed(1)}" y2="${y + BAR + 3}" stroke="${PLAIN}" stroke-width="3"><title>plain stack: ${numberText(ratio)} ×</title></line>`;
}

/** How far the rounds of each ratio lie from their median. */
export function spreadChart(figures: readonly Figure[]): string {
  const many = figures.filter(({ rounds }) => rounds.length > 1);
  const height = 40 + many.length * ROW;
  const scale = WIDTH - LEFT - RIGHT;
  const rows = many.map((figure, i) => {
    const y = 30 + i * ROW;
    const dots = figure.rounds.map((round) => {
      const distance = Math.log2(round / figure.value);
      const place = Math.min(Math.max(distance, -1), 1);
      const colour = place === distance ? 'fill="#2d5d8a" fill-opacity="0.6"' : 'fill="none" stroke="#2d5d8a"';
      return `<circle cx="${(LEFT + ((place + 1) / 2) * scale).toFixed(1)}" cy="${y + 7}" r="4" ${colour}/>`;
    });
    return `<text x="${LEFT - 10}" y="${y + 12}" text-anchor="end">${figure.goal} ${escaped(figure.what)}</text>\n${dots.join('\n')}`;
  });
  const middle = LEFT + scale / 2;
  return svg(height, [
    `<text x="10" y="14">Rounds beside their median; hollow: further away than drawn</text>`,
    `<text x="${LEFT}" y="14">½ ×</text><text x="${middle}" y="14" text-anchor="middle">median</text><text x="${LEFT + scale}" y="14" text-anchor="end">2 ×</text>`,
    `<line x1="${middle}" y1="20" x2="${middle}" y2="${height - 8}" stroke="#444" stroke-dasharray="3 3"/>`,
    ...rows,
  ]);
}

function svg(height: number, content: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="12" fill="#222">`,
    `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    ...content,
    '</svg>\n',
  ].join('\n');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
