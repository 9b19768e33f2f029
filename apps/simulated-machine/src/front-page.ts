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
  header select { font: inherit; color: inherit; background: #333b46; border: 1px solid #3a424d; border-radius: .4rem; padding: .3rem .5rem; margin-left: .6rem; }
  .which { display: flex; align-items: center; }
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
  #tray .coins { background: #6b5b2c; }
  details { margin-top: 1rem; border: 1px solid #3a424d; border-radius: .6rem; background: #1a2028; }
  summary { padding: .7rem .9rem; cursor: pointer; font-weight: 600; }
  summary b { margin-left: .6rem; padding: .1rem .6rem; border-radius: 1rem; font-size: .85rem; background: #333b46; }
  summary b.on { background: #e2574c; color: #200400; }
  #faults { display: grid; grid-template-columns: repeat(auto-fill, minmax(15.5rem, 1fr)); gap: 1rem; padding: .2rem .9rem .9rem; }
  #faults fieldset { border: 0; margin: 0; padding: 0; display: grid; gap: .35rem; align-content: start; }
  #faults legend { color: #a9b2bf; font-size: .8rem; letter-spacing: .06em; text-transform: uppercase; padding: 0 0 .3rem; }
  #faults label { display: grid; grid-template-columns: auto 1fr auto; column-gap: .55rem; align-items: center; padding: .35rem .5rem;
    border: 1px solid transparent; border-radius: .4rem; }
  #faults label:hover { background: #23282f; }
  #faults label.on { border-color: #e2574c; background: #33201f; }
  #faults input[type=checkbox] { accent-color: #e2574c; width: 1.05rem; height: 1.05rem; }
  #faults input[type=number] { width: 5.2rem; font: inherit; font-size: .85rem; color: inherit; background: #0f1318; border: 1px solid #3a424d;
    border-radius: .3rem; padding: .1rem .3rem; }
  #faults small { grid-column: 2 / -1; color: #a9b2bf; font-size: .78rem; line-height: 1.3; }
  #faults .actions { grid-column: 1 / -1; display: flex; flex-wrap: wrap; gap: .5rem; }
  #faults button { padding: .4rem .8rem; border-radius: .4rem; border: 1px solid #3a424d; background: #333b46; color: inherit; font: inherit; cursor: pointer; }
  #tray span { background: #3f6b4d; padding: .25rem .6rem; border-radius: .4rem; font-size: .9rem; }
</style>
<main>
  <header>
    <div class="which"><h1 id="name">Machine</h1><select id="choice" aria-label="Machine" hidden></select></div>
    <span class="simulator">SIMULATOR</span>
  </header>
  <div class="cabinet">
    <section id="shelf" aria-label="Products"></section>
    <aside>
      <div id="display" role="status" aria-live="polite"></div>
      <button id="finish" type="button">Return</button>
      <div id="state"></div>
    </aside>
  </div>
  <section id="tray" aria-label="Delivery tray"></section>
  <details open>
    <summary>Faults <b id="count">none</b></summary>
    <form id="faults"></form>
  </details>
</main>
<script>
  const byId = (id) => document.getElementById(id);
  const GROUPS = { line: 'The line', machine: 'The machine', request: 'A choice', vend: 'How a vend ends' };
  let decimals = 2, currency = '', shown = '', name = decodeURIComponent(location.hash.slice(1)), catalogue = {};
  const money = (minor) => {
    const digits = String(minor).padStart(decimals + 1, '0');
    return (decimals ? digits.slice(0, -decimals) + '.' + digits.slice(-decimals) : digits) + ' ' + currency;
  };
  const element = (tag, text) => Object.assign(document.createElement(tag), { textContent: text });
  const json = async (answer) => {
    const body = await answer.json();
    if (!answer.ok) throw new Error(body.error);
    return body;
  };
  const post = (button, body) => fetch('/machines/' + name + '/' + button, { method: 'POST',
    headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }).then(json).then(show, lost);

  function show(machine) {
    // An answer of the machine that was chosen before.
    if (machine.name !== name) return;
    ({ decimals, currency } = machine);
    const now = JSON.stringify(machine);
    if (now === shown) return;
    shown = now;
    byId('name').textContent = machine.name;
    const credit = machine.mode === 'IDLE' ? '\\nCREDIT ' + money(machine.creditMinor) : '';
    byId('display').textContent = machine.display + credit;
    byId('state').textContent = machine.mode + (machine.plugged ? '' : ', serial plug pulled');
    byId('finish').disabled = machine.mode !== 'IDLE';
    showShelf(machine);
    showTray(machine);
    showFaults(machine);
  }
  function showShelf({ slots, mode, faults }) {
    const mayPress = mode === 'IDLE' || faults.cashSale || (faults.selectionFirst && mode === 'ENABLED');
    const focused = document.activeElement?.dataset?.selection;
    byId('shelf').replaceChildren(...slots.map((slot) => {
      const button = element('button', '');
      button.type = 'button';
      button.dataset.selection = slot.selection;
      button.append(element('b', slot.selection), element('span', slot.label ?? 'Product'),
        element('span', money(slot.priceMinor)), element('small', slot.stock ? slot.stock + ' left' : 'sold out'));
      button.disabled = !mayPress;
      button.onclick = () => post('press', { selection: slot.selection });
      return button;
    }));
    if (focused) document.querySelector('[data-selection="' + focused + '"]')?.focus();
  }
  function showTray({ slots, dispensed }) {
    const labels = new Map(slots.map((slot) => [slot.selection, slot.label]));
    const items = dispensed.slice(-30).map((item) => {
      const word = (labels.get(item.selection) ?? 'Product') + ' (' + item.selection + ')';
      return Object.assign(element('span', item.cash ? word + ', cash' : word), { className: item.cash ? 'coins' : '' });
    });
    byId('tray').replaceChildren(...(items.length ? items : [element('small', 'Delivery tray: empty')]));
  }

  function layFaults(dialect) {
    const groups = Object.entries(GROUPS).map(([group, title]) => {
      const set = element('fieldset', '');
      set.append(element('legend', title));
      for (const [fault, { title, means, number }] of Object.entries(catalogue).filter(([, one]) => one.group === group)) {
        const label = element('label', '');
        const box = Object.assign(element('input', ''), { type: 'checkbox', name: fault });
        label.append(box, element('span', title));
        let value = () => true;
        if (number) {
          const field = Object.assign(element('input', ''), { type: 'number', min: number.min, max: number.max, value: number.usual,
            title: number.unit });
          field.setAttribute('aria-label', title + ', ' + number.unit);
          field.onchange = () => box.checked && field.reportValidity() && post('faults', { [fault]: Number(field.value) });
          value = () => (field.reportValidity() ? Number(field.value) : false);
          label.append(field);
        }
        box.onchange = () => post('faults', { [fault]: box.checked && value() });
        label.append(element('small', means[dialect]));
        set.append(label);
      }
      return set;
    });
    const actions = Object.assign(element('div', ''), { className: 'actions' });
    for (const [button, title] of [['no-faults', 'All off'], ['reset', 'RESET once'], ['power-cut', 'Power cut']]) {
      const one = Object.assign(element('button', title), { type: 'button' });
      one.onclick = () => post(button, {});
      actions.append(one);
    }
    byId('faults').replaceChildren(...groups, actions);
  }
  function showFaults({ faults, dialect }) {
    if (!byId('faults').hasChildNodes()) layFaults(dialect);
    const on = Object.entries(faults).filter(([, value]) => value !== false);
    byId('count').textContent = on.length ? on.length + ' on' : 'none';
    byId('count').className = on.length ? 'on' : '';
    for (const [fault, value] of Object.entries(faults)) {
      const box = byId('faults').elements[fault];
      box.checked = value !== false;
      box.parentElement.className = value === false ? '' : 'on';
      const field = box.parentElement.querySelector('[type=number]');
      if (typeof value === 'number' && field !== document.activeElement) field.value = value;
    }
  }

  function lost(error) { byId('state').textContent = error.message || 'the simulator does not answer'; shown = ''; }
  byId('finish').onclick = () => post('finish', {});
  byId('choice').onchange = () => choose(byId('choice').value);
  window.onhashchange = () => choose(decodeURIComponent(location.hash.slice(1)));
  function choose(machine) {
    [name, shown] = [machine, ''];
    byId('choice').value = location.hash = machine;
  }
  const poll = () => fetch('/machines/' + name).then(json).then(show, lost).finally(() => setTimeout(poll, 400));
  async function begin() {
    catalogue = await fetch('/faults').then(json);
    const machines = await fetch('/machines').then(json);
    name ||= machines[0].name;
    byId('choice').hidden = machines.length < 2;
    byId('name').hidden = machines.length > 1;
    byId('choice').replaceChildren(...machines.map((machine) => Object.assign(element('option', machine.name), { value: machine.name })));
    byId('choice').value = name;
    poll();
  }
  begin().catch((error) => { lost(error); setTimeout(() => location.reload(), 2000); });
</script>
</html>
`;
