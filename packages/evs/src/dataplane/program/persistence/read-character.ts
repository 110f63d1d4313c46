import {
  all,
  any,
  not,
  packed,
  u64,
  u8,
  type Builder,
  type Condition,
  type Pointer,
  type U32,
  type U8,
  type Value,
} from '@evs/ebpf';
import {
  longestCallId,
  searchedBytes,
  type CallScan4,
  type CallScan6,
} from '../../call-layouts.ts';
import type { Family } from '../family.ts';

export type CallScan = Pointer<typeof CallScan4 | typeof CallScan6>;

/** Where a search has got to. */
const ScanState = {
  line: 0,
  /** Behind a carriage return, which may end the line alone. */
  carriageReturn: 1,
  lineStart: 2,
  name: 3,
  /** Behind the compact name, which must not go on. */
  compactName: 4,
  /** In the blanks around the colon. */
  gap: 5,
  /** The same at the end of a line that may go on in the next. */
  gapReturn: 6,
  gapLineStart: 7,
  gapFolded: 8,
  value: 9,
} as const;

const code = (character: string): number => character.charCodeAt(0);
const [carriageReturn, lineFeed, tab, space] = [0x0d, 0x0a, 0x09, 0x20];
const name = 'call-id';
const packedName = Array.from(name).reduce(
  (word, character, index) => word | (BigInt(code(character)) << BigInt(8 * index)),
  0n,
);
const Character = packed('character', { code: u8 });

/** One step of the search, as nf_conntrack_sip reads headers and words of a Call-ID. 1 ends it. */
export function readCharacter(b: Builder, family: Family, index: Value<U32>): number {
  const scan: CallScan = b.lookup(family.callScan, 0).orReturn(1);
  const character = scan
    .view('text')
    .further(Character, index.and(searchedBytes - 1))
    .get('code');
  const go = (state: keyof typeof ScanState): void => scan.set('state', ScanState[state]);
  const inGap = (): void => readGap(b, scan, character, go);
  b.switch(scan.get('state'), [
    [ScanState.line, () => readLine(b, character, go)],
    [
      ScanState.carriageReturn,
      () => {
        b.if(
          character.eq(lineFeed),
          () => go('lineStart'),
          () => startLine(b, scan, character, go),
        );
      },
    ],
    [ScanState.lineStart, () => startLine(b, scan, character, go)],
    [ScanState.name, () => readName(b, scan, character, go)],
    [
      ScanState.compactName,
      () => {
        b.if(isIn(b, letters, character), () => go('line'), inGap);
      },
    ],
    [ScanState.gap, inGap],
    [
      ScanState.gapReturn,
      () => {
        b.if(
          character.eq(lineFeed),
          () => go('gapLineStart'),
          () => continueGap(b, character, go),
        );
      },
    ],
    [ScanState.gapLineStart, () => continueGap(b, character, go)],
    [
      ScanState.gapFolded,
      () => {
        b.if(not(isBlank(character)), () => leaveGap(b, scan, character, go));
      },
    ],
    [ScanState.value, () => readValue(b, scan, character, go)],
  ]);
  return 0;
}

type Go = (state: keyof typeof ScanState) => void;

const isBlank = (character: Value<U8>): Condition => any(character.eq(space), character.eq(tab));

function readLine(b: Builder, character: Value<U8>, go: Go): void {
  b.if(
    character.eq(carriageReturn),
    () => go('carriageReturn'),
    () =>
      b.if(
        character.eq(lineFeed),
        () => go('lineStart'),
        () => go('line'),
      ),
  );
}

/** What cannot begin the header's name is passed over, be it the end of an empty line, as in Linux. */
function startLine(b: Builder, scan: CallScan, character: Value<U8>, go: Go): void {
  scan.set('count', 1);
  scan.set('colon', 0);
  b.switch(
    lowerCase(b, character),
    [
      [code('c'), () => go('name')],
      [code('i'), () => go('compactName')],
    ],
    () => go('line'),
  );
}

function readName(b: Builder, scan: CallScan, character: Value<U8>, go: Go): void {
  const count = scan.get('count');
  const expected = b.constant(u64, packedName).shr(count.and(7).shl(3).to(u64)).and(0xff);
  b.if(
    lowerCase(b, character).to(u64).eq(expected),
    () => {
      scan.set('count', count.add(1));
      b.if(count.eq(name.length - 1), () => go('gap'));
    },
    () => readLine(b, character, go),
  );
}

/** Blanks, in which the line may be folded, and then the colon or what stands behind it. */
function readGap(b: Builder, scan: CallScan, character: Value<U8>, go: Go): void {
  b.switch(
    character,
    [
      [space, () => go('gap')],
      [carriageReturn, () => go('gapReturn')],
      [lineFeed, () => go('gapLineStart')],
    ],
    () => leaveGap(b, scan, character, go),
  );
}

function continueGap(b: Builder, character: Value<U8>, go: Go): void {
  b.if(
    isBlank(character),
    () => go('gapFolded'),
    () => b.return(1),
  );
}

function leaveGap(b: Builder, scan: CallScan, character: Value<U8>, go: Go): void {
  b.if(
    scan.get('colon').eq(0),
    () => {
      b.if(character.ne(code(':')), () => b.return(1));
      scan.set('colon', 1);
      go('gap');
    },
    () => {
      scan.set('count', 0);
      scan.set('domain', 0);
      go('value');
      readValue(b, scan, character, go);
    },
  );
}

/** A word, or two with an at sign between them: RFC 3261 section 25.1, callid. */
function readValue(b: Builder, scan: CallScan, character: Value<U8>, go: Go): void {
  const [count, domain] = [scan.get('count'), scan.get('domain')];
  const startsDomain = all(character.eq(code('@')), () => all(count.ne(0), domain.eq(0)));
  b.if(
    any(isIn(b, wordCharacters, character), startsDomain),
    () => {
      b.if(count.ge(longestCallId), () => b.return(1));
      scan
        .view('key')
        .view('callId')
        .further(Character, count.and(longestCallId))
        .set('code', character);
      scan.set('count', count.add(1));
      b.if(any(character.eq(code('@')), domain.ne(0)), () => scan.set('domain', domain.add(1)));
    },
    () => {
      b.if(any(count.eq(0), domain.eq(1)), () => {
        // No Call-ID yet: the search goes on behind this line.
        clearCallId(scan);
        readLine(b, character, go);
        b.return(0);
      });
      b.if(any(character.eq(carriageReturn), character.eq(lineFeed)), () => {
        scan.view('key').set('lengthBytes', count.to(u8));
        scan.set('found', 1);
      });
      b.return(1);
    },
  );
}

/** Nothing has been read yet. */
export function clearScan(scan: CallScan): void {
  for (const field of ['state', 'count', 'colon', 'domain', 'found'] as const) scan.set(field, 0);
  clearCallId(scan);
}

function clearCallId(scan: CallScan): void {
  const callId = scan.view('key').view('callId');
  for (let at = 0; at <= longestCallId; at += 8) callId.store(u64, at, 0);
}

const lowerCase = (b: Builder, character: Value<U8>): Value<U8> =>
  b.select(
    all(character.ge(code('A')), character.le(code('Z'))),
    u8,
    () => character.or(0x20),
    character,
  );

/** Sets of bytes, of 64 bits each. In Linux, letters are those of ISO 8859-1. */
type CharacterSet = readonly [bigint, bigint, bigint, bigint];
const setOf = (has: (byte: number) => boolean): CharacterSet => {
  const words: [bigint, bigint, bigint, bigint] = [0n, 0n, 0n, 0n];
  for (let byte = 0; byte < 256; byte++) {
    const word = byte >> 6;
    if (has(byte)) words[word] = (words[word] ?? 0n) | (1n << BigInt(byte & 63));
  }
  return words;
};
const isLetter = (byte: number): boolean =>
  /[A-Za-z]/.test(String.fromCharCode(byte)) || (byte >= 0xc0 && byte !== 0xd7 && byte !== 0xf7);
const letters = setOf(isLetter);
/** RFC 3261 section 25.1, word. */
const wordCharacters = setOf(
  (byte) => isLetter(byte) || /[0-9\-.!%*_+`'~()<>:\\"/[\]?{}]/.test(String.fromCharCode(byte)),
);

function isIn(b: Builder, set: CharacterSet, character: Value<U8>): Condition {
  const word = b.variable(u64, set[0]);
  b.switch(
    character.shr(6),
    [1, 2, 3].map((index) => [index, () => word.set(set[index] ?? 0n)] as const),
  );
  return word.shr(character.and(63).to(u64)).and(1).ne(0);
}
