/** What a configuration names and only a machine can tell. `keepalived -t` looks at the machine that it runs on. */
export interface Machine {
  hasDevice(name: string): boolean;
  hasUser(name: string): boolean;
  hasGroup(name: string): boolean;
  /** A program that can be run: a path, or a name to be found in PATH. */
  hasProgram(name: string): boolean;
}

/** For a configuration of some other machine: everything may be there. */
export const anyMachine: Machine = {
  hasDevice: () => true,
  hasUser: () => true,
  hasGroup: () => true,
  hasProgram: () => true,
};
