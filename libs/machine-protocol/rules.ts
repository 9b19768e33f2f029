/** Who has to keep a rule. */
export type Keeper = 'machine' | 'server' | 'both';

export interface Rule {
  readonly title: string;
  readonly keeper: Keeper;
  readonly text: string;
}

/**
 * What must be done with the messages, beside their form. docs/machine-link.md prints these rules, and each check of the
 * conformance kit names the one it is about. A number is never given to another rule.
 */
export const RULES = {
  R1: {
    title: 'Topics',
    keeper: 'machine',
    text: 'A machine publishes on its own `presence` and `event` only, with QoS 1, and subscribes to its own `command` and `ack` only.',
  },
  R2: {
    title: 'Clean session',
    keeper: 'machine',
    text: 'It speaks MQTT 3.1.1 and every connection begins with a clean session. Nothing that was sent while it was away is ever delivered, and nothing it wanted to send before leaves from a queue of the client: the journal is the only queue. The keep-alive is 60 s or less.',
  },
  R3: {
    title: 'Form',
    keeper: 'both',
    text: 'A message has the form, the fields and the limits of this page; it is JSON in UTF-8 and has at most 16,384 bytes, envelope included. Fields that are not listed are ignored. Anything else is dropped as if it had not come, also when only one field is wrong or it names another machine than its topic, and the receiver goes on. A machine may report a `fault` with code `bad-message`, seldom: one a minute is plenty.',
  },
  R4: {
    title: 'MAC',
    keeper: 'both',
    text: 'Every message is in the signed envelope. What is not, or has a MAC that is not of this machine’s key for the topic it came on, is dropped like R3 says. The MAC is compared in constant time, before the body is read.',
  },
  R5: {
    title: 'Presence',
    keeper: 'machine',
    text: 'A machine publishes its presence, retained, when its subscriptions stand, whenever a fact in it changes, and at least every 20 s. The server counts a machine as gone that it has not heard of for 60 s.',
  },
  R6: {
    title: 'Last will and goodbye',
    keeper: 'machine',
    text: 'The last will is the presence of this boot with `online: false`, on the presence topic, retained, QoS 1. A machine that leaves in an orderly way publishes the same before it disconnects.',
  },
  R7: {
    title: 'Boot id',
    keeper: 'machine',
    text: 'It is made anew at each start of the software, kept while it runs, over reconnections too, and never used again.',
  },
  R8: {
    title: 'A presence that is true',
    keeper: 'machine',
    text: '`ready` promises that a grant would be accepted at this moment. While a session is open the state is `in-use` and `openPurchaseId` names its purchase. `highestGrantNumber` never falls.',
  },
  R9: {
    title: 'Three answers',
    keeper: 'machine',
    text: 'A grant is answered with exactly one of `grant.accepted` (the machine is unlocked) and `grant.refused` (it never will be). After `grant.accepted` follow the events that say what happened, and one `session.closed` that says that it is done. Nothing more is said of this grant after that, except by R10 and R24.',
  },
  R10: {
    title: 'Repeats',
    keeper: 'machine',
    text: 'A grant with a number and purchase that the machine knows starts nothing. It is answered with what was last said of it: `grant.accepted` while it is open, the refusal or the closing report afterwards, with the same content.',
  },
  R11: {
    title: 'Numbers only grow',
    keeper: 'both',
    text: 'The server gives every grant of a machine a higher number than all before. A number at or below the highest seen, which is no repeat, is refused with `old-number`. The highest number survives restarts. Of several reasons to refuse, the first in this order counts: R12, R11, R13, R14, R15.',
  },
  R12: {
    title: 'This boot only',
    keeper: 'machine',
    text: 'A grant for another boot is refused with `other-boot`. Its number does not count as seen.',
  },
  R13: {
    title: 'One at a time',
    keeper: 'machine',
    text: 'While a grant is open another one is refused with `in-use`, and the open one goes on undisturbed.',
  },
  R14: {
    title: 'Grants this machine cannot serve',
    keeper: 'machine',
    text: 'A grant in another currency or with another number of decimals, or with two prices for one selection, is refused with `bad-grant`.',
  },
  R15: {
    title: 'Not ready',
    keeper: 'machine',
    text: 'A grant that comes while the machine cannot sell is refused with `not-ready`, and is not kept for later.',
  },
  R16: {
    title: 'Life time',
    keeper: 'machine',
    text: 'The machine measures `lifetimeMs` on its own monotonic clock from the receipt of the grant. When it has passed, nothing more is approved and the session is closed with reason `lifetime`; a vend that was approved before gets its result first. A repeat does not begin it anew.',
  },
  R17: {
    title: 'Selection window',
    keeper: 'machine',
    text: 'When the payer has not chosen for `selectionWindowMs`, from the opening or from the last result, the session is closed with reason `payer-idle`.',
  },
  R18: {
    title: 'Nothing old from the broker',
    keeper: 'both',
    text: 'The server publishes with QoS 0 and never retained: it repeats a command while it is wanted, and an `ack` when the event comes again. A machine drops a command that comes with the retained flag.',
  },
  R19: {
    title: 'Within the grant',
    keeper: 'machine',
    text: 'Approved is only a selection that is in the grant (else `unknown-selection`), when the machine asks exactly the grant’s price (else `price-differs`), and while it fits into what is left (else `over-amount`). What is left is the amount less all that was approved and is not known to have failed. A denied choice is reported with `approvedMinor` 0, and the payer may choose again.',
  },
  R20: {
    title: 'The choice comes first',
    keeper: 'machine',
    text: '`vend.selected` is durable before the machine is answered. `vendNumber` is 1 for the first choice of a grant and grows by one with each, denied ones included. One choice is under way at a time.',
  },
  R21: {
    title: 'Results are known, or said to be unknown',
    keeper: 'machine',
    text: 'Each approved choice gets one of `vend.dispensed` (only on the machine’s own word), `vend.failed` and `vend.uncertain`, after its `vend.selected`. A result that arrives after `vend.uncertain` and before the closing report is reported too. Nothing is guessed.',
  },
  R22: {
    title: 'The closing report',
    keeper: 'machine',
    text: '`session.closed` is recorded when the machine is locked again. Its numbers agree with the events before it: `selections` with the `vend.selected`, `dispensed` with the `vend.dispensed`, `dispensedMinor` with what was approved for these.',
  },
  R23: {
    title: 'Close',
    keeper: 'machine',
    text: 'On `close` of the open grant nothing more is approved, a vend under way gets its result, the machine is locked, and the closing report has reason `asked`. Another `close` meanwhile changes nothing.',
  },
  R24: {
    title: 'Close of what is not open',
    keeper: 'machine',
    text: 'Of a grant that is over, the last word is said again, with the same content. Of a grant that was never seen, `session.closed` with `never-opened` is said, and its number counts as seen: it is not opened should it come later. A close for another purchase than the open one leaves that alone. The last words of at least the last 100 grants are kept.',
  },
  R25: {
    title: 'Numbered events',
    keeper: 'machine',
    text: 'Events are numbered from 1 without a gap in a journal with a name of its own. An event never changes: a repeat has the same content under the same number. A new journal gets a new name.',
  },
  R26: {
    title: 'Kept until acknowledged',
    keeper: 'machine',
    text: 'An event is sent until an `ack` covers it, again after some seconds, with growing pauses of at most a minute while the server is silent, and at every new connection from the first that is not acknowledged. A PUBACK of the broker counts for nothing. `oldest`, where given, is the first event that is not acknowledged.',
  },
  R27: {
    title: 'Pace',
    keeper: 'machine',
    text: 'At most 50 events are under way without an `ack`, oldest first. The next follow as acknowledgements come.',
  },
  R28: {
    title: 'Gaps are asked for',
    keeper: 'both',
    text: 'The server answers an event that is not the next one with an `ack` of the last that it has. When the same `upTo` comes again while later events are under way, the machine sends from `upTo + 1` again.',
  },
  R29: {
    title: 'What an ack says',
    keeper: 'machine',
    text: 'An `ack` covers all events up to `upTo`; these are never sent again. One of another journal, of a number that was never given, or below an earlier one says nothing.',
  },
  R30: {
    title: 'Memory',
    keeper: 'machine',
    text: 'Journal, grant numbers and last words are on disk before anything is done that follows from them, and survive every restart and power cut. Room for at least 10,000 events is kept; a machine without room takes no grant.',
  },
  R31: {
    title: 'After a power cut',
    keeper: 'machine',
    text: 'A grant that was open when the software died is closed at its next start, before anything else is recorded: `vend.uncertain` for a choice that was approved and has no result, then `session.closed`, both with reason `power-cut`. It is not opened again.',
  },
  R32: {
    title: 'Clocks are labels',
    keeper: 'both',
    text: '`at` is never compared with a clock of one’s own: a wrong one changes nothing.',
  },
  R33: {
    title: 'Acknowledged means durable',
    keeper: 'server',
    text: 'The server acknowledges an event when it is committed in its database, takes the events of a journal in order and each once, and acknowledges what it cannot read or use as well, having kept it for a person.',
  },
  R34: {
    title: 'Behind a hole that nobody can fill',
    keeper: 'server',
    text: 'An event whose `oldest` is its own `seq`, and which is not the next one, shows that events were acknowledged once that this server does not have: it opens a case for a person and goes on behind the hole.',
  },
  R35: {
    title: 'What the server believes of a presence',
    keeper: 'server',
    text: 'A retained presence does not make a machine heard of now. The last will of an earlier boot says nothing of the present one. When a machine has seen higher grant numbers than the server has given, the server goes on above them.',
  },
} as const satisfies Record<`R${number}`, Rule>;

export type RuleId = keyof typeof RULES;
