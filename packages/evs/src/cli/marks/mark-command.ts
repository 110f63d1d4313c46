import { Command } from 'commander';
import { text } from 'node:stream/consumers';
import { socketPath, type DirectorClient } from '../../api/index.ts';
import type { Command as DirectorCommand, MarkRule } from '../../director/index.ts';
import { EvsError } from '../../errors/index.ts';
import { findDirector } from '../find-director.ts';
import type { Launcher } from '../launch-daemon.ts';
import { parseMarkRule, printMarkRule, type MarkRuleWords } from './mark-rule-words.ts';
import { parseIptables } from './parse-iptables.ts';

type Client = Pick<DirectorClient, 'execute' | 'markRules'>;

/** `evs mark`: which packets get which firewall mark, for services by mark (`evsadm -A -f`). */
export function markCommand(launcher: Launcher): Command {
  const director = (): Promise<Client> => findDirector(socketPath(), launcher);
  return new Command('mark')
    .description(
      'gives firewall marks to packets, for services by mark; the first rule that fits counts',
    )
    .addCommand(
      withRule(new Command('add').description('adds a rule after all others')).action(
        async (mark: string, words: MarkRuleWords) =>
          execute(await director(), 'addMarkRule', [parseMarkRule(mark, words)]),
      ),
    )
    .addCommand(
      withRule(
        new Command('delete').description('deletes the rule that is written the same'),
      ).action(async (mark: string, words: MarkRuleWords) =>
        execute(await director(), 'deleteMarkRule', [parseMarkRule(mark, words)]),
      ),
    )
    .addCommand(
      new Command('list').description('prints all rules as add takes them').action(async () => {
        process.stdout.write(await listMarkRules(await director()));
      }),
    )
    .addCommand(
      new Command('import')
        .description('adds the marks of iptables-save -t mangle, read from standard input')
        .option('-6', 'the rules are those of ip6tables-save')
        .action(async (words: { readonly 6?: true }) => {
          const saved = await text(process.stdin);
          process.stderr.write(await importMarkRules(await director(), saved, words[6] === true));
        }),
    );
}

const withRule = (command: Command): Command =>
  command
    .argument('<MARK>', '1 to 4294967295')
    .option('-p, --protocol <NAME>', 'tcp, udp or sctp')
    .option('-s, --source <PREFIX>', 'address or net of the client')
    .option('-d, --destination <PREFIX>', 'address or net that the packet is for')
    .option('--sport <PORTS>', 'PORT or FIRST:LAST of the client')
    .option('--dport <PORTS>', 'PORT or FIRST:LAST that the packet is for')
    .option('-6', 'for IPv6, if there is no address that says so');

/** Throws the first refusal, after all were tried. */
async function execute(
  director: Pick<Client, 'execute'>,
  kind: 'addMarkRule' | 'deleteMarkRule',
  rules: readonly MarkRule[],
): Promise<void> {
  const results = await director.execute(rules.map((rule): DirectorCommand => ({ kind, rule })));
  const refused = results.find((result) => !result.ok);
  if (refused?.ok !== false) return;
  const { code, message, hint } = refused;
  throw new EvsError(code, message, hint === undefined ? {} : { hint });
}

/** One rule a line, as `evs mark add` takes it. */
export async function listMarkRules(director: Pick<Client, 'markRules'>): Promise<string> {
  const rules = await director.markRules();
  return rules.map((rule) => `${printMarkRule(rule)}\n`).join('');
}

/** Adds what it can of a firewall's marks; tells what it could not. */
export async function importMarkRules(
  director: Client,
  saved: string,
  ipv6: boolean,
): Promise<string> {
  const { rules, skipped } = parseIptables(saved, ipv6);
  await execute(director, 'addMarkRule', rules);
  return skipped.map((line) => `evs: cannot take over ${line}\n`).join('');
}
