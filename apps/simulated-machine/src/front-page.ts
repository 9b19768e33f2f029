/** The front of the machine: one page without any other file, so that it also works without a network. */
export const FRONT_PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Simulated machine</title>
<link rel="icon" href="data:,">
<style>
  :root { color-scheme: dark; font: 16px/1.4 system-ui, sans-serif; }
  body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: #14171c; color: #e8eaee; }
  main { width: min(56rem, 96vw); background: #23282f; border: 2px solid #3a424d; border-radius: 1.2rem; padding: 1.2rem; }
  header { display: flex; justify-content: space-between; align-items: center; gap: 1rem; }
  h1 { font-size: 1.1rem; margin: 0; }
  .simulator { background: #f6c744; color: #211a00; font-weight: 800; letter-spacing: .15em; padding: .2rem .7rem; border-radius: .3rem; }
  .cabinet { display: grid; grid-template-columns: 1fr 13rem; gap: 1rem; margin: 1rem 0; }
  @media (max-width: 40rem) { .cabinet { grid-template-columns: 1fr; } }
  #shelf { display: grid; grid-template-columns: repeat(auto-fill, minmax(7.5rem, 1fr)); gap: .6rem; padding: .8rem;
    background: linear-gradient(#0f1318, #1a2028); border: 1px solid #3a424d; border-radius: .6rem; align-content: start; }
  #shelf button { display: grid; gap: .15rem; padding: .7rem .4rem; border: 1px solid #3a424d; border-radius: .5rem;
    background: #2c333d; color: inherit; font: inherit; cursor: pointer; }
  #shelf button:hover:not(:disabled), #shelf button:focus-visible { border-color: #7fb5ff; }
  #shelf button:disabled { opacity: .4; cursor: not-allowed; }
  #shelf b { font-size: 1.3rem; font-variant-numeric: tabular-nums; }
  #shelf small { color: #a9b2bf; }
  aside { display: grid; gap: .7rem; align-content: start; }
  #display { background: #06140a; color: #6dff9c; font: 1.05rem/1.5 ui-monospace, monospace; padding: .7rem; min-height: 3.2em;
    border-radius: .4rem; white-space: pre-line; }
  aside button { padding: .6rem; border-radius: .5rem; border: 1px solid #3a424d; background: #333b46; color: inherit; font: inherit; cursor: pointer; }
  #state { color: #a9b2bf; font-size: .85rem; }
  #tray { min-height: 3.2rem; padding: .7rem; background: #0b0d10; border: 1px solid #3a424d; border-radius: .6rem;
    display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; }
  #tray span { background: #3f6b4d; padding: .25rem .6rem; border-radius: .4rem; font-size: .9rem; }
</style>
<main>
  <header><h1 id="name">Machine</h1><span class="simulator">SIMULATOR</span></header>
  <div class="cabinet">
    <section id="shelf" aria-label="Products"></section>
    <aside>
      <div id="display" role="status" aria-live="polite"></div>
      <button id="finish" type="button">Return</button>
      <div id="state"></div>
    </aside>
  </div>
  <section id="tray" aria-label="Delivery tray"></section>
</main>
<script>
  const byId = (id) => document.getElementById(id);
  let decimals = 2, currency = '', shown = '';
  const money = (minor) => {
    const digits = String(minor).padStart(decimals + 1, '0');
    return (decimals ? digits.slice(0, -decimals) + '.' + digits.slice(-decimals) : digits) + ' ' + currency;
  };
  const element = (tag, text) => Object.assign(document.createElement(tag), { textContent: text });
  const post = (path, body) => fetch(path, { method: 'POST', headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body) }).then((answer) => answer.json()).then(show, lost);

  function show(machine) {
    ({ decimals, currency } = machine);
    const now = JSON.stringify(machine);
    if (now === shown) return;
    shown = now;
    byId('name').textContent = machine.name;
    const credit = machine.mode === 'IDLE' ? '\\nCREDIT ' + money(machine.creditMinor) : '';
    byId('display').textContent = machine.display + credit;
    byId('state').textContent = machine.mode + (machine.plugged ? '' : ', serial plug pulled');
    byId('finish').disabled = machine.mode !== 'IDLE';
    const focused = document.activeElement?.dataset?.selection;
    byId('shelf').replaceChildren(...machine.slots.map((slot) => {
      const button = element('button', '');
      button.type = 'button';
      button.dataset.selection = slot.selection;
      button.append(element('b', slot.selection), element('span', slot.label ?? 'Product'),
        element('span', money(slot.priceMinor)), element('small', slot.stock ? slot.stock + ' left' : 'sold out'));
      button.disabled = machine.mode !== 'IDLE';
      button.onclick = () => post('/machine/press', { selection: slot.selection });
      return button;
    }));
    if (focused) document.querySelector('[data-selection="' + focused + '"]')?.focus();
    const labels = new Map(machine.slots.map((slot) => [slot.selection, slot.label]));
    const items = machine.dispensed.slice(-30).map((item) => element('span', (labels.get(item.selection) ?? 'Product') + ' (' + item.selection + ')'));
    byId('tray').replaceChildren(...(items.length ? items : [element('small', 'Delivery tray: empty')]));
  }
  function lost() { byId('state').textContent = 'the simulator does not answer'; shown = ''; }
  byId('finish').onclick = () => post('/machine/finish', {});
  const poll = () => fetch('/machine').then((answer) => answer.json()).then(show, lost).finally(() => setTimeout(poll, 400));
  poll();
</script>
</html>
`;
