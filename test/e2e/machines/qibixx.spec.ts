import { machineSuite } from './suite.js';

describe('a machine behind a Qibixx adapter', () => machineSuite('qibixx'));
