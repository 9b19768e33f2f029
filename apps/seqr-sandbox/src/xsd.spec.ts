import { isBuiltInValue } from './built-in-values.js';
import { readXsd, XsdError, type BuiltIn } from './xsd.js';

const schema = (content: string, attributes = '') =>
  `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:a" ${attributes}>${content}</xs:schema>`;

it('reads sequences, occurrences, inline types and enumerations', () => {
  const { namespace, elements } = readXsd(
    schema(`<xs:element name="a" type="t:a"/>
      <xs:complexType name="a"><xs:sequence>
        <xs:element name="b" type="t:b" minOccurs="0"/>
        <xs:element name="c" maxOccurs="unbounded"><xs:complexType><xs:sequence/></xs:complexType></xs:element>
      </xs:sequence></xs:complexType>
      <xs:simpleType name="b"><xs:restriction base="xs:string"><xs:enumeration value="B"/></xs:restriction></xs:simpleType>`),
  );
  const type = elements.get('a')?.type();
  expect(namespace).toBe('urn:a');
  expect(type?.kind === 'sequence' && type.elements.map(({ name, min, max }) => [name, min, max])).toEqual([
    ['b', 0, 1],
    ['c', 1, Infinity],
  ]);
  expect(type?.kind === 'sequence' && type.elements.map((element) => element.type())).toEqual([
    { kind: 'value', builtIn: 'string', enumeration: ['B'] },
    { kind: 'sequence', elements: [] },
  ]);
});

it.each([
  ['<a/>', 'not an XML Schema'],
  [schema('', 'elementFormDefault="qualified"'), 'must be unqualified'],
  [schema('<xs:attribute name="a"/>'), 'xs:attribute is not supported'],
  [schema('<xs:complexType name="a"><xs:choice/></xs:complexType>'), 'must be one xs:sequence'],
  [
    schema('<xs:complexType name="a"><xs:sequence/><xs:attribute name="b"/></xs:complexType>'),
    'must be one xs:sequence',
  ],
  [schema('<xs:complexType name="a"><xs:sequence><xs:any/></xs:sequence></xs:complexType>'), 'must hold elements only'],
  [
    schema('<xs:complexType name="a"><xs:sequence><xs:element ref="b"/></xs:sequence></xs:complexType>'),
    'lacks its attribute',
  ],
  [
    schema(
      '<xs:simpleType name="a"><xs:restriction base="xs:string"><xs:pattern value="b"/></xs:restriction></xs:simpleType>',
    ),
    'must be an enumeration',
  ],
])('refuses what it would overlook: %#', (text, reason) => {
  expect(() => readXsd(text)).toThrow(XsdError);
  expect(() => readXsd(text)).toThrow(reason);
});

it.each<[BuiltIn, readonly string[], readonly string[]]>([
  ['string', ['', ' a '], []],
  ['int', ['0', '-2147483648', '2147483647', '+1', '007'], ['', '2147483648', '-2147483649', '1.0', ' 1', '0x1']],
  ['long', ['9223372036854775807', '-9223372036854775808'], ['9223372036854775808', '1e3']],
  ['decimal', ['0', '-1.50', '+.5', '1.'], ['', '.', '1,5', '1e2', 'NaN', '1.5 ']],
  [
    'dateTime',
    ['2026-03-01T12:00:00', '2028-02-29T23:59:59.999Z', '2026-03-01T12:00:00+02:00'],
    ['2026-03-01', '2026-02-29T12:00:00', '2026-03-01T24:00:01', '2026-03-01 12:00:00', '2026-03-01T12:00:00+15:00'],
  ],
  ['base64Binary', ['', 'QQ==', 'QUI=', 'QUJD\nQUJD'], ['Q', 'QQ=', 'Q_==']],
])('knows the values of xs:%s', (type, good, bad) => {
  expect(good.filter((text) => !isBuiltInValue(type, text))).toEqual([]);
  expect(bad.filter((text) => isBuiltInValue(type, text))).toEqual([]);
});
