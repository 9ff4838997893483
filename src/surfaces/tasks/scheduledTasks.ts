import type { Piece } from '@sapphire/framework';
import type { PieceRun } from '../../events/runDescription.ts';
import type { RunRecorder } from '../../telemetry/telemetryService.ts';
import { describeByFile } from '../describePiece.ts';
import { listener, type NamedListener } from '../listener.ts';

/** A task of @sapphire/plugin-scheduled-tasks. Its types are not imported: a bot without that plugin must type-check too. */
interface ScheduledTask extends Piece {
  run(payload: unknown): unknown;
}

const measured = new WeakSet<ScheduledTask>();

/**
 * The listener of @sapphire/plugin-scheduled-tasks. Nothing in its events tells one run of a task from another that overlaps it, but the first
 * of them comes right before the run: there, once for each task, its `run` is wrapped.
 */
export function taskListener(runs: RunRecorder): NamedListener {
  return listener('scheduledTaskRun', (task: ScheduledTask) => {
    if (measured.has(task)) return;
    measured.add(task);
    const description = describeByFile(task, 'task');
    if (description !== undefined) measure(runs, task, description);
  });
}

function measure(runs: RunRecorder, task: ScheduledTask, description: PieceRun): void {
  const run = task.run.bind(task);
  task.run = (payload) => runs.track(description, () => run(payload));
}
