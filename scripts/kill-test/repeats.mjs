/**
 * How often checkpoints came again. A destination that appends stores what one state vouches for wholly or not at all,
 * so all rows between two states are there equally often.
 * @param times how often each row is there, in the order in which the source reads them
 * @returns the checkpoints that came again, each as often as it did, and those whose rows are not there equally often
 */
export function repeatsOf(times, checkpointRows) {
  const repeats = { again: 0, uneven: 0 };
  for (let from = 0; from < times.length; from += checkpointRows) {
    const checkpoint = times.subarray(from, from + checkpointRows);
    const [first] = checkpoint;
    if (checkpoint.every((count) => count === first)) repeats.again += Math.max(0, first - 1);
    else repeats.uneven++;
  }
  return repeats;
}
