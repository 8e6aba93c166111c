import { moment, relative } from './format';
import { durationWords } from './freshness';

const TIME = /\b\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z/g;
const DURATION = /\bP(?:\d+[WD])*(?:T(?:\d+[HMS])+)?(?=[\s.,;]|$)/g;

/** Shows the times of a message in the zone of the reader, and its durations as words. */
export function reasonText(message: string, nowMs: number): string {
  return message
    .replaceAll(TIME, (iso) => `${moment(iso)} (${relative(iso, nowMs)})`)
    .replaceAll(DURATION, (iso) => (iso.length > 1 ? durationWords(iso) : iso));
}
