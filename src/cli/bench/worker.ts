/** What a worker of the pool does: one measurement at a time. Tasks and rows are plain data, copied both ways. */
import { measurePoint } from '../../experiments/measure-point.ts';
import type { Task } from '../../experiments/point.ts';
import type { ResultRow } from '../../experiments/row.ts';

export default (task: Task): ResultRow => measurePoint(task);
