import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';

import { BODY_BYTES_MAX, checkHeaders, faultEnvelope, openEnvelope, replyEnvelope } from './envelope.js';
import type { FaultOrder, Faults, FaultSubject } from './faults.js';
import { HttpError, readBody, send } from './http.js';
import type { CallRecord, Journal } from './journal.js';
import { perform, replyWithCode, type OperationReply } from './operations.js';
import type { OperationParts } from './operations/parts.js';
import { projectFile } from './project-files.js';
import { invoiceOf } from './reference-numbers.js';
import { RequestValidator, type ValidRequest } from './schema.js';
import { SchemaViolation } from './schema-violation.js';
import { tell } from './wrong-answer.js';
import { escapeXml, textAt, type XmlElement } from './xml.js';
import { readXsd } from './xsd.js';

export const SOAP_PATH = '/soap/merchant/cashregister-2';
/** SEQR publishes no address for this one. */
export const SESSION_PATH = '/soap/merchant/clientsession';

const XML = 'text/xml; charset=utf-8';

interface Parts extends OperationParts {
  readonly faults: Faults;
  readonly journal: Journal;
}

/** SEQR's merchant service as the merchant's program meets it: SOAP 1.1 over POST, its WSDL and XSD over GET. */
export class SoapService {
  private constructor(
    private readonly parts: Parts,
    private readonly wsdl: string,
    private readonly xsd: string,
    private readonly validator: RequestValidator,
  ) {}

  /** @param description the name of its WSDL and XSD. */
  static async load(parts: Parts, description: 'cashregister-2' | 'client-session-info'): Promise<SoapService> {
    const wsdl = await readFile(projectFile(`libs/seqr/wsdl/${description}.wsdl`), 'utf8');
    const xsd = await readFile(projectFile(`libs/seqr/wsdl/${description}.xsd`), 'utf8');
    return new SoapService(parts, wsdl, xsd, new RequestValidator(readXsd(xsd)));
  }

  /** GET …?wsdl, with this sandbox as the service's address. */
  sendWsdl(response: ServerResponse, soapUrl: string): void {
    const located = this.wsdl.replace(/(<soap:address location=")[^"]*(")/, `$1${escapeXml(soapUrl)}$2`);
    send(response, 200, XML, located);
  }

  /** GET ….xsd, where the WSDL's include leads. */
  sendXsd(response: ServerResponse): void {
    send(response, 200, XML, this.xsd);
  }

  /** POST: one call. */
  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let operation = 'unknown';
    try {
      checkHeaders(request.headers);
      const message = openEnvelope(await readBody(request, BODY_BYTES_MAX));
      operation = message.name;
      this.#answer(this.validator.validate(message), response);
    } catch (error) {
      const complaint = complaintOf(error);
      this.parts.journal.recordViolation(operation, complaint);
      this.parts.journal.recordCall({ operation, outcome: 'violation', reason: complaint });
      // What is left of the request is not read, so the connection cannot be used again.
      if (!request.complete) response.setHeader('Connection', 'close');
      send(response, 500, XML, faultEnvelope('Client', complaint));
    }
  }

  #answer(request: ValidRequest, response: ServerResponse): void {
    const { operation } = request;
    const fault = this.parts.faults.take(operation, subjectOf(request.message));
    if (fault?.kind === 'drop-request') {
      this.#record(request, { outcome: 'dropped before acting' });
      response.destroy();
      return;
    }
    if (fault?.kind === 'fault') {
      this.#record(request, { outcome: 'soap fault' });
      send(response, 500, XML, faultEnvelope('Server', 'sandbox: an ordered fault'));
      return;
    }
    const reply = this.#replyTo(request, fault);
    const details = { resultCode: reply.resultCode, ...(reply.reason !== undefined && { reason: reply.reason }) };
    if (fault?.kind === 'drop-reply') {
      this.#record(request, { outcome: 'dropped after acting', ...details });
      response.destroy();
      return;
    }
    if (fault?.kind === 'garbage') {
      this.#record(request, { outcome: 'garbage after acting', ...details });
      send(response, 200, 'text/html; charset=utf-8', '<html><body>The proxy is having a bad day<br></body>');
      return;
    }
    const outcome = fault?.answer ? 'lie after acting' : 'answered';
    this.#record(request, { outcome, ...details, ...(fault?.delayMs && { delayMs: fault.delayMs }) });
    const truth = { operation, fields: reply.fields };
    const { invoiceReference } = subjectOf(request.message);
    const told = fault?.answer ? tell(truth, fault.answer, invoiceReference, this.parts.book) : truth;
    const finish = () => send(response, 200, XML, replyEnvelope(told.operation, told.fields));
    if (!fault?.delayMs) finish();
    else response.once('close', this.parts.clock.after(fault.delayMs, finish));
  }

  #replyTo(request: ValidRequest, fault: FaultOrder | undefined): OperationReply {
    const isLie = fault?.kind === 'result-code' && fault.resultCode !== undefined;
    if (!isLie) return perform(request, this.parts);
    if (fault.acted) perform(request, this.parts);
    return replyWithCode(request.operation, fault.resultCode ?? 0);
  }

  #record(
    { operation, message }: ValidRequest,
    details: Pick<CallRecord, 'outcome' | 'resultCode' | 'reason' | 'delayMs'>,
  ) {
    const { invoiceReference } = subjectOf(message);
    this.parts.journal.recordCall({
      operation,
      ...details,
      ...(invoiceReference !== undefined && { invoiceReference }),
      request: toPlain(message),
    });
  }
}

/** The invoice that a call is about, also where it names its payment, and the terminal that calls. */
function subjectOf(message: XmlElement): FaultSubject {
  const ersReference = textAt(message, 'ersReference');
  const isTerminal = textAt(message, 'context/initiatorPrincipalId/type') === 'TERMINALID';
  return {
    invoiceReference: textAt(message, 'invoiceReference') ?? (ersReference && invoiceOf(ersReference)),
    terminalId: isTerminal ? textAt(message, 'context/initiatorPrincipalId/id') : undefined,
  };
}

function complaintOf(error: unknown): string {
  if (error instanceof SchemaViolation) return error.message;
  if (error instanceof HttpError) return `Envelope: ${error.message}`;
  throw error;
}

/** A receipt's data is long, and nobody reads it in a list of calls. */
const TEXT_MAX = 200;

/** The request as plain values for the list of calls. Passwords stay behind. */
function toPlain(element: XmlElement): unknown {
  if (element.children.length === 0) return element.text.slice(0, TEXT_MAX);
  return element.children.map((child) => ({
    [child.name]: child.name === 'password' ? '***' : toPlain(child),
  }));
}
