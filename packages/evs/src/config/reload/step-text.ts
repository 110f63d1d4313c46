import { endpointText, keyText } from '../../director/index.ts';
import type { ReloadStep, SettingsPart } from './steps.ts';

/** A step of a reload in words, for people who want to know what will happen. */
export const stepText = (step: ReloadStep): string =>
  (texts[step.kind] as (step: ReloadStep) => string)(step);

type StepOf<K extends ReloadStep['kind']> = Extract<ReloadStep, { readonly kind: K }>;

const checkerText = ({
  checker,
  realServer,
  virtualServer,
}: Omit<StepOf<'startChecker'>, 'kind'>): string =>
  `${checker.kind} of ${realServer} for ${virtualServer}`;

const texts: { readonly [K in ReloadStep['kind']]: (step: StepOf<K>) => string } = {
  changeSettings: ({ part }) => `take over ${parts[part]}`,
  addService: ({ service }) => `add service ${keyText(service.key)}`,
  editService: ({ service }) => `change service ${keyText(service.key)}; its connections stay`,
  deleteService: ({ key }) => `delete service ${keyText(key)} with its real servers`,
  addRealServer: ({ realServer, key }) =>
    `add real server ${endpointText(realServer)} to ${keyText(key)}`,
  editRealServer: ({ realServer, key }) =>
    `change real server ${endpointText(realServer)} of ${keyText(key)}; its connections stay`,
  deleteRealServer: ({ realServer, key }) =>
    `delete real server ${endpointText(realServer)} from ${keyText(key)}`,
  changeVirtualServer: ({ server }) =>
    `take over quorum, sorry server, programs and mail of ${server.label}`,
  startChecker: (step) => `begin ${checkerText(step)}`,
  editChecker: (step) => `change the times of ${checkerText(step)}; what it knows stays`,
  stopChecker: (step) => `end ${checkerText(step)}`,
  addVirtualRouter: ({ router }) => `begin virtual router ${router.name}`,
  editVirtualRouter: ({ after }) => `change virtual router ${after.name}; its state stays`,
  removeVirtualRouter: ({ router }) => `end virtual router ${router.name}`,
  setSyncGroup: ({ group }) => `set sync group ${group.name}`,
  removeSyncGroup: ({ group }) => `end sync group ${group.name}`,
};

const parts: Readonly<Record<SettingsPart, string>> = {
  global: 'global_defs',
  networkNamespace: 'net_namespace',
  tls: 'SSL',
  scripts: 'vrrp_script blocks',
  processes: 'vrrp_track_process blocks',
  files: 'track_file blocks',
  bfdInstances: 'bfd_instance blocks',
  announcementGroups: 'garp_group blocks',
  heartbeats: '#evs: heartbeat',
  trackGroups: 'track_group blocks',
  staticAddresses: 'static_ipaddress',
  staticRoutes: 'static_routes',
  staticRules: 'static_rules',
};
