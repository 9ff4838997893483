import { container, type Piece } from '@sapphire/framework';
import type { PieceRun } from '../../events/runDescription.ts';
import type { RunRecorder } from '../../telemetry/telemetryService.ts';
import { describeByFile } from '../describePiece.ts';
import { listener, type NamedListener } from '../listener.ts';

/** A task of @sapphire/plugin-scheduled-tasks. Its types are not imported: a bot without that plugin must type-check too. */
interface ScheduledTask extends Piece {
  run(payload: unknown): unknown;
}

/** That plugin's, of whose types nothing is known here. */
const STORE = 'scheduled-tasks' as 'listeners';

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

/** The runs that the tasks of the bot may have. */
export function taskRuns(): PieceRun[] {
  if (!container.stores.has(STORE)) return [];
  return [...container.stores.get(STORE).values()].map((task) => describeByFile(task, 'task')).filter((run) => run !== undefined);
}

function measure(runs: RunRecorder, task: ScheduledTask, description: PieceRun): void {
  const run = task.run.bind(task);
  task.run = (payload) => runs.track(description, () => run(payload));
}
