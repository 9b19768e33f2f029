import { createRefetchPump } from './refetch-pump.js';

const purchase = (purchaseId: string) => ({ kind: 'purchase', purchaseId, machineId: 'lobby-1' }) as const;
const machine = { kind: 'machine', machineId: 'lobby-1' } as const;

function pumping() {
  const fetches: { touched: readonly (readonly string[])[]; end: (error?: Error) => void }[] = [];
  const waits: (() => void)[] = [];
  const refetch = (touched: readonly (readonly string[])[]) =>
    new Promise<void>((resolve, reject) => {
      fetches.push({ touched, end: (error) => (error ? reject(error) : resolve()) });
    });
  const after = (_ms: number, act: () => void) => {
    waits.push(act);
    return () => {};
  };
  return { pump: createRefetchPump(refetch, { after }), fetches, waits };
}

const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('the refetch pump', () => {
  it('fetches a burst of notices together, each thing once', () => {
    const { pump, fetches, waits } = pumping();
    for (const notice of [machine, purchase('a'), purchase('a'), machine]) pump(notice);
    expect(fetches).toHaveLength(0);
    waits[0]?.();
    expect(fetches.map((fetch) => fetch.touched)).toEqual([[['machines'], ['purchases'], ['purchase', 'a']]]);
    expect(waits).toHaveLength(1);
  });

  it('fetches what came meanwhile when the fetch under way has ended, and loses none', async () => {
    const { pump, fetches, waits } = pumping();
    pump(machine);
    waits[0]?.();
    pump(purchase('a'));
    pump(purchase('b'));
    await settled();
    expect(fetches).toHaveLength(1);
    fetches[0]?.end();
    await settled();
    expect(fetches[1]?.touched).toEqual([['machines'], ['purchases'], ['purchase', 'a'], ['purchase', 'b']]);
  });

  it('goes on after a fetch that failed', async () => {
    const { pump, fetches, waits } = pumping();
    pump(machine);
    waits[0]?.();
    fetches[0]?.end(new Error('no answer'));
    await settled();
    pump(machine);
    waits[1]?.();
    expect(fetches).toHaveLength(2);
  });
});
