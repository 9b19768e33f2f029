import { machineSuite } from './suite.js';

describe('a machine behind a WaferStar adapter', () => machineSuite('wafer-star'));
