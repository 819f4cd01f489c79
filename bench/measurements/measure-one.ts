/** The process of one measurement: `measure-one.ts NAME`. */
import process from 'node:process';
import { answer } from '../measure/child.ts';
import { MEASUREMENTS, type MeasurementName } from './measurements.ts';

answer(MEASUREMENTS[process.argv[2] as MeasurementName].measure());
