const WIDTH = 860;
const LEFT = 190;
const RIGHT = 20;
const TOP = 46;
const BOTTOM = 44;

/** Colours for light and dark pages. */
const STYLE = `
text { font: 12px sans-serif; fill: #24292f }
.title { font-size: 15px; font-weight: bold }
.page { fill: #fff } .grid { stroke: #d0d7de } .phase { fill: #57606a; opacity: .14 }
.line { fill: none; stroke: #0969da; stroke-width: 2 } .limit { stroke: #cf222e; stroke-dasharray: 5 4 } .bar { fill: #cf222e }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3 } .page { fill: #0d1117 } .grid { stroke: #3d444d } .phase { fill: #b1bac4 }
.line { stroke: #58a6ff } .limit { stroke: #ff7b72 } .bar { fill: #ff7b72 }
}`;

/** A part of the time, in minutes. */
export interface Span {
  readonly label: string;
  readonly from: number;
  readonly to: number;
}

interface Graph {
  readonly title: string;
  readonly yLabel: string;
  /** Length of the time axis. */
  readonly minutes: number;
  /** Events behind the graph. */
  readonly phases: readonly Span[];
}

export interface LineGraph extends Graph {
  readonly points: readonly (readonly [minute: number, value: number])[];
  readonly limit: { readonly label: string; readonly value: number };
  readonly max: number;
}

export interface LaneGraph extends Graph {
  /** One lane for each label. */
  readonly bars: readonly Span[];
}

/** A line over time, with a limit. A gap of more than a minute breaks the line. */
export function lineGraph({ points, limit, max, ...graph }: LineGraph): string {
  const height = 300;
  const x = scaleOf(graph.minutes);
  const y = (value: number): number => height - BOTTOM - (value / max) * (height - TOP - BOTTOM);
  const steps = Array.from({ length: max + 1 }, (_, value) => value);
  const path = points.map(([minute, value], index) => {
    const isNew = index === 0 || minute - (points[index - 1]?.[0] ?? 0) > 1;
    return `${isNew ? 'M' : 'L'}${x(minute)} ${round(y(value))}`;
  });
  const right = WIDTH - RIGHT;
  return frame(height, graph, [
    ...steps.flatMap((value) => [
      `<line class="grid" x1="${LEFT}" x2="${right}" y1="${round(y(value))}" y2="${round(y(value))}"/>`,
      text(LEFT - 8, y(value) + 4, String(value), 'end'),
    ]),
    `<line class="limit" x1="${LEFT}" x2="${right}" y1="${round(y(limit.value))}" y2="${round(y(limit.value))}"/>`,
    text(LEFT + 6, y(limit.value) - 6, limit.label),
    `<path class="line" d="${path.join('')}"/>`,
  ]);
}

/** Bars over time, in a lane for each label. */
export function laneGraph({ bars, ...graph }: LaneGraph): string {
  const lane = 30;
  const height = TOP + bars.length * lane + BOTTOM;
  const x = scaleOf(graph.minutes);
  return frame(
    height,
    graph,
    bars.flatMap(({ label, from, to }, index) => {
      const top = TOP + index * lane;
      const times = `${clock(from)} to ${clock(to)}`;
      return [
        text(LEFT - 8, top + 20, label, 'end'),
        `<rect class="bar" x="${x(from)}" y="${top + 7}" width="${round(x(to) - x(from))}" height="${lane - 12}"/>`,
        text(x(to) + 6, top + 20, times),
      ];
    }),
  );
}

/** `5:09` for 309 minutes. */
function clock(minute: number): string {
  return `${Math.floor(minute / 60)}:${String(Math.round(minute) % 60).padStart(2, '0')}`;
}

function frame(
  height: number,
  { title, yLabel, minutes, phases }: Graph,
  content: readonly string[],
): string {
  const x = scaleOf(minutes);
  const base = height - BOTTOM;
  const hours = Array.from({ length: Math.floor(minutes / 60) + 1 }, (_, hour) => hour * 60);
  const parts = [
    `<title>${escaped(title)}</title><style>${STYLE}</style>`,
    `<rect class="page" width="${WIDTH}" height="${height}"/>`,
    text(16, 22, title, 'start', 'title'),
    text(16, TOP - 6, yLabel),
    ...phases.flatMap(({ label, from, to }) => [
      `<rect class="phase" x="${x(from)}" y="${TOP}" width="${round(Math.max(2, x(to) - x(from)))}" height="${base - TOP}"/>`,
      text((x(from) + x(to)) / 2, TOP - 6, label, 'middle'),
    ]),
    ...hours.flatMap((minute) => [
      `<line class="grid" x1="${x(minute)}" x2="${x(minute)}" y1="${TOP}" y2="${base}"/>`,
      text(x(minute), base + 16, clock(minute), 'middle'),
    ]),
    ...content,
    text((LEFT + WIDTH - RIGHT) / 2, base + 34, 'time of the night, h:mm', 'middle'),
  ];
  const box = `viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${box} role="img">\n${parts.join('\n')}\n</svg>\n`;
}

function scaleOf(minutes: number): (minute: number) => number {
  return (minute) => round(LEFT + (minute / minutes) * (WIDTH - LEFT - RIGHT));
}

function text(x: number, y: number, content: string, anchor = 'start', style = ''): string {
  const name = style === '' ? '' : ` class="${style}"`;
  return `<text${name} x="${round(x)}" y="${round(y)}" text-anchor="${anchor}">${escaped(content)}</text>`;
}

function escaped(content: string): string {
  return content.replace(/&/g, '&amp;').replace(/</g, '&lt;');
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
