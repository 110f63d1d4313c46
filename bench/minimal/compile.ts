import { decodeInstructions, type MapDefinition, type Program } from '@evs/ebpf';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseObject } from './elf.ts';

const source = fileURLToPath(new URL('minimal.c', import.meta.url));

/** The C yardstick for one method (its number in ip_vs), as if our builder had made it; undefined without clang. */
export function compileMinimal(
  method: number,
  maps: Readonly<Record<string, MapDefinition>>,
): Program | undefined {
  const directory = mkdtempSync(`${tmpdir()}/evs-bench-`);
  try {
    const object = `${directory}/minimal.o`;
    const flags = ['--target=bpf', '-O2', '-mcpu=v3', '-w', `-DMETHOD=${method}`];
    const { error, status, stderr } = spawnSync('clang', [...flags, '-c', source, '-o', object]);
    if (error !== undefined) return undefined;
    if (status !== 0) throw new Error(`clang refuses ${source}: ${stderr.toString()}`);
    return asProgram(readFileSync(object), maps);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function asProgram(object: Buffer, maps: Readonly<Record<string, MapDefinition>>): Program {
  const { code, references } = parseObject(object, 'xdp');
  const relocations = references.map(({ at, symbol }) => {
    const map = maps[symbol];
    if (map === undefined) throw new Error(`${source} refers to ${symbol}, which is no map`);
    return { at: at / 8, map, kind: 'map' as const, offset: 0 };
  });
  return {
    kind: 'xdp',
    name: 'minimal',
    license: 'Dual MIT/GPL',
    instructions: decodeInstructions(code),
    relocations,
    functions: [{ name: 'balance', at: 0 }],
    origins: [],
    maps: [...new Set(relocations.map(({ map }) => map))],
    stackBytes: 512,
    contextBytes: 0,
  };
}
