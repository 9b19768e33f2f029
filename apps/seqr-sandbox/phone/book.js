/** The book beside the phone: all that the sandbox knows, asked for once a second and drawn when it is new. */
import { element, PANELS } from './book-panels.js';
import { waiting } from './words.js';

const $ = (id) => document.getElementById(id);

let chosen = PANELS[0];
let drawn = '';
let book;

const tabs = PANELS.map((panel) => {
  const tab = element('button', panel.name, { type: 'button', role: 'tab', id: `tab-${panel.name}` });
  tab.append(element('span', '', { className: 'count' }));
  tab.addEventListener('click', () => choose(panel));
  return tab;
});
$('tabs').append(...tabs);
// The arrow keys go from tab to tab, as in every list of tabs.
$('tabs').addEventListener('keydown', ({ key }) => {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[key];
  if (step === undefined) return;
  const index = (PANELS.indexOf(chosen) + step + PANELS.length) % PANELS.length;
  choose(PANELS[index]);
  tabs[index].focus();
});

function choose(panel) {
  chosen = panel;
  drawn = '';
  for (const [index, tab] of tabs.entries()) {
    const isChosen = PANELS[index] === panel;
    tab.ariaSelected = String(isChosen);
    tab.tabIndex = isChosen ? 0 : -1;
  }
  $('panel').setAttribute('aria-labelledby', `tab-${panel.name}`);
  draw();
}

function draw() {
  if (!book) return;
  for (const [index, { name, count }] of PANELS.entries()) {
    const [, badge] = tabs[index].childNodes;
    badge.textContent = count(book) || '';
    tabs[index].classList.toggle('alarm', name === 'Breaches' && book.violations.length > 0);
  }
  // What has not changed is not drawn again: whoever reads or has the keyboard in it is not disturbed.
  const news = JSON.stringify(book);
  if (news === drawn) return;
  drawn = news;
  const focused = document.activeElement?.closest?.('#panel details')?.querySelector('small')?.textContent;
  const entries = chosen.draw(book);
  const empty = element('p', chosen.empty, { className: 'hint empty' });
  $('panel').replaceChildren(...(entries.length > 0 ? entries : [empty]));
  if (!focused) return;
  const again = [...$('panel').querySelectorAll('summary')].find((one) => one.textContent.includes(focused));
  again?.focus({ preventScroll: true });
}

/** The seconds that are left run on between two news. */
function tick() {
  for (const remark of $('panel').querySelectorAll('small')) {
    if (remark.waitsFor) remark.textContent = waiting(remark.waitsFor);
  }
}

function health({ violations, bank, faults }) {
  const count = violations.length === 1 ? '1 breach' : `${violations.length || 'No'} breaches`;
  const waitingFaults = faults.length > 0 ? `, ${faults.length} faults ordered` : '';
  return `${count} of the contract${waitingFaults}${bank.isDown ? ', the bank is down' : ''}`;
}

async function refresh() {
  const response = await fetch('/sandbox/book');
  book = await response.json();
  draw();
  tick();
  say(health(book));
}

/** A live region speaks whenever it is written to, so it is written only when the words are new. */
function say(text) {
  if ($('health').textContent !== text) $('health').textContent = text;
}

function again() {
  refresh()
    .catch(() => say('The sandbox does not answer'))
    .finally(() => setTimeout(again, 1000));
}

choose(chosen);
again();
