import { axisMarks, shortCount, shortDay } from '../axis.ts';
import { NOTHING, type DayBar } from '../overview.ts';
import { COLOURS, INNER, MARGIN, rect, round, text, WIDTH, type Part } from './svg.ts';
import { widthOf } from './textWidth.ts';

const TOP = 36;
const PLOT = 128;
const FOOT = TOP + PLOT;
const SMALL = { size: 11, fill: COLOURS.muted };
const WIDEST_BAR = 44;

/** The runs of each day, those that failed upon those that succeeded. */
export function drawDays(days: readonly DayBar[]): Part {
  const most = Math.max(0, ...days.map(runsOf));
  const marks = most === 0 ? [0] : axisMarks(most);
  const top = Math.max(1, ...marks);
  const left = MARGIN + Math.max(...marks.map((mark) => widthOf(shortCount(mark), SMALL))) + 10;
  const pitch = (WIDTH - MARGIN - left) / days.length;
  const scale = (runs: number): number => (runs / top) * PLOT;
  const lines = marks.map((mark) => {
    const y = FOOT - scale(mark);
    const line = rect({ x: left, y: y - 0.5, width: WIDTH - MARGIN - left, height: 1 }, COLOURS.line);
    return line + text(left - 10, y + 4, shortCount(mark), { ...SMALL, anchor: 'end' });
  });
  const bars = drawBars(days, { left, pitch, width: Math.min(WIDEST_BAR, pitch * 0.72), scale });
  const nothing = most > 0 ? '' : text(WIDTH / 2, TOP + PLOT / 2, NOTHING, { size: 13, fill: COLOURS.muted, anchor: 'middle' });
  return {
    height: FOOT + 22,
    svg: [heading('Runs per day'), legend(), ...lines, bars, nothing, ...dayLabels(days, left, pitch)].join('')
  };
}

export function heading(words: string): string {
  return text(MARGIN, 14, words, { size: 14, isBold: true });
}

function legend(): string {
  const entries = [
    ['succeeded', COLOURS.success],
    ['failed', COLOURS.failure]
  ] as const;
  let right = MARGIN + INNER;
  return entries
    .toReversed()
    .map(([word, colour]) => {
      const x = right - widthOf(word, SMALL);
      right = x - 32;
      return rect({ x: x - 15, y: 5, width: 9, height: 9 }, colour, 2) + text(x, 13, word, SMALL);
    })
    .join('');
}

interface Scale {
  readonly left: number;
  readonly pitch: number;
  readonly width: number;
  readonly scale: (runs: number) => number;
}

/** A path for each outcome: half the work of a shape for each day. Of what there is at all, a trace is always seen. */
function drawBars(days: readonly DayBar[], { left, pitch, width, scale }: Scale): string {
  const heightOf = (runs: number): number => (runs === 0 ? 0 : Math.max(1.5, scale(runs)));
  let [successes, failures] = ['', ''];
  for (const [index, day] of days.entries()) {
    const x = round(left + (index + 0.5) * pitch - width / 2);
    const bar = (foot: number, height: number): string =>
      height === 0 ? '' : `M${x} ${round(foot - height)}h${round(width)}v${round(height)}h${-round(width)}z`;
    const good = heightOf(day.successes);
    successes += bar(FOOT, good);
    failures += bar(FOOT - good, heightOf(day.failures));
  }
  return `<path d="${successes}" fill="${COLOURS.success}"/><path d="${failures}" fill="${COLOURS.failure}"/>`;
}

/** As many days are named as stand apart, the last of them always. */
function dayLabels(days: readonly DayBar[], left: number, pitch: number): string[] {
  const widest = Math.max(...days.map(({ day }) => widthOf(shortDay(day), SMALL)));
  const step = Math.ceil((widest + 14) / pitch);
  return days.flatMap(({ day }, index) => {
    if ((days.length - 1 - index) % step !== 0) return [];
    const half = widthOf(shortDay(day), SMALL) / 2;
    const middle = Math.min(left + (index + 0.5) * pitch, WIDTH - MARGIN - half);
    return middle - half < left - 10 ? [] : [text(middle, FOOT + 17, shortDay(day), { ...SMALL, anchor: 'middle' })];
  });
}

function runsOf({ successes, failures }: DayBar): number {
  return successes + failures;
}
