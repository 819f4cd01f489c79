/**
 * What ns-3 made of the reference path: two nodes, 100 Mbit/s, 25 ms one way, a drop-tail queue of one bandwidth-delay
 * product, independent loss of data, one endless flow. Mean and standard deviation over the seeds of the goodput after
 * 10 s of 60, in Mbit/s, from the runs in `../shared/reference/` (a test holds these figures against those files).
 */

export interface SimulatorPoint {
  readonly loss: number;
  readonly mean: number;
  /** Over the seeds; 0 where there was one. */
  readonly deviation: number;
}

export interface SimulatorColumn {
  readonly title: string;
  readonly file: string;
  /** As the file calls it. */
  readonly controller: string;
  /** Ours that it can be held against. */
  readonly ours: string;
  readonly points: readonly SimulatorPoint[];
}

/** The path that they were measured on. */
export const REFERENCE_RATE = '100Mbit/s';
export const REFERENCE_ROUND_TRIP = '50ms';

export const SIMULATOR_COLUMNS: readonly SimulatorColumn[] = [
  {
    title: 'ns-3 NewReno',
    file: 'ns3-3.37-goodput.csv',
    controller: 'NewReno',
    ours: 'reno',
    points: [
      { loss: 0, mean: 96.4, deviation: 0 },
      { loss: 1e-4, mean: 20.66, deviation: 6.59 },
      { loss: 1e-3, mean: 6.07, deviation: 1.03 },
      { loss: 1e-2, mean: 1.57, deviation: 0.09 },
      { loss: 5e-2, mean: 0.53, deviation: 0.04 },
    ],
  },
  {
    title: 'ns-3 LinuxReno',
    file: 'ns3-3.37-linuxreno-goodput.csv',
    controller: 'LinuxReno',
    ours: 'reno',
    points: [
      { loss: 1e-4, mean: 32.2, deviation: 7.33 },
      { loss: 1e-3, mean: 10.15, deviation: 0.83 },
      { loss: 1e-2, mean: 3.1, deviation: 0.09 },
      { loss: 5e-2, mean: 1.1, deviation: 0.12 },
    ],
  },
  {
    title: 'ns-3 CUBIC',
    file: 'ns3-3.48-goodput.csv',
    controller: 'Cubic',
    ours: 'cubic',
    points: [
      { loss: 0, mean: 96.4, deviation: 0 },
      { loss: 1e-4, mean: 37.92, deviation: 10.52 },
      { loss: 1e-3, mean: 9.8, deviation: 0.81 },
      { loss: 1e-2, mean: 2.79, deviation: 0.1 },
      { loss: 5e-2, mean: 0.84, deviation: 0.06 },
    ],
  },
  {
    title: 'ns-3 BBRv1',
    file: 'ns3-3.48-goodput.csv',
    controller: 'Bbr',
    ours: 'bbr1',
    points: [
      { loss: 0, mean: 96.04, deviation: 0 },
      { loss: 1e-4, mean: 96.03, deviation: 0 },
      { loss: 1e-3, mean: 93.58, deviation: 2.37 },
      { loss: 1e-2, mean: 55.58, deviation: 4.37 },
      { loss: 5e-2, mean: 35.01, deviation: 2.09 },
    ],
  },
];
