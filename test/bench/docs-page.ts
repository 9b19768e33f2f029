import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { PROJECT } from '../crashes/project-folder.js';
import { ratioChart, spreadChart } from './charts.js';
import { holds, numberText } from './figures.js';
import { GOALS } from './options.js';
import type { BenchRecord, RecordedFigure } from './record.js';

const PAGE = join(PROJECT, 'docs', 'performance.md');
const IMAGES = join(PROJECT, 'docs', 'images');
const PICTURES = [
  '![Each ratio as a share of what its goal allows](images/performance-ratios.svg)',
  '![How far the rounds of each ratio lie from their median](images/performance-rounds.svg)',
].join('\n\n');
const BEGIN = '<!-- figures: written by npm run bench -- --write-docs -->';
const END = '<!-- end of figures -->';

/**
 * Puts the newest figures of every goal into docs/performance.md, with their charts: goals that take long are measured on
 * another day than the others, so each has the figures of the last run that asked for it. Quick runs are left out, and
 * those with another load than the goals name.
 */
export async function writeDocs(folder: string): Promise<void> {
  const records: BenchRecord[] = [];
  for (const name of (await readdir(folder)).toSorted()) {
    if (!name.endsWith('.json')) continue;
    const record = JSON.parse(await readFile(join(folder, name), 'utf8')) as BenchRecord;
    if (!record.quick && record.isGoalLoad) records.push(record);
  }
  const newest = GOALS.flatMap((goal) => {
    const record = records.findLast(({ figures }) => figures.some((figure) => figure.goal === goal));
    return (record?.figures ?? []).filter((figure) => figure.goal === goal).map((figure) => ({ figure, record }));
  });
  const figures = newest.map(({ figure }) => figure);
  await writeFile(join(IMAGES, 'performance-ratios.svg'), ratioChart(figures));
  await writeFile(join(IMAGES, 'performance-rounds.svg'), spreadChart(figures));
  const page = await readFile(PAGE, 'utf8');
  const [before, rest] = page.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) throw new Error('docs/performance.md has no place for the figures');
  const used = [...new Set(newest.map(({ record }) => record))].filter((record) => record !== undefined);
  await writeFile(
    PAGE,
    `${before}${BEGIN}\n\n${tableOf(figures)}\n\n${PICTURES}\n\n${used.map(originOf).join('\n')}\n\n${END}${after}`,
  );
}

function tableOf(figures: readonly RecordedFigure[]): string {
  const rows = figures.map((figure) => {
    const { goal, what, value, unit, bound, limit, stretch, plain, measured } = figure;
    const asked = `${bound} ${numberText(limit)}${stretch === undefined ? '' : ` (${numberText(stretch)})`}`;
    return `| ${goal} | ${what} | **${numberText(value)}** ${unit} | ${asked} | ${holds(figure) ? 'holds' : '**does not hold**'} | ${plain === undefined ? '' : numberText(plain)} | ${measured} |`;
  });
  return [
    '| # | What | Figure | Goal (stretch) | | Plain stack | Measured |',
    '|---|---|---|---|---|---|---|',
    ...rows,
  ].join('\n');
}

function originOf({ at, processors, processor, node, rounds, loadBefore, figures }: BenchRecord): string {
  const goals = [...new Set(figures.map(({ goal }) => goal))].join(', ');
  return `- ${goals}: ${at.slice(0, 16).replace('T', ' ')} UTC, ${processors} × ${processor}, Node ${node}, ${rounds} rounds, load of the computer before ${numberText(loadBefore)}`;
}
