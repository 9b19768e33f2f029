import { checkRequest } from './request-checks.js';

const identity = { clientId: 'Vendrail Oy', clientReference: 'Vendrail 0.1.0' };

const CONTEXT = `<context><channel>WS</channel><clientId>Vendrail Oy</clientId><clientReference>Vendrail 0.1.0</clientReference>
<clientRequestTimeout>0</clientRequestTimeout><initiatorPrincipalId><id>1</id><type>TERMINALID</type></initiatorPrincipalId>
<password>***</password></context>`;
const ROW = `<invoiceRow><itemDescription>Bun</itemDescription><itemQuantity>2</itemQuantity><itemTotalAmount><currency>EUR</currency>
<value>3.10</value></itemTotalAmount></invoiceRow>`;
const INVOICE = `<invoice><acknowledgmentMode>NO_ACKNOWLEDGMENT</acknowledgmentMode><invoiceRows>${ROW}</invoiceRows>
<totalAmount><currency>EUR</currency><value>3.10</value></totalAmount></invoice>`;

function request(content: string, operation = 'sendInvoice'): string {
  return `<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>
<ext:${operation} xmlns:ext="http://external.interfaces.ers.seamless.com/">${content}</ext:${operation}></soap:Body></soap:Envelope>`;
}

/** The sentences that are not so. */
function faults(text: string): string[] {
  return checkRequest(text, identity)
    .filter(({ met }) => !met)
    .map(({ says }) => says);
}

describe('a request, as it left', () => {
  it('that is as SEQR asks has nothing wrong with it', () => {
    expect(faults(request(CONTEXT + INVOICE))).toEqual([]);
  });

  it.each([
    ['another time limit than 0', CONTEXT.replace('>0<', '>30000<'), 'clientRequestTimeout is 0'],
    [
      'no time limit',
      CONTEXT.replace('<clientRequestTimeout>0</clientRequestTimeout>', ''),
      'clientRequestTimeout is 0',
    ],
    ['another company', CONTEXT.replace('Vendrail Oy', 'Somebody'), 'clientId is the company’s name'],
    [
      'a reference of its own',
      CONTEXT.replace('Vendrail 0.1.0', 'b1946ac92492d2347c6235b4d2611184'),
      'clientReference is the product’s name and version, at most 32 characters',
    ],
    [
      'the password first',
      CONTEXT.replace('<password>***</password>', '').replace('<context>', '<context><password>***</password>'),
      'all elements stand in the schema’s order',
    ],
  ])('with %s is found out', (_, context, sentence) => {
    expect(faults(request(context + INVOICE))).toEqual([sentence]);
  });

  it.each([
    [
      'a row without quantity',
      INVOICE.replace('<itemQuantity>2</itemQuantity>', ''),
      'every row has itemQuantity and itemTotalAmount',
    ],
    ['another total than its rows', INVOICE.replace('3.10', '3.11'), 'the rows add up to totalAmount'],
    ['an acknowledgment', INVOICE.replace('NO_ACK', 'REQUIRE_ACK'), 'acknowledgmentMode is NO_ACKNOWLEDGMENT'],
  ])('of an invoice with %s is found out', (_, invoice, sentence) => {
    expect(faults(request(CONTEXT + invoice))).toEqual([sentence]);
  });

  it('with the version before the reference is found out, though SEQR’s own sample has it so', () => {
    const sample = `${CONTEXT}<invoiceVersion>0</invoiceVersion><invoiceReference>1</invoiceReference>`;

    expect(faults(request(sample, 'getPaymentStatus'))).toEqual(['all elements stand in the schema’s order']);
  });

  it('that qualifies what is inside a message is found out', () => {
    const qualified = CONTEXT.replace('<context>', '<context xmlns="urn:somewhere">');

    expect(faults(request(qualified, 'unregisterTerminal'))).toContain(
      'only the message itself is in SEQR’s namespace',
    );
  });

  it('that is no SOAP at all is found out', () => {
    expect(faults('{"soap":"no"}')).toEqual(['the request is a SOAP 1.1 envelope with one message']);
  });
});
